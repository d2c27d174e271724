import { after, DAY } from '../../src/clock.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { exportsOf, readyExport, signUp, type Person } from './export-setup.js';

let server: FullServer;
let unverified: Person;
let unnoticed: Person;
let noticed: Person;
let seen: Person;

const db = () => server.app.db;
const ago = (period: number) => after(new Date(), -period);

async function update(person: Person, data: object): Promise<void> {
  await db().user.update({ where: { id: person.id }, data, select: { id: true } });
}

/** Moves an account into the past as a whole: registered, signed in and last seen so long ago. */
async function age(person: Person, period: number, data: object): Promise<void> {
  const moment = ago(period);
  await update(person, { createdAt: moment, lastLoginAt: moment, ...data });
  await db().session.updateMany({ where: { userId: person.id }, data: { lastSeenAt: moment } });
}

/** An account of which everything that goes by time is out of date. */
async function letEverythingRunOut(person: Person): Promise<void> {
  const userId = person.id;
  const { id } = await readyExport(server, person);
  await db().dataExport.update({ where: { id }, data: { expiresAt: ago(1) }, select: { id: true } });
  await db().oneTimeToken.updateMany({ where: { userId }, data: { usedAt: ago(2 * DAY) } });
  const session = { userId, authTime: new Date(), amr: ['old'], ipAddress: '192.0.2.1', userAgent: 'old' };
  const ended = { expiresAt: ago(31 * DAY), revokedAt: ago(31 * DAY) };
  for (const moments of [ended, { expiresAt: after(new Date(), DAY) }]) {
    await db().session.create({
      data: { ...session, lastSeenAt: ago(91 * DAY), ...moments },
      select: { id: true },
    });
  }
  await db().$executeRaw`UPDATE audit_origins SET at = ${ago(91 * DAY)} WHERE user_id = ${userId}::uuid`;
}

async function left() {
  const userId = seen.id;
  const everybody = [unverified, unnoticed, noticed, seen].map(({ id }) => id);
  const users = await db().user.findMany({
    where: { id: { in: everybody } },
    select: { id: true, status: true },
  });
  const sessions = await db().session.findMany({
    where: { userId, amr: { has: 'old' } },
    select: { ipAddress: true },
  });
  return {
    statuses: everybody.map((id) => users.find((user) => user.id === id)?.status),
    erasures: await db().erasureRequest.count({ where: { userId: unverified.id } }),
    notices: await db().auditEvent.count({
      where: { subjectId: unnoticed.id, action: 'user.inactivity_notified' },
    }),
    sessions: sessions.map(({ ipAddress }) => ipAddress),
    origins: await db().auditOrigin.count({ where: { userId } }),
    links: await db().oneTimeToken.count({ where: { userId } }),
    export: (await exportsOf(server, seen))[0]?.status,
  };
}

beforeAll(async () => {
  server = await startFullServer({ RETENTION_INACTIVE: '100d', RETENTION_INACTIVE_NOTICE: '60d' });
  [unverified, unnoticed, noticed, seen] = [
    await signUp(server), await signUp(server), await signUp(server), await signUp(server),
  ]; // prettier-ignore
  await age(unverified, 8 * DAY, { isVerified: false });
  await age(unnoticed, 101 * DAY, { isVerified: true });
  await age(noticed, 170 * DAY, { isVerified: true, inactivityNoticeAt: ago(61 * DAY) });
  await letEverythingRunOut(seen);
});
afterAll(() => server?.stop());

test('of restricted accounts go spent secrets and copies, and nothing that tells of the person', async () => {
  const before = await left();
  expect(before).toMatchObject({ erasures: 0, notices: 0, sessions: ['192.0.2.1', '192.0.2.1'] });
  expect(before.links).toBeGreaterThan(0);
  for (const person of [unverified, unnoticed, noticed, seen])
    await update(person, { processingRestrictedAt: new Date() });
  await server.app.retention.run();
  expect(await left()).toEqual({ ...before, links: 0, export: 'EXPIRED' });
});

test('once the restriction is lifted they are like any other', async () => {
  const { origins } = await left();
  for (const person of [unverified, unnoticed, noticed, seen])
    await update(person, { processingRestrictedAt: null });
  await server.app.retention.run();
  const lifted = await left();
  expect(lifted).toMatchObject({ erasures: 1, notices: 1, sessions: [null] });
  expect(lifted.statuses.slice(1)).toEqual(['ACTIVE', 'DELETED', 'ACTIVE']);
  expect(lifted.origins).toBeLessThan(origins);
});
