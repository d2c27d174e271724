import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readCheckpoint, splitNotes } from '../../src/services/audit/checkpoints/checkpoint.js';
import { readEventLine } from '../../src/services/audit/verification/dump-log.js';
import { hashEvent } from '../../src/services/audit/tree/event-record.js';
import { readVerifiers } from '../../src/services/audit/checkpoints/log-folder.js';
import { verifyInclusion } from '../../src/services/audit/tree/merkle-proof.js';
import { eventually } from '../setup/eventually.js';
import { signUp, startServer, stopAllServers, type ReadyServer } from '../setup/server-process.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';

// The built server and, beside it, the operators' command as processes of their own.

let database: TestDatabase;
let dataDir: string;
let server: ReadyServer;
const received: string[] = [];
const receiver = createServer((request, response) => {
  void text(request).then((note) => {
    received.push(note);
    response.end();
  });
});

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-commands-'));
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  server = await startServer({
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    AUDIT_CHECKPOINTS: 'file,stdout',
    AUDIT_CHECKPOINT_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
  });
  await signUp(server.url);
  await sealed();
});
afterAll(async () => {
  await stopAllServers();
  receiver.closeAllConnections();
  receiver.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const folder = () => join(dataDir, 'audit');
const notes = async () => splitNotes(await readFile(join(folder(), 'checkpoints'), 'utf8').catch(() => ''));

/** Waits until there are `count` checkpoints. */
async function sealed(count = 1): Promise<void> {
  await eventually(async () => expect((await notes()).length).toBeGreaterThanOrEqual(count));
}

async function custodia(args: string[], settings: Record<string, string> = {}) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['dist/cli/custodia.js', ...args], {
    env: { PATH, HOME, NODE_ENV: 'development', DATA_DIR: dataDir, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

const online = (...args: string[]) => custodia(args, { DATABASE_URL: database.url });

async function sizeOf(note: string): Promise<number> {
  const found = readCheckpoint(note, await readVerifiers(join(folder(), 'key')));
  if (!found?.signed) throw new Error('The checkpoint is not signed by a known key.');
  return found.size;
}

test('the server sends each checkpoint to its file, its stdout and the webhook', async () => {
  const [first = ''] = await notes();
  expect(await sizeOf(first)).toBeGreaterThan(0);
  await eventually(() => expect(received).toContain(first));
  expect(server.output()).toContain(first.trimEnd());
});

test('dump and verify: in a dump, without the database, an edited event is named by its place', async () => {
  const { code, stdout, stderr } = await online('audit', 'dump');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  const forged = join(dataDir, 'forged.jsonl');
  await writeFile(forged, lines.with(-1, lines.at(-1)!.replace('"action":"', '"action":"x')).join('\n'));
  const nowhere = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
  const verify = ['audit', 'verify', '--dump', forged, '--copies', folder()];
  expect(await custodia(verify, nowhere)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`BROKEN at sequence ${lines.length - 1};`),
  });
});

test('prove: somebody who holds a checkpoint and one event is convinced', async () => {
  const { code, stdout } = await online('audit', 'prove', '--sequence', '0');
  const proof = JSON.parse(stdout) as { checkpoint: string; event: object; hashes: string[] };
  const head = readCheckpoint(proof.checkpoint, await readVerifiers(join(folder(), 'key')));
  const { event } = readEventLine(JSON.stringify(proof.event), 0);
  expect({ code, signed: head?.signed }).toEqual({ code: 0, signed: true });
  const hashes = proof.hashes.map((hash) => Buffer.from(hash, 'base64'));
  expect(verifyInclusion(0, head!.size, hashEvent(event!), hashes, head!.root)).toBe(true);
});

test('rotate-key: the running server signs with the new key, and the whole log stays intact', async () => {
  const before = await notes();
  const { code, stdout } = await online('audit', 'rotate-key');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^localhost:\d+\/audit-log\+/) });
  await sealed(before.length + 1);
  const keyId = stdout.split('+')[1] ?? '';
  const signature = (await notes()).at(-1)?.split(' ').at(-1) ?? '';
  expect(Buffer.from(signature, 'base64').toString('hex', 0, 4)).toBe(keyId);
  expect(await online('audit', 'verify')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('intact'),
  });
});
