import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, DAY, HOUR } from '../../src/clock.js';
import { findUnusedAccounts } from '../../src/database/unused-accounts.js';
import { RETENTION_RULES } from '../../src/privacy/retention-rules.js';
import { REGISTER } from '../../src/privacy/register.js';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { exportsOf, readyExport, signUp, type Person } from './export-setup.js';

let server: FullServer;

beforeAll(async () => {
  server = await startFullServer({ RETENTION_INACTIVE: '100d', RETENTION_INACTIVE_NOTICE: '60d' });
});
afterAll(() => server?.stop());

const db = () => server.app.db;
const ago = (period: number) => after(new Date(), -period);

/** Moves an account into the past as a whole: registered, signed in and last seen so long ago. */
async function age(person: Person, period: number, { isVerified }: { isVerified: boolean }): Promise<void> {
  const moment = ago(period);
  await db().user.update({
    where: { id: person.id },
    data: { createdAt: moment, lastLoginAt: moment, isVerified },
    select: { id: true },
  });
  await db().session.updateMany({
    where: { userId: person.id },
    data: { createdAt: moment, lastSeenAt: moment },
  });
}

const hold = (userId: string) =>
  db().legalHold.create({
    data: { userId, placedAt: new Date(), placedBy: randomUUID() },
    select: { id: true },
  });
const statusOf = async ({ id }: Person) =>
  (await db().user.findUnique({ where: { id }, select: { status: true } }))?.status;

test('sign-ups that nobody confirmed or used for 7 days are erased; used, confirmed and held ones stay', async () => {
  const [stale, fresh, confirmed, held, used] = await Promise.all(
    Array.from({ length: 5 }, () => signUp(server)),
  );
  await age(stale!, 7 * DAY + HOUR, { isVerified: false });
  await age(fresh!, 7 * DAY - HOUR, { isVerified: false });
  await age(confirmed!, 8 * DAY, { isVerified: true });
  await age(held!, 8 * DAY, { isVerified: false });
  await hold(held!.id);
  await age(used!, 8 * DAY, { isVerified: false });
  await db().session.updateMany({ where: { userId: used!.id }, data: { lastSeenAt: new Date() } });
  expect(await server.app.retention.run()).toMatchObject({ unverifiedSignUps: 1 });
  expect(
    await db().erasureRequest.count({
      where: { userId: stale!.id, status: { in: ['RUNNING', 'COMPLETED'] } },
    }),
  ).toBe(1);
  for (const person of [fresh!, confirmed!, held!, used!]) expect(await statusOf(person)).toBe('ACTIVE');
  expect(await server.app.retention.run()).toMatchObject({ unverifiedSignUps: 0 });
});

test('spent links, ended sessions and addresses go when their time is over, and not before; holds keep them', async () => {
  const [person, heldOne] = [await signUp(server), await signUp(server)];
  await hold(heldOne.id);
  for (const { id: userId } of [person, heldOne]) {
    await db().oneTimeToken.updateMany({ where: { userId }, data: { usedAt: ago(DAY + HOUR) } });
    for (const hours of [23, 25]) {
      const [createdAt, expiresAt] = [ago(hours * HOUR), ago(hours * HOUR)];
      const tokenHash = `${userId} ${hours}`;
      await db().mfaChallenge.create({ data: { userId, tokenHash, amr: ['pwd'], createdAt, expiresAt } });
      const moments = { userId, createdAt, expiresAt };
      const trip = { provider: 'acme', browserHash: 'x', returnTo: 'https://app.example.com/' };
      await db().socialFlow.create({
        data: { ...trip, ...moments, stateHash: tokenHash },
        select: { id: true },
      });
      const ceremony = { purpose: 'REGISTER', isBound: true, challengeHash: 'x' } as const;
      await db().passkeyCeremony.create({
        data: { ...ceremony, ...moments, ceremonyHash: tokenHash },
        select: { id: true },
      });
    }
    const session = { userId, authTime: new Date(), amr: ['pwd'], ipAddress: '192.0.2.1', userAgent: 'old' };
    const expiresAt = after(new Date(), DAY);
    for (const days of [29, 31]) {
      await db().session.create({
        data: { ...session, expiresAt, revokedAt: ago(days * DAY), revokedReason: `ended-${days}` },
        select: { id: true },
      });
    }
    for (const days of [89, 91]) {
      const lastSeenAt = ago(days * DAY);
      await db().session.create({
        data: { ...session, expiresAt, amr: [`seen-${days}`], lastSeenAt },
        select: { id: true },
      });
    }
    await db().$executeRaw`UPDATE audit_origins SET at = ${ago(91 * DAY)}
      WHERE event_id = (SELECT event_id FROM audit_origins WHERE user_id = ${userId}::uuid LIMIT 1)`;
  }
  const originsBefore = await db().auditOrigin.count({ where: { userId: person.id } });
  const heldOriginsBefore = await db().auditOrigin.count({ where: { userId: heldOne.id } });
  const eventsBefore = await db().auditEvent.count({ where: { subjectId: person.id } });
  await server.app.retention.run();

  const left = async (userId: string) => {
    const rows = await db().session.findMany({
      where: { userId, amr: { isEmpty: false } },
      select: { amr: true, revokedReason: true, ipAddress: true },
    });
    return {
      tokens: await db().oneTimeToken.count({ where: { userId } }),
      challenges: await db().mfaChallenge.count({ where: { userId } }),
      trips: await db().socialFlow.count({ where: { userId } }),
      ceremonies: await db().passkeyCeremony.count({ where: { userId } }),
      ended: rows.flatMap(({ revokedReason }) => revokedReason ?? []).sort(),
      addressed: rows.filter(({ ipAddress }) => ipAddress !== null).map(({ amr }) => amr[0]),
    };
  };
  expect(await left(person.id)).toEqual({
    tokens: 0,
    challenges: 1,
    trips: 1,
    ceremonies: 1,
    ended: ['ended-29'],
    addressed: expect.not.arrayContaining(['seen-91']) as string[],
  });
  expect((await left(person.id)).addressed).toContain('seen-89');
  expect(await db().auditOrigin.count({ where: { userId: person.id } })).toBe(originsBefore - 1);
  expect(await db().auditEvent.count({ where: { subjectId: person.id } })).toBe(eventsBefore);
  const kept = await left(heldOne.id);
  expect(kept).toMatchObject({
    tokens: 1,
    challenges: 2,
    trips: 2,
    ceremonies: 2,
    ended: ['ended-29', 'ended-31'],
  });
  expect(kept.addressed).toContain('seen-91');
  expect(await db().auditOrigin.count({ where: { userId: heldOne.id } })).toBe(heldOriginsBefore);
});

