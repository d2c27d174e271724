import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  /** Connection string of an empty, migrated database that only the caller uses. */
  url: string;
  /** Drops it, cutting the connections that are still open. */
  drop: () => Promise<void>;
}

/** Makes a database for one test file (or one test) by cloning the migrated template: tens of milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(`TEMPLATE ${testServer().template}`);
}

/** Makes a database without any tables. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('TEMPLATE template0');
}

/** The server of this run of the tests: a connection string to a database that no test writes to. */
export function testServer(): { url: string; template: string } {
  const server = process.env.TEST_POSTGRES;
  if (!server) throw new Error('tests/setup/start-postgres.ts has not run: start the tests through Jest.');
  return JSON.parse(server) as { url: string; template: string };
}

async function createDatabase(from: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(`CREATE DATABASE ${name} ${from}`);
  const url = new URL(testServer().url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function run(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: testServer().url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
