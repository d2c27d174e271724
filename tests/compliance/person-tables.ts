import type pg from 'pg';
import { REGISTER } from '../../src/privacy/register.js';
import { createGuardKeys } from '../../src/security/guard/guard-keys.js';
import { testKeyRing } from '../setup/test-keys.js';

type Query = <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<Row[]>;

interface Reference {
  table: string;
  column: string;
  parent: string;
  key: string;
}

const REFERENCES = `SELECT c.conrelid::regclass::text AS table, a.attname AS column, c.confrelid::regclass::text AS parent, k.attname AS key
  FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace AND n.nspname = 'public'
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
  JOIN pg_attribute k ON k.attrelid = c.confrelid AND k.attnum = c.confkey[1]
  WHERE c.contype = 'f'`;

const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`;

/** The tables whose rows say something about a person by the register's word, in the register's order. */
export const PERSONAL_TABLES = Object.values(REGISTER)
  .filter(({ columns }) => Object.values(columns).some((column) => column.personal))
  .map(({ table }) => table);

/**
 * What lies of a person in every table, as texts by table: found by the foreign keys of the database itself, and where there
 * are none by the register's word. Nothing of it goes through the plan of an erasure.
 */
export async function rowsOfPerson(
  query: Query,
  { id, email }: { id: string; email: string },
): Promise<Record<string, string>> {
  const references = await query<Reference & pg.QueryResultRow>(REFERENCES);
  const owners = new Map(Object.values(REGISTER).map(({ table, owner }) => [table, owner]));
  const keys = createGuardKeys(testKeyRing().searchIndex);
  const beginnings = [id, email]
    .flatMap((each) => keys.beginningsOf(each))
    .map((text) => `starts_with(key, '${text}')`);

  function condition(table: string): string {
    if (table === 'users') return `id = '${id}'`;
    const ways = references
      .filter((each) => each.table === table)
      .map(
        ({ column, parent, key }) =>
          `"${column}" IN (SELECT "${key}" FROM ${parent} WHERE ${condition(parent)})`,
      );
    if (owners.get(table)?.by === 'link') ways.push(`subject_id = '${id}'`);
    if (owners.get(table)?.by === 'keyed hash') ways.push(...beginnings);
    return ways.join(' OR ') || 'false';
  }

  const found: Record<string, string> = {};
  for (const { name } of await query<{ name: string }>(TABLES)) {
    const rows = await query<{ line: string }>(
      `SELECT t::text AS line FROM "${name}" t WHERE ${condition(name)} ORDER BY 1`,
    );
    if (rows.length > 0) found[name] = rows.map(({ line }) => line).join('\n');
  }
  return found;
}
