import { INDEXED_COLUMNS } from './sealed-tables.js';
import type { Sql } from './sql.js';

/** How many rows of a kind lie under a key. */
export interface KeyCount {
  keyId: string;
  what: string;
  count: number;
}

type CountedPurpose = 'encryption' | 'searchIndex' | 'pepper';

/** An expression that yields the id of the key a row lies under, by what it says of which table. */
interface Counted {
  what: string;
  table: string;
  keyId: string;
  where?: string;
}

const WRAPPED = `split_part("wrapped_key", '.', 2)`;

const COUNTED: Record<CountedPurpose, Counted[]> = {
  encryption: [
    { what: 'data keys', table: 'data_keys', keyId: WRAPPED },
    { what: 'signing keys', table: 'signing_keys', keyId: WRAPPED },
  ],
  searchIndex: INDEXED_COLUMNS.flatMap(({ table, index, derived }) =>
    [index, ...derived.map(({ column }) => column)].map((column) => ({
      what: `${table}.${column}`,
      table,
      keyId: `split_part("${column}", '.', 1)`,
      where: `"${column}" IS NOT NULL`,
    })),
  ),
  pepper: [
    {
      what: 'passwords',
      table: 'users',
      keyId: '"password_pepper"',
      where: '"password_hash" IS NOT NULL AND "password_pepper" IS NOT NULL',
    },
  ],
};

/** How many rows lie under which key of a purpose, read off what they begin with: nothing is opened. */
export async function countByKey(sql: Sql, purpose: CountedPurpose): Promise<KeyCount[]> {
  const counts: KeyCount[] = [];
  for (const { what, table, keyId, where = 'true' } of COUNTED[purpose]) {
    const rows = await sql<{ id: string; count: string }>(
      `SELECT ${keyId} AS id, count(*) AS count FROM "${table}" WHERE ${where} GROUP BY 1 ORDER BY 1`,
    );
    counts.push(...rows.map((row) => ({ keyId: row.id, what, count: Number(row.count) })));
  }
  return counts;
}

/**
 * Counts only what lies under keys that are not among `known`. The ids that occur are found by steps along an index,
 * so that this is quick where nothing is missing, however large the tables.
 */
export async function countMissing(
  sql: Sql,
  purpose: CountedPurpose,
  known: readonly string[],
): Promise<KeyCount[]> {
  const counts: KeyCount[] = [];
  for (const { what, table, keyId, where = 'true' } of COUNTED[purpose]) {
    const ids = await sql<{ id: string }>(
      `WITH RECURSIVE ids AS (
         SELECT min(${keyId}) AS id FROM "${table}"
         UNION ALL
         SELECT (SELECT min(${keyId}) FROM "${table}" WHERE ${keyId} > ids.id) FROM ids WHERE ids.id IS NOT NULL
       ) SELECT id FROM ids WHERE id IS NOT NULL AND id <> ALL($1)`,
      [known],
    );
    for (const { id } of ids) {
      const [row] = await sql<{ count: string }>(
        `SELECT count(*) AS count FROM "${table}" WHERE ${keyId} = $1 AND ${where}`,
        [id],
      );
      if (Number(row?.count) > 0) counts.push({ keyId: id, what, count: Number(row?.count) });
    }
  }
  return counts;
}
