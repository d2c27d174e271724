import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import pg from 'pg';
import { findStartMark, waitUntil } from '../../src/database/embedded/running-process.js';
import { endAllElsewhere, startElsewhere, type EmbeddedProcess } from '../setup/embedded-process.js';

let dataDir: string;

async function makeFolder(): Promise<void> {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'embedded-')));
}

async function removeFolder(): Promise<void> {
  await endAllElsewhere();
  await rm(dataDir, { recursive: true });
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function isGone(pid: number): Promise<boolean> {
  return waitUntil(async () => (await findStartMark(pid)) === null, 30_000);
}

async function killAndWait({ child }: EmbeddedProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('on a folder of its own', () => {
  beforeEach(makeFolder);
  afterEach(removeFolder);

  test('it is PostgreSQL 18 in UTF-8 with checksums, on the loopback address, and asks for its password', async () => {
    const server = await startElsewhere(dataDir);
    expect(
      await query(
        server.url,
        `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
           current_setting('data_checksums') AS checksums, current_setting('listen_addresses') AS addresses,
           current_setting('unix_socket_directories') AS sockets, current_setting('password_encryption') AS hash`,
      ),
    ).toEqual([
      {
        version: 18,
        encoding: 'UTF8',
        checksums: 'on',
        addresses: '127.0.0.1',
        sockets: '',
        hash: 'scram-sha-256',
      },
    ]);
    const stranger = new URL(server.url);
    stranger.password = 'guess';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const passwordFile = join(dataDir, 'postgres.password');
    expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
    expect(new URL(server.url).password).toBe((await readFile(passwordFile, 'utf8')).trim());
    await server.stop();
    expect(await isGone(server.pid)).toBe(true);
  });

  test('an interrupted first start leaves nothing that stands in the way', async () => {
    await writeFile(join(dataDir, 'postgres.password'), 'from-the-first-attempt\n', { mode: 0o600 });
    const server = await startElsewhere(dataDir);
    expect(new URL(server.url).password).toBe('from-the-first-attempt');
  });

  test('a folder with something else in it is left alone', async () => {
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'precious'), '');
    await expect(startElsewhere(dataDir)).rejects.toThrow(/holds something that is no database/);
    expect(await readdir(join(dataDir, 'postgres'))).toEqual(['precious']);
  });

  test('a lost password is named', async () => {
    await (await startElsewhere(dataDir)).stop();
    await rm(join(dataDir, 'postgres.password'));
    await expect(startElsewhere(dataDir)).rejects.toThrow(/postgres\.password back/);
  });
});

// Making a database takes longer than what these are about: each finds what the others left, running or not.
describe('on a folder with a database', () => {
  beforeAll(makeFolder);
  afterEach(endAllElsewhere);
  afterAll(removeFolder);

  test('a second start keeps the data', async () => {
    const first = await startElsewhere(dataDir);
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.stop();
    const second = await startElsewhere(dataDir);
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([]);
  });

  test('when its Node process is killed, PostgreSQL shuts itself down', async () => {
    const server = await startElsewhere(dataDir);
    await killAndWait(server);
    expect(await isGone(server.pid)).toBe(true);
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).toContain('database system is shut down');
  });

  test('after a kill of both, the next start works and has what was committed', async () => {
    const server = await startElsewhere(dataDir);
    await query(server.url, 'CREATE TABLE committed (id int)');
    process.kill(server.pid, 'SIGKILL');
    await killAndWait(server);
    expect(await stat(join(dataDir, 'postgres', 'postmaster.pid'))).toBeDefined();
    const next = await startElsewhere(dataDir);
    expect(await query(next.url, 'SELECT * FROM committed')).toEqual([]);
  });

  test('worker processes that outlived a killed PostgreSQL do not keep the next one from starting', async () => {
    const server = await startElsewhere(dataDir);
    const busy = new pg.Client({ connectionString: server.url });
    busy.on('error', () => undefined);
    await busy.connect();
    const [{ pid: worker } = { pid: 0 }] = (
      await busy.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    ).rows;
    // A stopped process cannot notice that its PostgreSQL is gone.
    process.kill(worker, 'SIGSTOP');
    process.kill(server.pid, 'SIGKILL');
    await killAndWait(server);
    const next = await startElsewhere(dataDir);
    expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await isGone(worker)).toBe(true);
    await busy.end().catch(() => undefined);
  });

  test('a PostgreSQL that is still running on the folder is stopped first', async () => {
    const first = await startElsewhere(dataDir);
    await query(first.url, 'CREATE TABLE still_there (id int)');
    const second = await startElsewhere(dataDir);
    expect(second.pid).not.toBe(first.pid);
    expect(await isGone(first.pid)).toBe(true);
    expect(await query(second.url, 'SELECT * FROM still_there')).toEqual([]);
  });

  test('a stale file that names a living process of another program does no harm to either', async () => {
    const first = await startElsewhere(dataDir);
    await first.stop();
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}/postgres\n`);
    const second = await startElsewhere(dataDir);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('it inherits no secrets of the environment and logs no data of rows', async () => {
    process.env.KEY_RING = 'canary-in-the-environment';
    const server = await startElsewhere(dataDir);
    delete process.env.KEY_RING;
    const environment = await readFile(`/proc/${server.pid}/environ`, 'utf8').catch(() => '');
    expect(environment).not.toContain('canary');
    await query(server.url, 'CREATE TABLE people (name text UNIQUE)');
    const insert = "INSERT INTO people VALUES ('canary-in-a-row'), ('canary-in-a-row')";
    await expect(query(server.url, insert)).rejects.toThrow('duplicate key');
    await server.stop();
    expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('canary');
  });
});
