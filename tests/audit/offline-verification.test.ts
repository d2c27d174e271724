import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuditLog } from '../../src/services/audit/verification/audit-log.js';
import { readCheckpoint } from '../../src/services/audit/checkpoints/checkpoint.js';
import { auditVerify } from '../../src/cli/commands/audit-verify.js';
import { formatEventLine, readEventLine } from '../../src/services/audit/verification/dump-log.js';
import { hashEvent } from '../../src/services/audit/tree/event-record.js';
import { createLogFolder } from '../../src/services/audit/checkpoints/log-folder.js';
import { verifyConsistency, verifyInclusion } from '../../src/services/audit/tree/merkle-proof.js';
import { proveEvent, proveGrowth } from '../../src/services/audit/verification/prove-event.js';
import { createAuditSetup, ORIGIN, type AuditSetup } from './audit-setup.js';

let it: AuditSetup;
let dump: string;
let lines: string[];
beforeAll(async () => {
  it = await createAuditSetup();
  await it.fill(10);
  lines = await readLines();
  dump = join(it.dataDir, 'events.jsonl');
});
afterAll(() => it.close());

async function readLines(): Promise<string[]> {
  const reader = await it.auditLog.open();
  const found: string[] = [];
  for await (const leaf of reader.leaves()) found.push(formatEventLine(leaf));
  await reader.close();
  return found;
}

/** The command with these arguments, on this dump, with no database anywhere. */
async function verify(content: readonly string[], ...args: string[]) {
  await writeFile(dump, content.join('\n'));
  const said: string[] = [];
  const surroundings = {
    env: { DATA_DIR: it.dataDir, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' },
    print: (line: string) => void said.push(line),
    complain: (line: string) => void said.push(line),
  };
  const code = await auditVerify.call(['--dump', dump, ...args], surroundings);
  return { code, said: said.join('\n') };
}

test('a dump verifies without the database, and holds no address', async () => {
  const { code, said } = await verify(lines);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('intact: 10 events') as string });
  for (const value of Object.values(ORIGIN)) expect(lines.join()).not.toContain(value);
  const key = await readFile(join(it.dataDir, 'audit', 'key'), 'utf8');
  expect((await verify(lines, '--key', key)).code).toBe(0);
});

test.each([
  [
    'an edited event',
    () => lines.with(6, (lines[6] as string).replace('session.created', 'session.revoked')),
    6,
  ],
  ['a removed event', () => lines.toSpliced(3, 1), 3],
  ['an inserted event', () => lines.toSpliced(5, 0, lines[5] as string), 6],
  ['events that changed places', () => lines.with(4, lines[7] as string).with(7, lines[4] as string), 4],
  ['a tail that is cut off', () => lines.slice(0, 8), 8],
  ['a line that is none', () => lines.with(2, '{"sequence":'), 2],
  ['nothing at all', () => [], 0],
])('%s is found', async (_, attack, place) => {
  const { code, said } = await verify(attack());
  expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(`sequence ${place};`) as string });
});

test('without key, checkpoints or dump it says what is missing', async () => {
  await expect(verify(lines, '--copies', join(it.dataDir, 'nowhere'))).rejects.toThrow('There is no key');
  await expect(verify(lines, '--checkpoints', join(it.dataDir, 'none'))).rejects.toThrow('no checkpoints');
  await expect(verify(lines, '--key', 'abc')).rejects.toThrow('no verifier key');
});

test('copies that are there and cannot be read are an error: the log does not count as intact without them', async () => {
  const unreadable = join(it.dataDir, 'unreadable');
  await symlink(unreadable, unreadable);
  const { privacy, openKeys, databaseUrl: url } = it;
  const log = createAuditLog({ url, privacy, folder: createLogFolder(unreadable), openKeys });
  await expect(log.verify()).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await it.logWithoutCopies().verify()).toMatchObject({ intact: true });

  const folder = join(it.dataDir, 'audit');
  const key = await readFile(join(folder, 'key'), 'utf8');
  const args = ['--key', key, '--checkpoints', join(folder, 'checkpoints'), '--copies', unreadable];
  await expect(verify(lines, ...args)).rejects.toMatchObject({ code: 'ELOOP' });
});

test('proofs convince somebody who holds two checkpoints and one event', async () => {
  const reader = await it.auditLog.open();
  const verifiers = await it.folder.readVerifiers();
  const bytes = (hashes: string[]) => hashes.map((hash) => Buffer.from(hash, 'base64'));
  for (let sequence = 0; sequence < 10; sequence += 1) {
    const proof = await proveEvent(reader, sequence);
    const head = readCheckpoint(proof.checkpoint, verifiers);
    const { event } = readEventLine(JSON.stringify(proof.event), sequence);
    if (!head?.signed || !event) throw new Error('The proof does not hold what it must.');
    expect(verifyInclusion(sequence, head.size, hashEvent(event), bytes(proof.hashes), head.root)).toBe(true);
  }
  const earlier = [];
  for await (const checkpoint of await it.folder.checkpoints(verifiers)) earlier.push(checkpoint);
  expect(earlier.map(({ size }) => size)).toEqual([4, 8, 10]);
  for (const from of earlier) {
    const { checkpoint, hashes } = await proveGrowth(reader, from.size);
    const to = readCheckpoint(checkpoint, verifiers);
    expect(to && verifyConsistency(from, to, bytes(hashes))).toBe(true);
  }
  await expect(proveEvent(reader, 10)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(proveGrowth(reader, 11)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(proveGrowth(reader, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await reader.close();
});
