import type { Privacy } from '../../privacy/privacy.js';
import { SealedValueError } from '../../privacy/privacy-errors.js';
import type { SecretVersions } from '../../privacy/secret-versions.js';
import { isDamage, type OnRow } from './damage.js';
import type { Pace } from './pace.js';
import { INDEXED_COLUMNS, type IndexedColumn } from './sealed-tables.js';
import type { Sql } from './sql.js';
import type { WrappedKeys } from './wrapped-keys.js';

const BATCH = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

export interface ReIndex {
  sql: Sql;
  privacy: Privacy;
  keys: WrappedKeys;
  searchIndex: SecretVersions;
  pace: Pace;
  onRow: OnRow;
}

interface IndexedRow {
  id: string;
  owner: string;
  value: string;
  index: string;
}

/**
 * Makes every search index anew that was made with another key than the active one. A row whose value changed
 * meanwhile is left to that change, which used the active key. Rows keep their index under the other key beside
 * until `clearOtherIndexes`, so that values stay unique for processes that still use it.
 */
export async function reIndex(parts: ReIndex): Promise<void> {
  for (const column of INDEXED_COLUMNS) await reIndexColumn(parts, column);
}

async function reIndexColumn(parts: ReIndex, column: IndexedColumn): Promise<void> {
  const { sql, keys, searchIndex } = parts;
  const isOld = (name: string) => `split_part(${name}, '.', 1) <> $2`;
  const derived = column.derived
    .map((each) => ` OR ${each.column} IS NULL OR ${isOld(each.column)}`)
    .join('');
  const select = `SELECT "${column.rowId}" AS id, "${column.owner}" AS owner, "${column.column}" AS value,
      "${column.index}" AS index FROM "${column.table}"
    WHERE "${column.rowId}" > $1::uuid AND "${column.column}" IS NOT NULL AND (${isOld(column.index)}${derived})
    ORDER BY "${column.rowId}" LIMIT ${BATCH}`;
  let after = FIRST;
  for (;;) {
    const rows = await sql<IndexedRow>(select, [after, searchIndex.activeId]);
    if (rows.length === 0) return;
    const wrapped = await keys.find([...new Set(rows.map(({ owner }) => owner))]);
    for (const row of rows) await reIndexRow(parts, column, row, wrapped.get(row.owner));
    after = rows.at(-1)!.id;
  }
}

async function reIndexRow(
  { sql, privacy, pace, onRow }: ReIndex,
  column: IndexedColumn,
  row: IndexedRow,
  wrapped: string | undefined,
): Promise<void> {
  await pace.step();
  let error: unknown = null;
  try {
    const { model, field } = column;
    if (wrapped === undefined) throw new SealedValueError(model, field, 'its data key is gone');
    const key = await privacy.dataKeys.open(row.owner, wrapped);
    const value = privacy.open(key, { model, field, rowId: row.id }, row.value) as string;
    const set: [string, string | null][] = [[column.index, privacy.indexOf(model, field, value)]];
    if (column.other) set.push([column.other, privacy.otherIndexOf(model, field, value)]);
    for (const each of column.derived) set.push([each.column, privacy.indexOf(model, each.field, value)]);
    const assignments = set.map(([name], index) => `"${name}" = $${index + 3}`).join(', ');
    // The value may have been sealed anew meanwhile: what must not have changed is what it is found by.
    const update = `UPDATE "${column.table}" SET ${assignments} WHERE "${column.rowId}" = $1::uuid AND "${column.index}" = $2`;
    await sql(update, [row.id, row.index, ...set.map(([, index]) => index)]);
  } catch (caught) {
    if (!isDamage(caught)) throw caught;
    error = caught;
  }
  await onRow({ id: row.id, userId: row.owner, error });
}

/**
 * How many values lack a derived index: rows from before there was one, those with the ids `besides` left out. `reIndex`
 * makes it.
 */
export async function countUnindexed(sql: Sql, besides: readonly string[]): Promise<number> {
  let count = 0;
  for (const { table, rowId, column, derived } of INDEXED_COLUMNS) {
    for (const index of derived) {
      const [row] = await sql<{ count: string }>(
        `SELECT count(*) AS count FROM "${table}" WHERE "${index.column}" IS NULL AND "${column}" IS NOT NULL
          AND "${rowId}"::text <> ALL($1)`,
        [besides],
      );
      count += Number(row?.count ?? 0);
    }
  }
  return count;
}

/** Clears indexes under keys that are no longer in the ring from the columns beside. Returns how many. */
export async function clearOtherIndexes(sql: Sql, searchIndex: SecretVersions, pace: Pace): Promise<number> {
  let cleared = 0;
  for (const { table, rowId, other } of INDEXED_COLUMNS) {
    if (other === null) continue;
    const update = `UPDATE "${table}" SET "${other}" = NULL WHERE "${rowId}" IN (
      SELECT "${rowId}" FROM "${table}" WHERE "${other}" IS NOT NULL AND split_part("${other}", '.', 1) <> ALL($1)
      LIMIT ${BATCH}) RETURNING 1`;
    for (;;) {
      const { length } = await sql(update, [searchIndex.ids]);
      if (length === 0) break;
      cleared += length;
      for (let row = 0; row < length; row += 1) await pace.step();
    }
  }
  return cleared;
}