test('an export goes after 7 days: its entry says EXPIRED, its key and file are gone', async () => {
  const person = await signUp(server);
  const { id, readyAt, expiresAt } = await readyExport(server, person);
  expect(Date.parse(expiresAt!) - Date.parse(readyAt!)).toBe(7 * DAY);
  const folder = join(server.dataDir, 'exports', person.id);
  await server.app.retention.run();
  expect(await readdir(folder)).toHaveLength(1);
  await db().dataExport.update({ where: { id }, data: { expiresAt: ago(1) }, select: { id: true } });
  expect(await server.app.retention.run()).toMatchObject({ exports: 1 });
  expect((await exportsOf(server, person))[0]).toMatchObject({ status: 'EXPIRED', downloadUrl: null });
  await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await db().dataExport.findUnique({ where: { id }, select: { fileKey: true } })).toEqual({
    fileKey: null,
  });
});

test('an export that two processes end at once is ended once', async () => {
  const person = await signUp(server);
  const { id } = await readyExport(server, person);
  await db().dataExport.update({ where: { id }, data: { expiresAt: ago(1) }, select: { id: true } });
  const { exports } = server.app.services;
  const counts = await Promise.all([exports.expire(10), exports.expire(10)]);
  expect(counts.sort()).toEqual([0, 1]);
  const where = { action: 'export.expired', subjectId: person.id };
  expect(await db().auditEvent.count({ where })).toBe(1);
});

test('the export of a held account stays, key and file, until the hold is released', async () => {
  const person = await signUp(server);
  const { id } = await readyExport(server, person);
  const { id: holdId } = await hold(person.id);
  const export_ = { where: { id }, select: { status: true, fileKey: true } } as const;
  await db().dataExport.update({ where: { id }, data: { expiresAt: ago(1) }, select: { id: true } });
  expect(await server.app.retention.run()).toMatchObject({ exports: 0 });
  expect(await db().dataExport.findUnique(export_)).toEqual({
    status: 'READY',
    fileKey: expect.any(String),
  });
  expect(await readdir(join(server.dataDir, 'exports', person.id))).toHaveLength(1);
  expect((await exportsOf(server, person))[0]).toMatchObject({ downloadUrl: null });

  await db().legalHold.update({
    where: { id: holdId },
    data: { releasedAt: new Date() },
    select: { id: true },
  });
  expect(await server.app.retention.run()).toMatchObject({ exports: 1 });
  expect(await db().dataExport.findUnique(export_)).toEqual({ status: 'EXPIRED', fileKey: null });
});

