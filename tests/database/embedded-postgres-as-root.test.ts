import { spawnSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readlink, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { findPostgresBinaries } from '../../src/database/embedded/postgres-binaries.js';
import { findPostgresPlace } from '../../src/database/embedded/postgres-place.js';
import { runToEnd } from '../../src/database/embedded/postgres-process.js';
import { createLog } from '../../src/log.js';
import { endAllElsewhere, startElsewhere } from '../setup/embedded-process.js';

// PostgreSQL refuses to run as root. These tests need root to show what is done about it.
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('Skipped: the tests of a start as root, since this is not root.\n');

const log = createLog('silent');
const LOOK = 'require("node:fs").accessSync(process.argv[1])';
const NOBODY = { uid: 65_534, gid: 65_534 };
// An ordinary user can try only what lies where others may look: this Node, and this clone.
const canBeTriedByNobody =
  isRoot && spawnSync(process.execPath, ['-e', LOOK, resolve('package.json')], NOBODY).status === 0;
if (isRoot && !canBeTriedByNobody) {
  process.stderr.write(
    'Skipped: starts as an ordinary user, who may not enter the folder of Node or of this clone.\n',
  );
}
let home: string;
const outside: string[] = [];

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'home-')));
});

afterEach(async () => {
  await endAllElsewhere();
  for (const place of outside.splice(0)) await rm(place, { recursive: true, force: true });
  await rm(home, { recursive: true });
});

/** The folder outside the data folder that holds its cluster; removed after the test. */
async function placeOutside(dataDir: string): Promise<string> {
  const place = dirname(await readlink(join(dataDir, 'postgres')));
  outside.push(place);
  return place;
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

(isRoot ? describe : describe.skip)('started by root', () => {
  test('in a folder that others can enter, the data stays there and PostgreSQL runs as somebody else', async () => {
    await chmod(home, 0o755);
    const dataDir = join(home, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    const server = await startElsewhere(dataDir);
    const cluster = await stat(join(dataDir, 'postgres'));
    expect(cluster.uid).not.toBe(0);
    expect(cluster.mode & 0o777).toBe(0o700);
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(cluster.uid);
    expect((await stat(dataDir)).mode & 0o007).toBe(0);
    expect((await stat(join(dataDir, 'postgres.password'))).uid).toBe(0);
  });

  test('under a home that only root may enter, it works, keeps its data, and leaves the home closed', async () => {
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    const dataDir = join(home, 'custodia', '.data');
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const first = await startElsewhere(dataDir);
    const place = await placeOutside(dataDir);
    expect(place).toMatch(/^\/var\/(lib|tmp)\/custodia-/);
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.stop();
    const second = await startElsewhere(dataDir);
    expect(await query(second.url, 'SELECT * FROM kept')).toEqual([]);
    expect(dirname(await readlink(join(dataDir, 'postgres')))).toBe(place);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  test('a link whose folder is gone is refused, not replaced by an empty database', async () => {
    const dataDir = join(home, 'data');
    await mkdir(dataDir);
    await (await startElsewhere(dataDir)).stop();
    await rm(await placeOutside(dataDir), { recursive: true });
    await expect(startElsewhere(dataDir)).rejects.toThrow(/that folder is gone/);
  });

  test('programs that lie under such a home are copied to where the other user can run them', async () => {
    const installed = await findPostgresBinaries();
    const binaries = { folder: join(home, 'native'), version: installed.version };
    await cp(installed.folder, binaries.folder, { recursive: true, verbatimSymlinks: true });
    await chmod(join(binaries.folder, 'share'), 0o700);
    const dataDir = join(home, 'data');
    await mkdir(dataDir);
    const place = await findPostgresPlace(dataDir, binaries, log);
    await placeOutside(dataDir);
    expect(place.binaries.folder.startsWith(home)).toBe(false);
    const program = join(place.binaries.folder, 'bin', 'postgres');
    expect(await runToEnd(program, ['--version'], place.user)).toMatchObject({ code: 0 });
    const again = await findPostgresPlace(dataDir, binaries, log);
    expect(again).toEqual(place);
  });

  const testAsNobody = canBeTriedByNobody ? test : test.skip;

  testAsNobody('an ordinary user runs it too, with everything in the data folder', async () => {
    await chmod(home, 0o755);
    const dataDir = join(home, 'data');
    await mkdir(dataDir);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const server = await startElsewhere(dataDir, NOBODY);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(NOBODY.uid);
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(NOBODY.uid);
    await server.stop();
  });

  testAsNobody(
    'root can go on with the database of an ordinary user, but not the other way round',
    async () => {
      await chmod(home, 0o755);
      const dataDir = join(home, 'data');
      await mkdir(dataDir);
      await (await startElsewhere(dataDir)).stop();
      await chmod(dataDir, 0o777);
      await expect(startElsewhere(dataDir, NOBODY)).rejects.toThrow(/belongs to the user with id \d+/);
    },
  );
});
