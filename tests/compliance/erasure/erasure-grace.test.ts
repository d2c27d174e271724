import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, DAY, HOUR } from '../../../src/clock.js';
import { dueDate } from '../../../src/services/compliance/cases/case-deadline.js';
import { endOfGrace } from '../../../src/services/compliance/erasure/erasure-grace.js';
import { createTestDatabase } from '../../setup/test-database.js';
import { testKeyRing } from '../../setup/test-keys.js';
import { openErasureWorkshop } from './erasure-workshop.js';

test.each([
  ['2027-02-01T10:00:00.000Z', '2027-02-28T10:00:00.000Z'],
  ['2028-02-01T10:00:00.000Z', '2028-02-29T10:00:00.000Z'],
  ['2027-01-31T10:00:00.000Z', '2027-02-27T10:00:00.000Z'],
  ['2027-01-29T10:00:00.000Z', '2027-02-27T10:00:00.000Z'],
  ['2027-04-10T10:00:00.000Z', '2027-05-09T10:00:00.000Z'],
  ['2027-03-10T10:00:00.000Z', '2027-04-09T10:00:00.000Z'],
])('asked for at %s it is carried out at %s', (requestedAt, scheduledFor) => {
  expect(endOfGrace(new Date(requestedAt), 30 * DAY).toISOString()).toBe(scheduledFor);
});

test('whenever it is asked for and whatever the grace, a day is left before the request must be answered', () => {
  const first = new Date('2027-01-01T00:00:00.000Z');
  for (let day = 0; day < 4 * 366; day += 1) {
    const requestedAt = after(first, day * DAY);
    const latest = after(dueDate('ERASURE', requestedAt), -DAY);
    expect(endOfGrace(requestedAt, 30 * DAY) <= latest).toBe(true);
    expect(endOfGrace(requestedAt, 90 * DAY)).toEqual(latest);
    expect(endOfGrace(requestedAt, HOUR)).toEqual(after(requestedAt, HOUR));
  }
});

test('with the defaults an erasure that is asked for in February closes its case in time', async () => {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-grace-'));
  let now = new Date('2027-02-01T10:00:00.000Z');
  const workshop = await openErasureWorkshop({
    url: database.url,
    dataDir,
    keyRing: testKeyRing(),
    clock: { now: () => now },
  });
  try {
    const { db, erasures } = workshop;
    const data = { email: 'ada@example.com' };
    const { id: userId } = await db.user.create({ data, select: { id: true } });
    const origin = { ipAddress: null, userAgent: null };
    const { id, scheduledFor } = await erasures.request({ actorId: userId, origin }, null);
    now = after(scheduledFor, -1);
    await erasures.runDue();
    expect((await erasures.find(id))?.status).toBe('SCHEDULED');
    now = after(scheduledFor, HOUR);
    await erasures.runDue();
    await erasures.carryOut(id, 'destroy');
    const [found] = await db.dataSubjectRequest.findMany({ where: { reference: id } });
    expect(found).toMatchObject({ status: 'CLOSED', decision: 'GRANTED' });
    expect(found!.closedAt! < found!.dueAt).toBe(true);
  } finally {
    await workshop.close();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
