import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { createSmtpSink } from '../mail/smtp-sink.js';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import { dumpDatabase, unpackDump } from '../setup/dump-database.js';
import { eventually } from '../setup/eventually.js';
import {
  describeOnInstalledPostgres,
  startInstalledPostgres,
  type InstalledPostgres,
} from '../setup/installed-postgres.js';
import { asNeedles, type Needles, searchFolder, searchIn } from '../setup/search-files.js';
import { findFreePort, type ReadyServer, startServer, stopAllServers } from '../setup/server-process.js';
import { everyFormOf, liveCanaryLife } from './canary-life.js';

// The built server as in production, two processes of it, on a PostgreSQL that somebody else installed: its tables belong to
// one role, it works as another. A word that is written into a table in clear shows in each place that the search would find one.

const OWNER = { username: 'custodia_owner', password: randomBytes(12).toString('base64url') };
const SERVER = { username: 'custodia_server', password: randomBytes(12).toString('base64url') };
const CLEAR = `inclear${randomBytes(6).toString('hex')}`;

describeOnInstalledPostgres('on a PostgreSQL of another version, by DATABASE_URL', (programs) => {
  let postgres: InstalledPostgres;
  let smtp: Awaited<ReturnType<typeof createSmtpSink>>;
  let dataDir: string;
  let servers: ReadyServer[];
  let needles: Needles;

  beforeAll(async () => {
    // At its most talkative: each statement with its parameters.
    postgres = await startInstalledPostgres(programs, {
      log_statement: 'all',
      log_parameter_max_length: '-1',
    });
    await run(
      `CREATE ROLE custodia_owner LOGIN PASSWORD '${OWNER.password}'`,
      `CREATE ROLE custodia_server LOGIN PASSWORD '${SERVER.password}'`,
      'GRANT custodia_server TO custodia_owner',
      'CREATE DATABASE custodia OWNER custodia_owner',
    );
    smtp = await createSmtpSink();
    dataDir = await makeDataDir();
    const keyRing = generateKeyRing();
    await writeFile(join(dataDir, 'key-ring.json'), keyRing, { mode: 0o600 });
    servers = await Promise.all([start(), start()]);
    const secrets = await liveCanaryLife({ urls: servers.map(({ url }) => url), mailedToken });
    for (const [index, secret] of (keyRing.match(/[\w+/-]{40,}/g) ?? []).entries())
      secrets.set(`key ${index}`, secret);
    needles = everyFormOf(new Map([...secrets, ['word in clear', CLEAR]]));
    await run('CREATE TABLE notes (word text)', `INSERT INTO notes VALUES ('${CLEAR}')`, 'CHECKPOINT');
  });
  afterAll(async () => {
    await stopAllServers();
    await smtp.close();
    await postgres.stop();
    await removeDataDir(dataDir);
  });

  async function start(): Promise<ReadyServer> {
    return startServer({
      NODE_ENV: 'production',
      PORT: await findFreePort(),
      PUBLIC_URL: 'https://accounts.example.com',
      DATA_DIR: dataDir,
      KEY_RING_FILE: join(dataDir, 'key-ring.json'),
      DATABASE_URL: postgres.url('custodia', SERVER),
      MIGRATION_DATABASE_URL: postgres.url('custodia', OWNER),
      SMTP_URL: smtp.url,
      MAIL_FROM: 'no-reply@example.com',
      LOG_LEVEL: 'trace',
      TRUSTED_PROXIES: '1',
    });
  }

  async function mailedToken(template: string): Promise<string> {
    const link = new RegExp(`/${template}\\?token=([\\w-]+)`);
    const find = () => smtp.received.flatMap(({ parsed }) => link.exec(parsed.text ?? '')?.[1] ?? []).at(-1);
    await eventually(() => expect(find()).toBeDefined());
    return find()!;
  }

  async function run(...statements: string[]): Promise<Record<string, unknown>[]> {
    const database = statements.some((each) => each.startsWith('CREATE DATABASE')) ? 'postgres' : 'custodia';
    const client = new pg.Client({ connectionString: postgres.url(database) });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const each of statements) rows = (await client.query<Record<string, unknown>>(each)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  const inFile = async (path: string) => searchIn(await readFile(path), needles);

  test('it starts as in production, migrates as the owner and works as the role of its own', async () => {
    expect(servers.map(({ output }) => /Applied \d+ migration/.test(output()))).toContain(true);
    for (const { output } of servers) expect(output()).not.toContain('may change the audit log');
    const roles = await run(
      `SELECT DISTINCT usename, tableowner FROM pg_stat_activity, pg_tables
        WHERE datname = current_database() AND usename LIKE 'custodia%' AND tablename = 'users'`,
    );
    expect(roles).toEqual([{ usename: SERVER.username, tableowner: OWNER.username }]);
  });

  test('the search finds what is there: in the mails', () => {
    const mails = Buffer.from(smtp.received.map(({ parsed }) => `${parsed.text}`).join('\n'));
    expect(searchIn(mails, needles)).toEqual(
      expect.arrayContaining(['verification token', 'change token', 'reset token']),
    );
  });

  test('nothing of the user stands in the files of the database after a checkpoint', async () => {
    expect(await searchFolder(join(postgres.folder, 'base'), needles)).toEqual(['word in clear']);
  });

  test('nothing stands in the write-ahead log', async () => {
    expect(await searchFolder(join(postgres.folder, 'pg_wal'), needles)).toEqual(['word in clear']);
  });

  test('nothing stands in what pg_dump writes, as SQL and in its own format', async () => {
    const file = (name: string) => join(dataDir, name);
    const url = postgres.url('custodia');
    await dumpDatabase(programs, { url, format: 'plain', file: file('dump.sql') });
    const copied = asNeedles(['COPY pgboss.', 'COPY public.users ']);
    expect(searchIn(await readFile(file('dump.sql')), copied)).toEqual([...copied.keys()]);
    expect(await inFile(file('dump.sql'))).toEqual(['word in clear']);
    await dumpDatabase(programs, { url, format: 'custom', file: file('dump') });
    expect(await inFile(file('dump'))).toEqual([]); // compressed
    await unpackDump(programs, file('dump'), file('unpacked.sql'));
    expect(await inFile(file('unpacked.sql'))).toEqual(['word in clear']);
  });

  test('nothing stands in the logs, of PostgreSQL with each statement, and of the server', async () => {
    expect(await inFile(postgres.logFile)).toEqual(['word in clear']);
    for (const { output } of servers) {
      expect(output()).toContain('"level"');
      expect(searchIn(Buffer.from(output()), needles)).toEqual([]);
    }
  });
});
