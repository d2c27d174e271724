import { snakeCase } from './check-constraints.js';
import { REGISTER } from './register.js';

/** Tables with sealed columns, by their names in the database. */
const SEALED_TABLES = new Map(
  Object.values(REGISTER).flatMap(({ table, columns }) => {
    const sealed = Object.entries(columns).flatMap(([name, column]) =>
      column.personal && column.sealed ? [snakeCase(name)] : [],
    );
    return sealed.length > 0 ? [[table, new Set(sealed)] as const] : [];
  }),
);

const NOISE = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g;
/** Asking whether a value is there, and clearing it, neither shows nor writes one. */
const HARMLESS = /(?:"?\w+"?\s*\.\s*)?"?\w+"?\s*(?:\bis\s+(?:not\s+)?null\b|=\s*(?:null|default)\b)/gi;
const IDENTIFIER = /"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_$]*)/g;
/** `SELECT *`, `u.*`, `RETURNING *`; a product or `count(*)` is none. */
const STAR = /(?:\b(?:select|distinct|returning)\s+|[,.]\s*)\*/i;
/** A whole row as one value: `to_jsonb(u)`, `row_to_json(u)`, `u::text`. */
const WHOLE_ROW =
  /\b(?:row_to_json|to_jsonb?|jsonb?_agg|array_agg|hstore)\s*\(\s*"?(\w+)"?\s*\)|\b(\w+)"?::text/gi;
const NO_COLUMN_LIST =
  /\binsert\s+into\s+(?:"?\w+"?\s*\.\s*)?"?(\w+)"?\s*(?:select|values|default)\b|\b(?:copy|table)\s+"?(\w+)"?/gi;

/**
 * The sealed columns that an SQL text names or reaches through `*` or a whole row, as `table.column`, in a rough and
 * cautious reading. What is there in ciphertext is neither to be returned raw nor to be written unsealed.
 */
export function sealedColumnsIn(sql: string): string[] {
  const text = sql.replace(NOISE, ' ').replace(HARMLESS, ' ');
  const names = new Set<string>();
  for (const [, quoted, plain] of text.matchAll(IDENTIFIER)) {
    names.add(quoted ?? plain?.toLowerCase() ?? '');
  }
  const found: string[] = [];
  for (const [table, columns] of SEALED_TABLES) {
    if (!names.has(table)) continue;
    if (reachesAll(text, table)) found.push(`${table}.*`);
    for (const column of columns) if (names.has(column)) found.push(`${table}.${column}`);
  }
  return found;
}

function reachesAll(text: string, table: string): boolean {
  if (STAR.test(text)) return true;
  for (const [, one, other] of text.matchAll(NO_COLUMN_LIST)) {
    if ((one ?? other)?.toLowerCase() === table) return true;
  }
  const rows = aliasesOf(text, table);
  for (const [, one, other] of text.matchAll(WHOLE_ROW)) {
    if (rows.has((one ?? other ?? '').toLowerCase())) return true;
  }
  return false;
}

function aliasesOf(text: string, table: string): Set<string> {
  const alias = new RegExp(`\\b${table}"?\\s+(?:as\\s+)?"?([a-z_]\\w*)`, 'gi');
  return new Set([table, ...[...text.matchAll(alias)].map(([, name]) => (name ?? '').toLowerCase())]);
}