test('an account that nobody uses is deleted, recoverably, once its person was told in time', async () => {
  const [left, backAgain, staff] = [await signUp(server), await signUp(server), await signUp(server)];
  for (const person of [left, backAgain, staff]) await age(person, 101 * DAY, { isVerified: true });
  await db().userRole.create({ data: { userId: staff.id, role: 'ADMIN' } });

  expect(await server.app.retention.run()).toMatchObject({ inactivityNotices: 2, inactiveAccounts: 0 });
  await eventually(async () => {
    const mails = await readdir(join(server.dataDir, 'mail'));
    expect(mails.filter((name) => name.endsWith('-inactivity-notice.eml'))).toHaveLength(2);
  });
  expect(await server.app.retention.run()).toMatchObject({ inactivityNotices: 0, inactiveAccounts: 0 });

  const told = { inactivityNoticeAt: ago(61 * DAY) };
  for (const { id } of [left, backAgain])
    await db().user.update({ where: { id }, data: told, select: { id: true } });
  await db().user.update({
    where: { id: backAgain.id },
    data: { lastLoginAt: ago(30 * DAY) },
    select: { id: true },
  });
  expect(await server.app.retention.run()).toMatchObject({ inactiveAccounts: 1 });
  expect(await statusOf(left)).toBe('DELETED');
  expect(await statusOf(backAgain)).toBe('ACTIVE');
  expect(await statusOf(staff)).toBe('ACTIVE');
  expect(await db().session.count({ where: { userId: left.id, revokedAt: null } })).toBe(0);
});

test('accounts that do not open are erased as any other sign-up that nobody confirmed', async () => {
  const [keyless, damaged, last] = [await signUp(server), await signUp(server), await signUp(server)];
  await age(keyless, 10 * DAY, { isVerified: false });
  await age(damaged, 9 * DAY, { isVerified: false });
  await age(last, 8 * DAY, { isVerified: false });
  await db().$executeRaw`DELETE FROM data_keys WHERE user_id = ${keyless.id}::uuid`;
  await db()
    .$executeRaw`UPDATE data_keys SET wrapped_key = left(wrapped_key, 20) || 'AAAA' || substr(wrapped_key, 25)
    WHERE user_id = ${damaged.id}::uuid`;
  const ids = [keyless.id, damaged.id, last.id];
  const unusedSince = ago(7 * DAY);
  const all = await findUnusedAccounts(db(), { which: 'unverified', unusedSince, limit: 10 });
  expect(all.filter((id) => ids.includes(id))).toEqual(ids);
  for (const [n, id] of all.entries()) {
    const page = { which: 'unverified', unusedSince, limit: 1, after: id } as const;
    expect(await findUnusedAccounts(db(), page)).toEqual(all.slice(n + 1, n + 2));
  }
  expect(await server.app.retention.run()).toMatchObject({ unverifiedSignUps: 3 });
  await eventually(async () => {
    for (const { id } of [keyless, damaged, last]) expect(await statusOf({ id } as Person)).toBe('ERASED');
  });
});

test('what needs an address goes past accounts that do not open, and the evidence counts them', async () => {
  const [broken, whole] = [await signUp(server), await signUp(server)];
  await age(broken, 45 * DAY, { isVerified: true });
  await age(whole, 44 * DAY, { isVerified: true });
  await db().$executeRaw`DELETE FROM data_keys WHERE user_id = ${broken.id}::uuid`;
  expect(await server.app.retention.run()).toMatchObject({
    inactivityNotices: 1,
    inactivityNoticesFailed: 1,
  });
  const [event] = await db().auditEvent.findMany({
    where: { action: 'retention.run' },
    orderBy: { at: 'desc' },
    take: 1,
  });
  expect(event?.data).toMatchObject({ inactivityNotices: 1, inactivityNoticesFailed: 1, failed: [] });
  expect(JSON.stringify(event?.data)).not.toContain(broken.id);
  await db().user.updateMany({ where: { id: broken.id }, data: { inactivityNoticeAt: new Date() } });
});

test('each run leaves evidence in the audit log', async () => {
  const before = await db().auditEvent.count({ where: { action: 'retention.run' } });
  const counts = await server.app.retention.run();
  const events = await db().auditEvent.findMany({
    where: { action: 'retention.run' },
    orderBy: { at: 'desc' },
    take: 1,
  });
  expect(await db().auditEvent.count({ where: { action: 'retention.run' } })).toBe(before + 1);
  expect(events[0]).toMatchObject({ subjectId: null, data: { ...counts, failed: [] } });
});

test('every retention rule is one that some value of the register names', () => {
  const named = Object.values(REGISTER).flatMap(({ columns }) =>
    Object.values(columns).flatMap((column) => (column.personal ? [column.retention as string] : [])),
  );
  for (const rule of Object.keys(RETENTION_RULES)) expect(named).toContain(rule);
});
