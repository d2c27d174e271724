import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createFileLedger } from '../../../src/services/compliance/erasure/erasure-ledger.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';
import { testKeyRing } from '../../setup/test-keys.js';
import { openErasureWorkshop, type ErasureWorkshop } from './erasure-workshop.js';

// No event, no change: also where nobody but the server changes the state of a request.

let database: TestDatabase;
let superuser: pg.Client;
let dataDir: string;
let workshop: ErasureWorkshop;

beforeAll(async () => {
  database = await createTestDatabase();
  superuser = new pg.Client({ connectionString: database.ownerUrl });
  await superuser.connect();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-erasure-events-'));
  workshop = await openErasureWorkshop({ url: database.url, dataDir, keyRing: testKeyRing() });
});
afterAll(async () => {
  await workshop?.close();
  await superuser?.end();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function askForErasure() {
  const data = { email: `${randomUUID()}@example.com` };
  const { id: userId } = await workshop.db.user.create({ data, select: { id: true } });
  const origin = { ipAddress: null, userAgent: null };
  const { id } = await workshop.erasures.request({ actorId: userId, origin }, null);
  return { userId, erasureId: id };
}

async function eventsAbout(subjectId: string) {
  return workshop.db.auditEvent.findMany({
    where: { subjectId, action: { startsWith: 'erasure.' } },
    orderBy: { id: 'asc' },
    select: { action: true, actorId: true, data: true },
  });
}

const statusOf = async (id: string) => (await workshop.erasures.find(id))?.status;

/** While no event can be written. */
async function withoutEvents(work: () => Promise<unknown>): Promise<void> {
  await superuser.query(`CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no event'; END $$`);
  await superuser.query(
    'CREATE TRIGGER refuse_event BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_event()',
  );
  try {
    await work();
  } finally {
    await superuser.query('DROP FUNCTION refuse_event CASCADE');
  }
}

test('an erasure whose grace is over begins together with its event, and not without it', async () => {
  const { db, erasures } = workshop;
  const { userId, erasureId } = await askForErasure();
  const data = { scheduledFor: new Date(0) };
  await db.erasureRequest.update({ where: { id: erasureId }, data, select: { id: true } });
  await withoutEvents(() => erasures.runDue());
  expect(await statusOf(erasureId)).toBe('SCHEDULED');
  await erasures.runDue();
  expect(await statusOf(erasureId)).toBe('RUNNING');
  expect((await eventsAbout(userId)).slice(1)).toEqual([
    { action: 'erasure.due', actorId: null, data: { erasureId, status: 'RUNNING' } },
  ]);
});

test('what a restored backup makes way for is cancelled with an event, and what takes its place has one', async () => {
  const { config, erasures } = workshop;
  const { userId, erasureId: open } = await askForErasure();
  const erasureId = randomUUID();
  const at = new Date().toISOString();
  const entry = { at, userId, erasureId, requestedAt: at, requestedBy: userId };
  await createFileLedger(config.erasureLedgerFile).append(entry);

  await withoutEvents(() => expect(erasures.makeSafe()).rejects.toThrow());
  expect([await statusOf(open), await statusOf(erasureId)]).toEqual(['SCHEDULED', undefined]);
  await erasures.makeSafe();
  expect([await statusOf(open), await statusOf(erasureId)]).toEqual(['CANCELLED', 'RUNNING']);
  const reason = 'in-the-ledger';
  expect((await eventsAbout(userId)).slice(1)).toEqual([
    { action: 'erasure.cancelled', actorId: null, data: { erasureId: open, status: 'CANCELLED', reason } },
    { action: 'erasure.reopened', actorId: null, data: { erasureId, status: 'RUNNING', reason } },
    { action: 'erasure.started', actorId: null, data: { erasureId } },
  ]);
  await erasures.makeSafe();
  expect(await eventsAbout(userId)).toHaveLength(4);
});
