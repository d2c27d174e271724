import type { ModelEntry, Personal } from './register/entry.js';

// What ENVELOPE_PATTERN and INDEX_PATTERN say, but for counting by the regular expression: PostgreSQL evaluates every
// constraint of a table at each INSERT and UPDATE, and `{38,}` or `{43}` cost more than writing the row and all its indexes.
const ENVELOPE = { pattern: '^c1\\.[0-9]+\\.[A-Za-z0-9_-]+$', bytes: '>= 43' };
// A JSON text, with its quotation marks.
const QUOTED_ENVELOPE = { pattern: '^"c1\\.[0-9]+\\.[A-Za-z0-9_-]+"$', bytes: '>= 45' };
const INDEX = { pattern: '^[a-z0-9]+\\.[A-Za-z0-9_-]+$', bytes: 'BETWEEN 45 AND 52' };

/**
 * The SQL that makes PostgreSQL itself refuse plaintext in a sealed column and anything but a keyed hash in
 * a search-index column, whoever writes it: one CHECK constraint a column, for a migration.
 */
export function checkConstraintSql(register: Readonly<Record<string, ModelEntry>>): string {
  const statements: string[] = [];
  for (const { table, columns } of Object.values(register)) {
    for (const [name, column] of Object.entries(columns)) {
      if (!column.personal) continue;
      const sql = snakeCase(name);
      if (column.sealed) statements.push(constraint(table, `${sql}_sealed`, sealedCondition(sql, column)));
      if (column.searchable) {
        statements.push(constraint(table, `${sql}_index_hashed`, has(`"${sql}_index"`, INDEX)));
      }
      const others = column.otherIndex === null ? [] : [column.otherIndex];
      for (const derived of [...Object.keys(column.derivedIndexes), ...others].map(snakeCase)) {
        statements.push(constraint(table, `${derived}_hashed`, has(`"${derived}"`, INDEX)));
      }
    }
  }
  return `${statements.join('\n')}\n`;
}

/** The name of a column in the database: `emailIndex` → `email_index`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function constraint(table: string, name: string, condition: string): string {
  return `ALTER TABLE "${table}" ADD CONSTRAINT "${table}_${name}" CHECK (${condition});`;
}

function sealedCondition(column: string, { sealed }: Personal): string {
  if (sealed === 'text') return has(`"${column}"`, ENVELOPE);
  const envelope = `(${has(`"${column}"::text`, QUOTED_ENVELOPE)})`;
  return sealed === 'json-or-empty' ? `"${column}" = '{}'::jsonb OR ${envelope}` : envelope;
}

function has(value: string, { pattern, bytes }: { pattern: string; bytes: string }): string {
  return `${value} ~ '${pattern}' AND octet_length(${value}) ${bytes}`;
}
