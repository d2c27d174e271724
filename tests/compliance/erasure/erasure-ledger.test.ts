import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFileLedger,
  type LedgerEntry,
} from '../../../src/services/compliance/erasure/erasure-ledger.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'custodia-ledger-'));
  file = join(folder, 'deeper', 'erasures.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const entry = (): LedgerEntry => ({
  at: new Date().toISOString(),
  userId: randomUUID(),
  erasureId: randomUUID(),
  requestedAt: new Date().toISOString(),
  requestedBy: randomUUID(),
});

async function readAll(): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const each of createFileLedger(file).read()) entries.push(each);
  return entries;
}

async function fill(count: number): Promise<LedgerEntry[]> {
  const entries = Array.from({ length: count }, entry);
  for (const each of entries) await createFileLedger(file).append(each);
  return entries;
}

test('gives back what was entered, in its order, and is readable by its owner only', async () => {
  expect(await readAll()).toEqual([]); // before there is a file
  const entries = await fill(30);
  expect(await readAll()).toEqual(entries);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'deeper'))).mode & 0o777).toBe(0o700);
});

test('a line that a crash cut short counts for nothing, and the next one takes its place', async () => {
  const [first] = await fill(1);
  await appendFile(file, '{"v":1,"n":2,"at":"20');
  expect(await readAll()).toEqual([first]);
  const [second] = await fill(1);
  expect(await readAll()).toEqual([first, second]);
});

test.each([
  [
    'edited',
    (lines: string[]) => [
      lines[0]!,
      lines[1]!.replace(/"userId":"."/, '"userId":"x').replace('-4', '-5'),
      lines[2]!,
    ],
  ],
  ['removed', (lines: string[]) => [lines[0]!, lines[2]!]],
  ['swapped', (lines: string[]) => [lines[1]!, lines[0]!, lines[2]!]],
  ['inserted', (lines: string[]) => [lines[0]!, lines[0]!, lines[1]!, lines[2]!]],
  ['no line of ours', (lines: string[]) => [lines[0]!, 'null', lines[2]!]],
])('a line that was %s is found, and the message says where and what to do', async (_what, change) => {
  await fill(3);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  await writeFile(file, `${change(lines).join('\n')}\n`);
  await expect(readAll()).rejects.toThrow(/damaged.*line [123].*docs\/erasure\.md/s);
});

test('nothing is entered behind a broken last line', async () => {
  await fill(1);
  await appendFile(file, 'not a line of ours\n');
  await expect(createFileLedger(file).append(entry())).rejects.toThrow(/damaged/);
});
