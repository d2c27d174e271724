import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder } from '../../src/database/embedded/data-folder.js';
import { findStartMark } from '../../src/database/embedded/running-process.js';
import { StartError } from '../../src/database/start-error.js';

let parent: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'data-folder-'));
  dataDir = join(parent, 'deep', 'data');
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(parent, { recursive: true });
});

/** A process of its own that claims the folder and keeps it; the text is what it printed first. */
async function lockElsewhere(): Promise<{ child: ChildProcess; said: string }> {
  const args = ['tests/setup/run-typescript.mjs', 'tests/database/lock-process.ts', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: chunk.toString().trim() };
}

test('the folder is made for its owner only, and free again after release', async () => {
  const lock = await lockDataFolder(dataDir);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  await lock.release();
  expect(await readdir(dataDir)).toEqual([]);
  await (await lockDataFolder(dataDir)).release();
});

test('a second process is refused with the folder and the process named', async () => {
  const { child, said } = await lockElsewhere();
  expect(said).toBe('locked');
  const refusal = await lockDataFolder(dataDir).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StartError);
  expect((refusal as StartError).message).toContain(dataDir);
  expect((refusal as StartError).message).toContain(`process ${child.pid}`);
});

test('of many that start at once one gets the folder', async () => {
  const results = await Promise.all(Array.from({ length: 4 }, lockElsewhere));
  expect(results.map(({ said }) => said).toSorted()).toEqual(['locked', 'refused', 'refused', 'refused']);
});

test('the claim of a killed process is taken over', async () => {
  const { child } = await lockElsewhere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await lockDataFolder(dataDir)).release();
});

test('of many that find a stale claim at once one gets the folder', async () => {
  const { child } = await lockElsewhere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const results = await Promise.all(Array.from({ length: 4 }, lockElsewhere));
  expect(results.map(({ said }) => said).toSorted()).toEqual(['locked', 'refused', 'refused', 'refused']);
});

test('a claim whose process id belongs to another program by now is taken over', async () => {
  await (await lockDataFolder(dataDir)).release();
  const { pid } = process;
  expect(await findStartMark(pid)).not.toBeNull();
  await writeFile(join(dataDir, 'server.lock'), JSON.stringify({ pid, startMark: 'long ago' }));
  const lock = await lockDataFolder(dataDir);
  expect(await readFile(join(dataDir, 'server.lock'), 'utf8')).not.toContain('long ago');
  await lock.release();
});

test.each(['', '{', '[]', '{"pid":"1"}'])('a damaged claim %j is taken over', async (text) => {
  await (await lockDataFolder(dataDir)).release();
  await writeFile(join(dataDir, 'server.lock'), text);
  await (await lockDataFolder(dataDir)).release();
});

test('a folder that cannot be made is named', async () => {
  await writeFile(join(parent, 'file'), '');
  await expect(lockDataFolder(join(parent, 'file', 'data'))).rejects.toThrow(/cannot be written .*DATA_DIR/);
});
