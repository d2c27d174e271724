import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * Runs `use` with the address of a new, empty database on the server that `serverUrl` leads to, and drops it
 * afterwards. The user needs the right to create databases.
 */
export async function withScratchDatabase<Result>(
  serverUrl: string,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const name = `custodia_scratch_${randomBytes(6).toString('hex')}`;
  await runOn(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return await use(url.href);
  } finally {
    await runOn(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // what waits for the lost connection rejects
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
