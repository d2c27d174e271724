import { ENVELOPE_PATTERN } from './envelope.js';
import type { ModelEntry, Personal } from './register/entry.js';
import { INDEX_PATTERN } from './search-index.js';

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
        statements.push(constraint(table, `${sql}_index_hashed`, `"${sql}_index" ~ '${INDEX_PATTERN}'`));
      }
      const others = column.otherIndex === null ? [] : [column.otherIndex];
      for (const derived of [...Object.keys(column.derivedIndexes), ...others].map(snakeCase)) {
        statements.push(constraint(table, `${derived}_hashed`, `"${derived}" ~ '${INDEX_PATTERN}'`));
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
  if (sealed === 'text') return `"${column}" ~ '${ENVELOPE_PATTERN}'`;
  const envelope = `(jsonb_typeof("${column}") = 'string' AND "${column}" #>> '{}' ~ '${ENVELOPE_PATTERN}')`;
  return sealed === 'json-or-empty' ? `"${column}" = '{}'::jsonb OR ${envelope}` : envelope;
}
