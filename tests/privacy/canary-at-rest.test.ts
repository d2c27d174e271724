import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { startOwnPostgres } from '../setup/own-postgres.js';
import { type Needles, searchFolder, searchIn } from '../setup/search-files.js';
import { everyFormOf, liveCanaryLife } from './canary-life.js';

// A user whose every value is a word that stands nowhere else, and then a search for those words wherever
// the server writes: the files of the database, its write-ahead log, a dump of every table, and its own log.
// canary-on-installed-postgres.test.ts searches what `pg_dump` writes.

let postgres: Awaited<ReturnType<typeof startOwnPostgres>>;
let server: FullServer;
let log = '';
let needles: Needles;

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  postgres = await startOwnPostgres();
  server = await startFullServer({ LOG_LEVEL: 'trace', TRUSTED_PROXIES: '1' }, sink, postgres);
  needles = everyFormOf(await liveCanaryLife({ ...server, urls: [server.url] }));
});
afterAll(() => server.stop());

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const find = (folder: string) => searchFolder(folder, needles);

describe('of a registered, signed-in, updated user', () => {
  test('the search finds what is there: the folder of mails is full of it', async () => {
    const found = await find(join(server.dataDir, 'mail'));
    expect(found).toEqual(expect.arrayContaining(['local', 'verification token', 'reset token']));
  });

  test('nothing stands in the files of the database after a checkpoint', async () => {
    await query('CHECKPOINT');
    expect(await find(join(postgres.folder, 'base'))).toEqual([]);
  });

  test('nothing stands in the write-ahead log', async () => {
    expect(await find(join(postgres.folder, 'pg_wal'))).toEqual([]);
  });

  test('nothing stands in a dump of every table of every schema', async () => {
    const tables = await query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['public.users', 'pgboss.job']));
    for (const { name } of tables) {
      const rows = await query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
      expect({
        name,
        found: searchIn(Buffer.from(rows.map(({ line }) => line).join('\n')), needles),
      }).toEqual({
        name,
        found: [],
      });
    }
  });

  test('nothing stands in the server’s log, at its most talkative', () => {
    expect(log).toContain('"level"');
    expect(searchIn(Buffer.from(log), needles)).toEqual([]);
  });
});
