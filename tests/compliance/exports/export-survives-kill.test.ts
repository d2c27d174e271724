import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, DAY } from '../../../src/clock.js';
import { generateKeyRing, loadKeyRing } from '../../../src/privacy/key-ring.js';
import { createExportService } from '../../../src/services/compliance/exports/export.service.js';
import { inParallel } from '../../setup/in-parallel.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';
import { readArchive } from '../export-setup.js';
import { createExportParts } from './export-workshop.js';

const ring = generateKeyRing();
let database: TestDatabase;
let dataDir: string;
let workshop: ReturnType<typeof createExportParts>;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-export-'));
  await writeFile(join(dataDir, 'ring.json'), ring, { mode: 0o600 });
  workshop = createExportParts({ url: database.url, dataDir, keyRing: loadKeyRing(ring) });
  await workshop.jobs.prepare();
});
afterAll(async () => {
  await workshop?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** More rows than two pages of the reader. */
const ROWS = 1_200;
const ORIGIN = { ipAddress: null, userAgent: null };
const viewerOf = (userId: string) => ({
  sessionId: '0e161f34-db87-4908-82d1-d792c1b84e05',
  amr: ['pwd'],
  scope: [],
  userId,
  authTime: new Date(),
});

/** Somebody with many rows, and an export of theirs that is PENDING. */
async function beginExport() {
  const { db } = workshop.parts;
  const data = {
    email: `${crypto.randomUUID()}@example.com`,
    profile: { create: { fullName: 'Ada', preferences: {} } },
  };
  const { id: userId } = await db.user.create({ data, select: { id: true } });
  const consents = Array.from({ length: ROWS }, (_, index) => ({
    userId,
    purpose: `purpose-${index}`,
    granted: true,
    policyVersion: '1',
  }));
  await db.consent.createMany({ data: consents });
  const service = createExportService(workshop.parts);
  const { id } = await service.request({ viewer: viewerOf(userId), origin: ORIGIN });
  return { userId, exportId: id };
}

/** Makes the export in a process that ends at `end`; answers the signal that ended it. */
async function runInProcess(exportId: string, end: string): Promise<NodeJS.Signals | null> {
  const args = ['tests/setup/run-typescript.mjs', 'tests/compliance/exports/export-process.ts'];
  const child = spawn(
    process.execPath,
    [...args, database.url, dataDir, join(dataDir, 'ring.json'), exportId, end],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** What there is of an export in the end, as its owner and an auditor find it. */
async function endState(userId: string, exportId: string): Promise<object> {
  const service = createExportService(workshop.parts);
  const { db } = workshop.parts;
  const viewer = viewerOf(userId);
  const [exports = []] = await service.listOf([userId]);
  const link = exports[0] && (await service.createLink(exports[0], viewer));
  const token = new URL(link ?? 'none:').searchParams.get('token') ?? '';
  const content = await service.open({ exportId, token, viewer, origin: ORIGIN });
  const { data } = await readArchive(await buffer(content));
  const purposes = new Set(data.records.Consent?.map(({ purpose }) => purpose));
  const times = (action: string) =>
    db.auditEvent.count({ where: { action, data: { path: ['exportId'], equals: exportId } } });
  const cases = await db.dataSubjectRequest.findMany({
    where: { reference: exportId },
    select: { status: true },
  });
  return {
    exports: exports.map(({ status }) => status),
    rows: [data.records.Consent?.length, purposes.size],
    names: data.records.UserProfile?.map(({ fullName }) => fullName),
    requested: await times('export.requested'),
    exported: await times('pii.exported'),
    mails: await db.outgoingMail.count({ where: { userId } }),
    cases: cases.map(({ status }) => status),
  };
}

const DONE = {
  exports: ['READY'],
  rows: [ROWS, ROWS],
  names: ['Ada'],
  requested: 1,
  exported: 1,
  mails: 1,
  cases: ['CLOSED'],
};

const finished: { userId: string; exportId: string }[] = [];

async function killAndFinish(end: string): Promise<NodeJS.Signals | null> {
  const { userId, exportId } = await beginExport();
  const signal = await runInProcess(exportId, end);
  const service = createExportService(workshop.parts);
  await service.run(exportId);
  await service.run(exportId); // a job may come twice
  expect(await endState(userId, exportId)).toEqual(DONE);
  finished.push({ userId, exportId });
  return signal;
}

/** One after each step, and one within the transaction that ends the export. */
const MOMENTS = ['begun', 'written', 'recorded', 'committing', 'done'];
const RANDOM_KILLS = Number(process.env.RANDOM_KILLS ?? 0);
/** Longer than making one export takes, in ms. */
const LONGEST = 600;

test('killed at each step and run again, an export ends the same', async () => {
  await inParallel(MOMENTS, async (end) => {
    expect({ end, signal: await killAndFinish(end) }).toEqual({ end, signal: 'SIGKILL' });
  });
}, 900_000);

test('killed at random moments and run again, an export ends the same', async () => {
  const signals: unknown[] = [];
  await inParallel(
    Array.from({ length: RANDOM_KILLS || 2 }, () => String(1 + Math.floor(Math.random() * LONGEST))),
    async (end) => void signals.push(await killAndFinish(end)),
  );
  if (RANDOM_KILLS > 0) {
    const killed = signals.filter((signal) => signal === 'SIGKILL').length;
    process.stdout.write(`${killed} of ${signals.length} processes were killed before they had finished.\n`);
  }
}, 1_800_000);

test('two processes that make one export at once end the same', async () => {
  const { userId, exportId } = await beginExport();
  const here = createExportService(workshop.parts).run(exportId);
  await Promise.all([runInProcess(exportId, ''), here]);
  expect(await endState(userId, exportId)).toEqual(DONE);
  finished.push({ userId, exportId });
});

test('what dead attempts left is unreadable, since its key was never stored, and goes with the next clearing', async () => {
  const { db } = workshop.parts;
  const later = { now: () => after(new Date(), 2 * DAY) };
  await createExportService({ ...workshop.parts, clock: later }).removeAbandoned(100);
  expect(finished.length).toBeGreaterThan(MOMENTS.length);
  for (const { userId, exportId } of finished) {
    const row = await db.dataExport.findUnique({ where: { id: exportId }, select: { fileName: true } });
    expect(await readdir(join(dataDir, 'exports', userId))).toEqual([row?.fileName]);
  }
});
