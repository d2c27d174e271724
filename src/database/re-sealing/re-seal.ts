import type { UserKey } from '../../privacy/data-keys.js';
import type { Privacy } from '../../privacy/privacy.js';
import type { Pace } from './pace.js';
import { SEALED_TABLES, type SealedTable } from './sealed-tables.js';
import type { Sql } from './sql.js';

/**
 * Seals every value of a user anew that lies under another generation of the data key than the active one, in every
 * table of the register. Each by compare-and-set on the envelope: a value that somebody writes meanwhile stays.
 *
 * @returns how many values still lie under another generation; 0 when all is done
 * @throws SealedValueError when a value does not open; nothing of it is lost
 */
export async function reSealUser(
  { sql, privacy, pace }: { sql: Sql; privacy: Privacy; pace: Pace },
  key: UserKey,
): Promise<number> {
  let left = 0;
  for (const table of SEALED_TABLES) left += await reSealTable(sql, privacy, pace, table, key);
  return left;
}

/** Whether a value of the user lies under another generation of the data key than the active one, as `sql` sees it. */
export async function hasOutdated(sql: Sql, key: UserKey): Promise<boolean> {
  for (const table of SEALED_TABLES) {
    const { select, prefix } = selectOutdated(table, key);
    if ((await sql(`${select} LIMIT 1`, [key.userId, prefix])).length > 0) return true;
  }
  return false;
}

function selectOutdated({ table, rowId, owner, columns }: SealedTable, key: UserKey) {
  const prefix = `c1.${key.active.generation}.`;
  const outdated = columns.map(({ read }) => `left(${read}, length($2)) <> $2`).join(' OR ');
  const names = columns.map(({ read }, index) => `${read} AS c${index}`).join(', ');
  const select = `SELECT "${rowId}" AS id, ${names} FROM "${table}" WHERE "${owner}" = $1::uuid AND (${outdated})`;
  return { select, prefix };
}

async function reSealTable(
  sql: Sql,
  privacy: Privacy,
  pace: Pace,
  sealed: SealedTable,
  key: UserKey,
): Promise<number> {
  const { model, table, rowId, columns } = sealed;
  const { select, prefix } = selectOutdated(sealed, key);
  let left = 0;
  for (const row of await sql<Record<string, string | null>>(select, [key.userId, prefix])) {
    const id = String(row.id);
    for (const [index, { field, column, read, write }] of columns.entries()) {
      const before = row[`c${index}`] ?? null;
      if (before === null || before.startsWith(prefix)) continue;
      await pace.step();
      const place = { model, field, rowId: id };
      const after = privacy.seal(key, place, privacy.open(key, place, before));
      const update = `UPDATE "${table}" SET "${column}" = ${write('$2')} WHERE "${rowId}" = $1::uuid AND ${read} = $3 RETURNING 1`;
      if ((await sql(update, [id, after, before])).length === 0) left += 1;
    }
  }
  return left;
}
