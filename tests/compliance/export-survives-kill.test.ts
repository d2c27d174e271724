import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, DAY } from '../../src/clock.js';
import { generateKeyRing, loadKeyRing } from '../../src/privacy/key-ring.js';
import { createExportService } from '../../src/services/compliance/exports/export.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { readArchive } from './export-setup.js';
import { createExportParts } from './export-workshop.js';

const ring = generateKeyRing();
let database: TestDatabase;
let dataDir: string;
let workshop: ReturnType<typeof createExportParts>;
let userId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-export-'));
  await writeFile(join(dataDir, 'ring.json'), ring, { mode: 0o600 });
  workshop = createExportParts({ url: database.url, dataDir, keyRing: loadKeyRing(ring) });
  await workshop.jobs.prepare();
  const { db } = workshop.parts;
  const data = { email: 'ada@example.com', profile: { create: { fullName: 'Ada', preferences: {} } } };
  ({ id: userId } = await db.user.create({ data, select: { id: true } }));
  await db.consent.createMany({
    data: Array.from({ length: 3_000 }, (_, index) => ({
      userId,
      purpose: `purpose-${index}`,
      granted: true,
      policyVersion: '1',
    })),
  });
}, 60_000);
afterAll(async () => {
  await workshop?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const ORDER = {
  origin: { ipAddress: null, userAgent: null },
  viewer: { sessionId: '0e161f34-db87-4908-82d1-d792c1b84e05', amr: ['pwd'], scope: [] },
};
const viewer = () => ({ ...ORDER.viewer, userId, authTime: new Date() });

/** Makes the export in a process that ends at `end`; answers the signal that ended it. */
async function runInProcess(exportId: string, end: string): Promise<NodeJS.Signals | null> {
  const file = 'tests/compliance/export-process.ts';
  const child = spawn(
    process.execPath,
    [
      'tests/setup/run-typescript.mjs',
      file,
      database.url,
      dataDir,
      join(dataDir, 'ring.json'),
      exportId,
      end,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

const MOMENTS = ['begun', 'written', 'recorded', 'committing', 'done', ...[500, 800].map(String)];

test.each(MOMENTS)('killed at "%s" and run again, an export ends the same', async (end) => {
  const service = createExportService(workshop.parts);
  const { db, files } = workshop.parts;
  const { id } = await service.request({ viewer: viewer(), origin: ORDER.origin });
  const signal = await runInProcess(id, end);
  if (!/^\d+$/.test(end)) expect(signal).toBe('SIGKILL');
  await service.run(id);
  await service.run(id); // a job may come twice

  const link = await service.createLink((await service.find(userId, id))!, viewer());
  const token = new URL(link!).searchParams.get('token')!;
  const content = await service.open({ exportId: id, token, viewer: viewer(), origin: ORDER.origin });
  const { data } = await readArchive(await buffer(content));
  expect(data.records.Consent).toHaveLength(3_000);
  expect(data.records.UserProfile).toEqual([expect.objectContaining({ fullName: 'Ada' })]);
  const times = (action: string) =>
    db.auditEvent.count({ where: { action, data: { path: ['exportId'], equals: id } } });
  expect([await times('export.requested'), await times('pii.exported')]).toEqual([1, 1]);
  expect(await db.outgoingMail.count({ where: { userId } })).toBe(1);
  expect(
    await db.dataSubjectRequest.findMany({ where: { reference: id }, select: { status: true } }),
  ).toEqual([{ status: 'CLOSED' }]);

  // What dead attempts left is unreadable (its key was never stored) and goes with the next clearing.
  const sweeper = createExportService({
    ...workshop.parts,
    clock: { now: () => after(new Date(), 2 * DAY) },
  });
  await sweeper.removeAbandoned();
  const row = await db.dataExport.findUnique({ where: { id }, select: { fileName: true } });
  expect(await readdir(join(dataDir, 'exports', userId))).toEqual([row!.fileName]);
  await files.removeAllOf(userId);
  await db.outgoingMail.deleteMany({ where: { userId } });
  await db.dataExport.deleteMany({ where: { userId } });
});

test('an account erased while its export is made: nothing is left', async () => {
  const service = createExportService(workshop.parts);
  const { db } = workshop.parts;
  const { id } = await service.request({ viewer: viewer(), origin: ORDER.origin });
  const erasing = createExportService({
    ...workshop.parts,
    async findRecipients() {
      await service.removeFilesOf(userId);
      await db.dataExport.deleteMany({ where: { userId } });
      await db.dataKey.deleteMany({ where: { userId } });
      return [];
    },
  });
  await erasing.run(id);
  await expect(readdir(join(dataDir, 'exports', userId))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await db.dataExport.count({ where: { userId } })).toBe(0);
});
