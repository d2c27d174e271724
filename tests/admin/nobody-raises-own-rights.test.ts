import { randomUUID } from 'node:crypto';
import type { Actor } from '../../src/services/admin/actor.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { createAccount, eventsAbout, signInAs, type Person } from './staff.js';

const SET_ROLES =
  'mutation ($id: ID!, $roles: [Role!]!) { setUserRoles(userId: $id, roles: $roles) { user { roles } } }';
const SUSPEND = 'mutation ($id: ID!) { suspendUser(userId: $id, reason: "test") { user { status } } }';
const DELETE = 'mutation ($id: ID!) { softDeleteUser(userId: $id, reason: "test") { user { status } } }';
const REVOKE = 'mutation ($id: ID!) { revokeUserSessions(userId: $id) { revoked } }';

let server: FullServer;
let admin: Person;

beforeAll(async () => {
  server = await startFullServer();
  admin = await signInAs(server, ['ADMIN']);
});
afterAll(() => server.stop());

function setRoles(actor: Person, id: string, roles: string[]) {
  return server.graphql(SET_ROLES, { id, roles }, actor.token);
}

async function rolesOf(id: string): Promise<string[]> {
  return (await server.app.services.identity.findRoles([id]))[0] ?? [];
}

/** Of each operation: what it would do to an account without roles, were the actor's right not read again. */
const OPERATIONS: [string, (actor: Actor, id: string) => Promise<unknown>][] = [
  ['setUserRoles', (actor, id) => server.app.services.admin.setUserRoles(actor, id, ['USER'])],
  ['suspend', (actor, id) => server.app.services.admin.suspend(actor, id, { reason: 'x', until: null })],
  ['softDelete', (actor, id) => server.app.services.admin.softDelete(actor, id, 'x')],
  ['revokeSessions', (actor, id) => server.app.services.admin.revokeSessions(actor, id)],
  ['eraseUser', (actor, id) => server.app.erasures.erase(staff(actor), { userId: id, reason: 'x', immediately: true })],
  ['cancelErasure', async (actor, id) => server.app.erasures.cancel(staff(actor), await openErasure(id), true)],
  ['placeLegalHold', (actor, id) => server.app.erasures.holds.place(staff(actor), id, 'x')],
  ['releaseLegalHold', (actor, id) => server.app.erasures.holds.release(staff(actor), id)],
  ['exportUserData', (actor, id) => server.app.services.exports.requestFor(id, signedIn(actor))],
  ['openCase', (actor, id) => server.app.services.cases.openByStaff(LETTER(id), actor)],
  ['extendCase', async (actor, id) => server.app.services.cases.extend({ ...NOTE, id: await openedCase(id) }, actor)],
  ['closeCase', async (actor, id) => server.app.services.cases.closeByStaff({ ...NOTE, id: await openedCase(id), decision: 'GRANTED', evidence: 'x' }, actor)],
]; // prettier-ignore

const NOTE = { reason: 'x', notify: false } as const;
const LETTER = (userId: string) =>
  ({ userId, type: 'ACCESS', channel: 'letter', receivedAt: new Date(), notify: false }) as const;

function staff({ viewer, origin }: Actor) {
  return { actorId: viewer.userId, viewer, origin };
}

function signedIn({ viewer, origin }: Actor) {
  return { viewer: { ...viewer, sessionId: randomUUID(), scope: [] }, origin };
}

async function openErasure(userId: string): Promise<string> {
  const { id } = await server.app.erasures.erase(null, { userId, reason: 'x', immediately: false });
  return id;
}

async function openedCase(userId: string): Promise<string> {
  const { id: own } = await createAccount(server, ['ADMIN', 'PRIVACY_OFFICER']);
  const viewer = { userId: own, authTime: new Date(), amr: ['pwd'] };
  const origin = { ipAddress: null, userAgent: null, deviceToken: null };
  return (await server.app.services.cases.openByStaff(LETTER(userId), { viewer, origin })).id;
}

