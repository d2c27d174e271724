import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExportService } from '../../../src/services/compliance/exports/export.service.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';
import { testKeyRing } from '../../setup/test-keys.js';
import { createExportParts } from './export-workshop.js';

// Nothing works on jobs here: each moment of an export is this test's.

let database: TestDatabase;
let dataDir: string;
let workshop: ReturnType<typeof createExportParts>;
let exports: ReturnType<typeof createExportService>;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-export-deletion-'));
  workshop = createExportParts({ url: database.url, dataDir, keyRing: testKeyRing() });
  await workshop.jobs.prepare();
  exports = createExportService(workshop.parts);
});
afterAll(async () => {
  await workshop?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const db = () => workshop.parts.db;

async function signUp(): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  return (await db().user.create({ data: { email }, select: { id: true } })).id;
}

async function setStatus(id: string, status: 'ACTIVE' | 'DELETED'): Promise<void> {
  const deletedAt = status === 'DELETED' ? new Date() : null;
  await db().user.update({ where: { id }, data: { status, deletedAt }, select: { id: true } });
}

const statusOf = async (userId: string, id: string) => (await exports.find(userId, id))?.status;
const failuresOf = (subjectId: string) =>
  db().auditEvent.count({ where: { subjectId, action: 'export.failed' } });
const casesOf = (userId: string) =>
  db().dataSubjectRequest.findMany({
    where: { userId },
    orderBy: { receivedAt: 'asc' },
    select: { reference: true, status: true, decision: true, evidence: true },
  });

test('an export that meets a deletion fails; after the restoration another is made, which answers both requests', async () => {
  const userId = await signUp();
  const { id: first } = await exports.requestByOperator(userId);
  await setStatus(userId, 'DELETED');
  await exports.run(first);
  expect(await statusOf(userId, first)).toBe('FAILED');
  expect(await failuresOf(userId)).toBe(1);
  expect(await readdir(join(dataDir, 'exports')).catch(() => [])).not.toContain(userId);
  expect(await casesOf(userId)).toMatchObject([{ reference: first, status: 'OPEN' }]);

  await setStatus(userId, 'ACTIVE');
  const { id: second } = await exports.requestByOperator(userId);
  expect(second).not.toBe(first);
  await exports.run(first); // the job of the first, should it come twice
  await exports.run(second);
  expect([await statusOf(userId, first), await statusOf(userId, second)]).toEqual(['FAILED', 'READY']);
  const closed = { status: 'CLOSED', decision: 'GRANTED', evidence: `Export ${second} was made ready.` };
  expect(await casesOf(userId)).toEqual([
    { reference: first, ...closed },
    { reference: second, ...closed },
  ]);
  expect(await failuresOf(userId)).toBe(1);
});

test('the case of an export whose job was given up is closed by the next copy too', async () => {
  const userId = await signUp();
  const { id: first } = await exports.requestByOperator(userId);
  await exports.giveUp(first);
  expect(await statusOf(userId, first)).toBe('FAILED');
  const { id: second } = await exports.requestByOperator(userId);
  await exports.run(second);
  expect((await casesOf(userId)).map(({ status }) => status)).toEqual(['CLOSED', 'CLOSED']);
});

test('an account that is being erased takes its export with it: nothing failed', async () => {
  const userId = await signUp();
  const { id } = await exports.requestByOperator(userId);
  await setStatus(userId, 'DELETED');
  const now = new Date();
  const moments = { requestedAt: now, scheduledFor: now, startedAt: now };
  await db().erasureRequest.create({
    data: { userId, status: 'RUNNING', requestedBy: userId, ...moments },
    select: { id: true },
  });
  await exports.run(id);
  expect(await failuresOf(userId)).toBe(0);
});
