import { INDEXED_COLUMNS } from './sealed-tables.js';
import type { Sql } from './sql.js';

/** How many rows of a kind lie under a key. */
export interface KeyCount {
  keyId: string;
  what: string;
  count: number;
}

/** Where rows are counted: the database of the data, and the one that holds the data keys, often the same. */
export interface KeyedSql {
  sql: Sql;
  keySql: Sql;
}

export type CountedPurpose = 'encryption' | 'searchIndex' | 'pepper';

/** An expression that yields the id of the key a row lies under, by what it says of which table. */
export interface Counted {
  what: string;
  table: string;
  keyId: string;
  /** The column that identifies a row. */
  rowId: string;
  where?: string;
  /** The table may lie in a database of its own. */
  isKeyTable?: true;
}

const WRAPPED = `split_part("wrapped_key", '.', 2)`;

export const COUNTED: Record<CountedPurpose, Counted[]> = {
  encryption: [
    { what: 'data keys', table: 'data_keys', keyId: WRAPPED, rowId: 'user_id', isKeyTable: true },
    { what: 'signing keys', table: 'signing_keys', keyId: WRAPPED, rowId: 'id' },
  ],
  searchIndex: INDEXED_COLUMNS.flatMap(({ table, rowId, index, derived }) =>
    [index, ...derived.map(({ column }) => column)].map((column) => ({
      what: `${table}.${column}`,
      table,
      rowId,
      keyId: `split_part("${column}", '.', 1)`,
      where: `"${column}" IS NOT NULL`,
    })),
  ),
  pepper: [
    {
      what: 'passwords',
      table: 'users',
      rowId: 'id',
      keyId: '"password_pepper"',
      where: '"password_hash" IS NOT NULL AND "password_pepper" IS NOT NULL',
    },
  ],
};

/** The connection to the database in which these rows lie. */
export function sqlOf({ sql, keySql }: KeyedSql, { isKeyTable }: Counted): Sql {
  return isKeyTable ? keySql : sql;
}

/** How many rows lie under which key of a purpose, read off what they begin with: nothing is opened. */
export async function countByKey(sqls: KeyedSql, purpose: CountedPurpose): Promise<KeyCount[]> {
  const counts: KeyCount[] = [];
  for (const counted of COUNTED[purpose]) {
    const { what, table, keyId, where = 'true' } = counted;
    const rows = await sqlOf(
      sqls,
      counted,
    )<{ id: string; count: string }>(
      `SELECT ${keyId} AS id, count(*) AS count FROM "${table}" WHERE ${where} GROUP BY 1 ORDER BY 1`,
    );
    counts.push(...rows.map((row) => ({ keyId: row.id, what, count: Number(row.count) })));
  }
  return counts;
}

/** How many rows of a purpose lie under another key than this one, those with the ids `besides` left out. */
export async function countOthers(
  sqls: KeyedSql,
  purpose: CountedPurpose,
  active: string,
  besides: readonly string[],
): Promise<number> {
  let others = 0;
  for (const counted of COUNTED[purpose]) {
    const { table, keyId, rowId, where = 'true' } = counted;
    const [row] = await sqlOf(sqls, counted)<{ count: string }>(
      `SELECT count(*) AS count FROM "${table}" WHERE ${keyId} <> $1 AND ${where} AND "${rowId}"::text <> ALL($2)`,
      [active, besides],
    );
    others += Number(row?.count ?? 0);
  }
  return others;
}

/** The ids of the first rows of a kind that lie under one key, in their order. */
export async function findUnder(
  sqls: KeyedSql,
  counted: Counted,
  id: string,
  limit: number,
): Promise<string[]> {
  const { table, keyId, rowId, where = 'true' } = counted;
  const rows = await sqlOf(sqls, counted)<{ id: string }>(
    `SELECT "${rowId}"::text AS id FROM "${table}" WHERE ${keyId} = $1 AND ${where} ORDER BY "${rowId}" LIMIT $2`,
    [id, limit],
  );
  return rows.map((row) => row.id);
}

/** How many rows of a kind lie under one key. */
export async function countUnder(sql: Sql, { table, keyId, where = 'true' }: Counted, id: string) {
  const select = `SELECT count(*) AS count FROM "${table}" WHERE ${keyId} = $1 AND ${where}`;
  return Number((await sql<{ count: string }>(select, [id]))[0]?.count);
}

/**
 * The ids of keys that occur and are not among `known`. They are found by steps along an index, so that this is quick
 * however large the tables.
 */
export async function findOtherIds(
  sql: Sql,
  { table, keyId }: Counted,
  known: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    `WITH RECURSIVE ids AS (
       SELECT min(${keyId}) AS id FROM "${table}"
       UNION ALL
       SELECT (SELECT min(${keyId}) FROM "${table}" WHERE ${keyId} > ids.id) FROM ids WHERE ids.id IS NOT NULL
     ) SELECT id FROM ids WHERE id IS NOT NULL AND id <> ALL($1)`,
    [known],
  );
  return rows.map(({ id }) => id);
}