test.each(OPERATIONS)(
  '%s reads the right again where it acts: a role taken a moment ago is gone',
  async (_name, act) => {
    const [person, { id }] = [await signInAs(server, ['ADMIN']), await createAccount(server)];
    const viewer = { userId: person.id, authTime: new Date(), amr: ['pwd'] };
    const actor = { viewer, origin: { ipAddress: null, userAgent: null, deviceToken: null } };
    await server.app.db.userRole.deleteMany({ where: { userId: person.id } });
    await expect(act(actor, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  },
);

/** Operations under data-protection law, as a privacy officer sends them. */
const ON_SOMEBODY: [string, string, (id: string) => Promise<Record<string, unknown>> | Record<string, unknown>][] = [
  ['eraseUser', 'mutation ($id: ID!) { eraseUser(userId: $id, reason: "x") { erasureRequest { id } } }', (id) => ({ id })],
  ['cancelErasure', 'mutation ($id: ID!) { cancelErasure(id: $id) { erasureRequest { id } } }', async (id) => ({ id: await openErasure(id) })],
  ['placeLegalHold', 'mutation ($id: ID!) { placeLegalHold(userId: $id, reason: "x") { user { id } } }', (id) => ({ id })],
  ['releaseLegalHold', 'mutation ($id: ID!) { releaseLegalHold(userId: $id) { user { id } } }', (id) => ({ id })],
  ['exportUserData', 'mutation ($id: ID!) { exportUserData(userId: $id) { dataExport { id } } }', (id) => ({ id })],
  ['openCase', 'mutation ($input: OpenCaseInput!) { openCase(input: $input) { dataSubjectRequest { id } } }', (id) => ({ input: { ...LETTER(id), receivedAt: new Date().toISOString() } })],
  ['extendCase', 'mutation ($id: ID!) { extendCase(id: $id, reason: "x", notify: false) { dataSubjectRequest { id } } }', async (id) => ({ id: await openedCase(id) })],
  ['closeCase', 'mutation ($input: CloseCaseInput!) { closeCase(input: $input) { dataSubjectRequest { id } } }', async (id) => ({ input: { id: await openedCase(id), decision: 'GRANTED', evidence: 'x', notify: false } })],
]; // prettier-ignore

test.each(ON_SOMEBODY)(
  'a privacy officer cannot %s where an administrator is concerned',
  async (_name, query, make) => {
    const officer = await signInAs(server, ['PRIVACY_OFFICER']);
    const { id } = await createAccount(server, ['ADMIN']);
    expect(codeOf(await server.graphql(query, await make(id), officer.token))).toBe('FORBIDDEN');
  },
);

test.each(ON_SOMEBODY)(
  'for an administrator, %s finds nobody whose processing is restricted',
  async (_name, query, make) => {
    const { id } = await createAccount(server);
    const variables = await make(id);
    await server.app.db.user.update({
      where: { id },
      data: { processingRestrictedAt: new Date() },
      select: { id: true },
    });
    expect(codeOf(await server.graphql(query, variables, admin.token))).toBe('NOT_FOUND');
  },
);

test('a legal hold on the own account is released by somebody else', async () => {
  const officers = [
    await signInAs(server, ['PRIVACY_OFFICER']),
    await signInAs(server, ['PRIVACY_OFFICER']),
  ] as const;
  const { id } = officers[0];
  const [place, release] = [ON_SOMEBODY[2]?.[1] ?? '', ON_SOMEBODY[3]?.[1] ?? ''];
  expect((await server.graphql(place, { id }, officers[1].token)).errors).toBeUndefined();
  expect(codeOf(await server.graphql(release, { id }, officers[0].token))).toBe('CONFLICT');
  expect((await server.graphql(release, { id }, officers[1].token)).errors).toBeUndefined();
});

test('an administrator grants roles and takes them away, and both are recorded', async () => {
  const { id } = await createAccount(server);
  const granted = await setRoles(admin, id, ['SUPPORT', 'SUPPORT', 'PRIVACY_OFFICER']);
  expect(granted.data?.setUserRoles).toEqual({ user: { roles: ['USER', 'SUPPORT', 'PRIVACY_OFFICER'] } });
  expect((await setRoles(admin, id, ['USER', 'SUPPORT'])).errors).toBeUndefined();
  expect(await rolesOf(id)).toEqual(['USER', 'SUPPORT']);
  const row = await server.app.db.userRole.findFirstOrThrow({ where: { userId: id } });
  expect(row.grantedBy).toBe(admin.id);
  const changes = (await eventsAbout(server, id)).filter(({ action }) => action === 'user.roles_changed');
  expect(changes).toEqual([
    {
      action: 'user.roles_changed',
      actorId: admin.id,
      data: { granted: ['SUPPORT', 'PRIVACY_OFFICER'], revoked: [] },
    },
    { action: 'user.roles_changed', actorId: admin.id, data: { granted: [], revoked: ['PRIVACY_OFFICER'] } },
  ]);
});

test('nobody grants themselves anything, not even what an administrator could grant others', async () => {
  const answer = await setRoles(admin, admin.id, ['ADMIN', 'PRIVACY_OFFICER']);
  expect(codeOf(answer)).toBe('FORBIDDEN');
  expect(await rolesOf(admin.id)).toEqual(['USER', 'ADMIN']);
});

test('nobody acts on somebody who stands above them', async () => {
  const support = await signInAs(server, ['SUPPORT']);
  for (const query of [SUSPEND, REVOKE]) {
    expect(codeOf(await server.graphql(query, { id: admin.id }, support.token))).toBe('FORBIDDEN');
  }
  expect((await server.graphql('{ viewer { id } }', {}, admin.token)).data?.viewer).toEqual({ id: admin.id });
});

test('a refusal is recorded, with the operation and never with an alias', async () => {
  const nobody = await signInAs(server);
  await server.graphql('{ secretname: users { nodes { id } } }', {}, nobody.token);
  const events = await eventsAbout(server, nobody.id);
  const refusal = events.find(({ action }) => action === 'permission.refused');
  expect(refusal).toMatchObject({ actorId: nobody.id, data: { operations: ['users'] } });
  expect(JSON.stringify(events)).not.toContain('secretname');
});

test('an unknown account is NOT_FOUND for who may act on accounts, and FORBIDDEN like any other for who may not', async () => {
  const nobody = await signInAs(server);
  const { id } = await createAccount(server);
  for (const query of [SUSPEND, DELETE, REVOKE]) {
    for (const unknown of [randomUUID(), 'x; DROP TABLE users']) {
      expect(codeOf(await server.graphql(query, { id: unknown }, admin.token))).toBe('NOT_FOUND');
      expect(codeOf(await server.graphql(query, { id: unknown }, nobody.token))).toBe('FORBIDDEN');
    }
    expect(codeOf(await server.graphql(query, { id }, nobody.token))).toBe('FORBIDDEN');
  }
});

test('nobody suspends or deletes themselves', async () => {
  const second = await signInAs(server, ['ADMIN']);
  for (const query of [SUSPEND, DELETE]) {
    expect(codeOf(await server.graphql(query, { id: second.id }, second.token))).toBe('CONFLICT');
  }
  await setRoles(second, second.id, []);
  expect(await rolesOf(second.id)).toEqual(['USER']);
});

describe('the last administrator', () => {
  beforeEach(async () => {
    await server.app.db.userRole.deleteMany({ where: { userId: { not: admin.id }, role: 'ADMIN' } });
  });

  test('cannot be taken the role, by nobody', async () => {
    const answer = await setRoles(admin, admin.id, []);
    expect(codeOf(answer)).toBe('CONFLICT');
    expect(answer.errors?.[0]?.extensions.fields).toEqual({
      userId: 'is the last administrator; make another one first',
    });
    expect(await rolesOf(admin.id)).toEqual(['USER', 'ADMIN']);
  });

  test('counts those who can sign in: an invited one does not help', async () => {
    const { userId } = await server.app.db.$transaction((tx) =>
      server.app.services.identity.invite(tx, { email: `${randomUUID()}@example.com` }),
    );
    await server.app.db.userRole.create({ data: { userId, role: 'ADMIN' } });
    expect(codeOf(await setRoles(admin, admin.id, []))).toBe('CONFLICT');
  });

  test.each([
    ['taking the role', (a: Person, b: Person) => setRoles(a, b.id, [])],
    ['suspending', (a: Person, b: Person) => server.graphql(SUSPEND, { id: b.id }, a.token)],
    ['deleting', (a: Person, b: Person) => server.graphql(DELETE, { id: b.id }, a.token)],
  ])('stays when administrators remove each other at the same moment by %s', async (_how, remove) => {
    for (let round = 0; round < 5; round += 1) {
      await server.app.db.userRole.deleteMany({ where: { role: 'ADMIN' } });
      const [one, other] = await Promise.all([signInAs(server, ['ADMIN']), signInAs(server, ['ADMIN'])]);
      const answers = await Promise.all([remove(one, other), remove(other, one)]);
      const failed = answers.filter((answer) => answer.errors);
      expect(failed).toHaveLength(1);
      expect(['FORBIDDEN', 'CONFLICT', 'UNAUTHENTICATED']).toContain(codeOf(failed[0] ?? {}));
      const left = await server.app.db.userRole.count({
        where: { role: 'ADMIN', user: { status: 'ACTIVE' } },
      });
      expect(left).toBe(1);
    }
  });
});
