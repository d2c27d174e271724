import { LRUCache } from 'lru-cache';
import { UnsafeQueryError } from '../privacy/privacy-errors.js';
import { sealedColumnsIn } from '../privacy/sealed-columns-in-sql.js';

/** Who may touch sealed columns by SQL, and why that is safe. */
const PERMITTED = {
  'audit origin': 'seals the origin itself, in the statement that appends the event',
  'audit reading': 'reads sealed origins and opens them through privacy.open',
  'hot read': 'opens every value through privacy.open',
} as const;

type SealedSqlUse = keyof typeof PERMITTED;

/** The text of a statement to why it is safe. */
const permitted = new Map<string, string>();
const checked = new LRUCache<string, string>({ max: 2_000 });

/**
 * Permits one SQL text that touches sealed columns, and returns it. Whoever calls this answers for opening what it
 * reads and sealing what it writes; the text must be made of constants and of names from the register.
 */
export function sealedSql(use: SealedSqlUse, text: string): string {
  permitted.set(text, PERMITTED[use]);
  return text;
}

/** @throws UnsafeQueryError for SQL that touches sealed columns and was not made by `sealedSql` */
export function refuseSealedSql(sql: string): void {
  if (permitted.has(sql)) return;
  let touched = checked.get(sql);
  if (touched === undefined) {
    touched = sealedColumnsIn(sql)[0] ?? '';
    checked.set(sql, touched);
  }
  if (touched === '') return;
  const [table = '', column = ''] = touched.split('.');
  throw new UnsafeQueryError(table, column, 'raw SQL touches a sealed column: use the client, or sealedSql');
}
