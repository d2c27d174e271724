import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type RunningServer, startServer } from '../../src/app/start-server.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { createClient } from '../setup/client.js';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import { dumpDatabase, restoreDump } from '../setup/dump-database.js';
import { eventually } from '../setup/eventually.js';
import {
  describeOnInstalledPostgres,
  startInstalledPostgres,
  type InstalledPostgres,
} from '../setup/installed-postgres.js';
import { findFreePort } from '../setup/server-process.js';
import { canary } from './canary-rows.js';
import { openDump, readEverything, textOf } from './dump-reader.js';
import { seedEveryTable } from './erasure-seeds.js';
import { erasuresOf, requestIn, signUp, type Person } from './erasure/erasure-people.js';

// A dump that `pg_dump` took before an erasure, of a server whose data keys are in a database of their own. Restored after it,
// the dump opens nothing of whom was erased; and a server that starts on it knows them no more in its first answer.

const ring = generateKeyRing();

describeOnInstalledPostgres('a dump from before an erasure', (programs) => {
  let postgres: InstalledPostgres;
  let dataDir: string;
  let port: string;
  let server: RunningServer | null = null;
  let officer: Person;
  let people: Record<'gone' | 'stays', Person & { words: string[] }>;

  beforeAll(async () => {
    [postgres, dataDir, port] = [
      await startInstalledPostgres(programs),
      await makeDataDir(),
      await findFreePort(),
    ];
    await writeFile(join(dataDir, 'key-ring.json'), ring, { mode: 0o600 });
    for (const name of ['data', 'keys']) await run(`CREATE DATABASE ${name}`);
    await start();
    const dump = openDump({ url: urls.data(), keyUrl: urls.keys(), ring });
    const client = { ...createClient(origin()), app: { db: dump.db } };
    officer = await signUp(client, ['PRIVACY_OFFICER']);
    const live = async () => {
      const person = await signUp(client);
      return { ...person, words: Object.values(await seedEveryTable(dump.db, person.id, canary)) };
    };
    people = { gone: await live(), stays: await live() };
    await dump.close();
    for (const format of ['plain', 'custom'] as const)
      await dumpDatabase(programs, { url: urls.data(), format, file: join(dataDir, format) });
  });
  afterAll(async () => {
    await server?.stop();
    await postgres.stop();
    await removeDataDir(dataDir);
  });

  const urls = { data: () => postgres.url('data'), keys: () => postgres.url('keys') };
  const origin = () => `http://127.0.0.1:${port}`;

  async function start(): Promise<void> {
    const { config } = readConfig({
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: port,
      LOG_LEVEL: 'silent',
      DATA_DIR: dataDir,
      DATABASE_URL: urls.data(),
      KEYSTORE_DATABASE_URL: urls.keys(),
      KEY_RING_FILE: join(dataDir, 'key-ring.json'),
      MFA_REQUIRED_ROLES: 'none', // what is shown here does not depend on how staff sign in
      ARGON2_MEMORY_KIB: '1024',
      ARGON2_TIME_COST: '1',
      ARGON2_PARALLELISM: '1',
    });
    server = await startServer(config, { log: createLog('silent'), print: () => undefined });
  }

  async function run(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url('postgres') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  async function restore(format: 'plain' | 'custom', database: string): Promise<string> {
    await run(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await run(`CREATE DATABASE ${database} TEMPLATE template0`);
    const url = postgres.url(database);
    await restoreDump(programs, { url, format, file: join(dataDir, format) });
    return url;
  }

  /** What opens of both people in a dump that is restored at `url`, with the key ring and the key database as it is now. */
  async function readDump(url: string) {
    const { db, ...dump } = openDump({ url, keyUrl: urls.keys(), ring });
    const { gone, stays } = people;
    const found = { gone: await readEverything(db, gone.id), stays: await readEverything(db, stays.id) };
    await dump.close();
    return found;
  }

  async function rowOf({ id }: Person): Promise<{ status: string; email: string | null } | undefined> {
    const client = new pg.Client({ connectionString: urls.data() });
    await client.connect();
    const sql = 'SELECT status::text, email FROM users WHERE id = $1';
    const { rows } = await client
      .query<{ status: string; email: string | null }>(sql, [id])
      .finally(() => client.end());
    return rows[0];
  }

  test('is whole as long as the key is there: every sealed table of both opens', async () => {
    const found = await readDump(await restore('plain', 'copied'));
    for (const who of ['gone', 'stays'] as const) {
      for (const [model, rows] of Object.entries(found[who]))
        expect({ model, isRead: rows.length > 0 && typeof rows !== 'string' }).toEqual({
          model,
          isRead: true,
        });
      const { words, email } = people[who];
      for (const each of [...words, email]) expect(textOf(found[who])).toContain(each);
    }
  });

  describe('restored after it', () => {
    beforeAll(async () => {
      const erasures = erasuresOf(createClient(origin()));
      const { id } = requestIn(await erasures.erase(officer.token, people.gone.id));
      await eventually(async () => {
        expect((await erasures.find(officer.token, id))?.status).toBe('COMPLETED');
      });
      await server?.stop();
      server = null;
    });

    test.each([
      { format: 'plain', database: 'copied' },
      { format: 'custom', database: 'data' },
    ] as const)(
      'opens nothing of who is erased, and all of who stays ($format format)',
      async ({ format, database }) => {
        const found = await readDump(await restore(format, database));
        for (const [model, why] of Object.entries(found.gone))
          expect({ model, why }).toEqual({ model, why: expect.stringContaining('its data key is gone') });
        const { words, email } = people.stays;
        for (const each of [...words, email]) expect(textOf(found.stays)).toContain(each);
      },
    );

    test('is made safe, in the server’s place, before the first answer', async () => {
      expect(await rowOf(people.gone)).toEqual({ status: 'ACTIVE', email: expect.any(String) });
      const [answer] = await Promise.all([firstAnswer(), start()]);
      expect(answer).toEqual({ data: { user: { id: people.gone.id, status: 'ERASED', email: null } } });
      expect(await rowOf(people.gone)).toEqual({ status: 'ERASED', email: null });
      const { graphql } = createClient(origin());
      const { data } = await graphql('{ viewer { email } }', {}, people.stays.token);
      expect(data?.viewer).toEqual({ email: people.stays.email });
    });
  });

  /** What the server answers first about the erased account, asked from before it listens; refusals of an unready one aside. */
  async function firstAnswer(): Promise<unknown> {
    const query = 'query ($id: ID!) { user(id: $id) { id status email } }';
    const { graphql } = createClient(origin());
    let answer = {};
    await eventually(async () => {
      answer = await graphql(query, { id: people.gone.id }, officer.token);
      expect(answer).toHaveProperty('data');
    });
    return answer;
  }
});
