import pg from 'pg';
import { codeOf, logIn, register } from '../auth/signed-in.js';
import { eventually } from '../setup/eventually.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { eventsAbout, signInAs, type Person } from './staff.js';

const REASON = 'Canary 4711: sent spam';
const SUSPEND = `mutation ($id: ID!, $reason: String!, $until: DateTime) {
  suspendUser(userId: $id, reason: $reason, until: $until) { user { status suspension { reason until since } } } }`;

let server: FullServer;
let admin: Person;

beforeAll(async () => {
  server = await startFullServer();
  admin = await signInAs(server, ['ADMIN']);
});
afterAll(() => server.stop());

function suspend(id: string, until: Date | null = null, reason = REASON) {
  return server.graphql(SUSPEND, { id, reason, until: until?.toISOString() ?? null }, admin.token);
}

function isSignedIn(token: string): Promise<boolean> {
  return server.rest('GET', '/api/v1/users/me', undefined, token).then(({ status }) => status === 200);
}

const signIn = (email: string) =>
  server.graphql('mutation ($input: LoginInput!) { login(input: $input) { __typename } }', {
    input: { email, password: PASSWORD },
  });

test('suspending reaches the person at once: the token that worked does not, and no sign-in does', async () => {
  const person = await signInAs(server);
  expect(await isSignedIn(person.token)).toBe(true);
  const answer = await suspend(person.id);
  expect(answer.data?.suspendUser).toMatchObject({
    user: { status: 'SUSPENDED', suspension: { reason: REASON, until: null } },
  });
  expect(await isSignedIn(person.token)).toBe(false);
  expect(codeOf(await signIn(person.email))).toBe('ACCOUNT_SUSPENDED');
  expect(await eventsAbout(server, person.id)).toEqual(
    expect.arrayContaining([expect.objectContaining({ action: 'user.suspended', actorId: admin.id })]),
  );
});

test.each([
  ['SUSPENDED', 'ACCOUNT_SUSPENDED'],
  ['DELETED', 'ACCOUNT_DELETED'],
] as const)('a session that still runs is not refreshed while the account is %s', async (status, code) => {
  const email = await register(server);
  const { refreshToken } = (await logIn(server, email)).tokens;
  const refresh = () => server.rest('POST', '/api/v1/auth/refresh', { refresh_token: refreshToken });
  const become = (data: { status: typeof status | 'ACTIVE'; deletedAt: Date | null }) =>
    server.app.db.user.update({ where: { email }, data, select: { id: true } });
  await become({ status, deletedAt: new Date() });
  expect((await refresh()).body).toMatchObject({ code });
  await become({ status: 'ACTIVE', deletedAt: null });
  expect((await refresh()).status).toBe(200);
});

test('reinstating lets the person in again', async () => {
  const person = await signInAs(server);
  await suspend(person.id);
  const query =
    'mutation ($id: ID!) { reinstateUser(userId: $id) { user { status suspension { reason } } } }';
  const answer = await server.graphql(query, { id: person.id }, admin.token);
  expect(answer.data?.reinstateUser).toEqual({ user: { status: 'ACTIVE', suspension: null } });
  expect((await signIn(person.email)).errors).toBeUndefined();
  const again = await server.graphql(query, { id: person.id }, admin.token);
  expect(codeOf(again)).toBe('CONFLICT');
  expect(again.errors?.[0]?.extensions.fields).toEqual({
    userId: 'is not suspended; there is nothing to end',
  });
});

test('a suspension ends by itself when its time is over', async () => {
  const person = await signInAs(server);
  await suspend(person.id, new Date(Date.now() + 5_000));
  expect(codeOf(await signIn(person.email))).toBe('ACCOUNT_SUSPENDED');
  await eventually(async () => expect((await signIn(person.email)).errors).toBeUndefined());
  const events = await eventsAbout(server, person.id);
  expect(events.find(({ action }) => action === 'user.reinstated')).toMatchObject({ actorId: null });
});

test('a later suspension outlives the end of the one before', async () => {
  const person = await signInAs(server);
  await suspend(person.id, new Date(Date.now() + 60_000));
  await suspend(person.id, null, 'for good');
  await server.app.services.identity.endIfOver(person.id);
  expect(codeOf(await signIn(person.email))).toBe('ACCOUNT_SUSPENDED');
});

test.each([
  ['an end in the past', { until: '2001-01-01T00:00:00Z', reason: 'x' }],
  ['no reason', { reason: '  ' }],
  ['a reason that is too long', { reason: 'x'.repeat(501) }],
])('%s is refused', async (_what, variables) => {
  const person = await signInAs(server);
  const answer = await server.graphql(SUSPEND, { id: person.id, ...variables }, admin.token);
  expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  expect(await isSignedIn(person.token)).toBe(true);
});

test('suspended staff have no rights, whatever role they hold', async () => {
  const support = await signInAs(server, ['SUPPORT']);
  expect(await server.app.services.identity.rolesInForce(support.id)).toEqual(['SUPPORT']);
  await suspend(support.id);
  expect(await server.app.services.identity.rolesInForce(support.id)).toEqual([]);
  const query = 'query ($id: ID!) { user(id: $id) { roles permissions } }';
  const { data } = await server.graphql(query, { id: support.id }, admin.token);
  expect(data?.user).toEqual({ roles: ['USER', 'SUPPORT'], permissions: [] });
});

test('the reason lies sealed in the database', async () => {
  const person = await signInAs(server);
  await suspend(person.id);
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  const { rows } = await client.query('SELECT suspension_reason FROM users WHERE id = $1', [person.id]);
  await client.end();
  expect((rows[0] as { suspension_reason: string }).suspension_reason).toMatch(/^c1\./);
});

describe('soft deletion', () => {
  const DELETE =
    'mutation ($id: ID!) { softDeleteUser(userId: $id, reason: "asked by phone") { user { status deletedAt } } }';
  const RESTORE = 'mutation ($id: ID!) { restoreUser(userId: $id) { user { status deletedAt } } }';
  const FIND = 'query ($id: ID!) { user(id: $id) { id } }';

  test('hides the account from everybody but staff, refuses sign-in, keeps the address, and can be undone', async () => {
    const person = await signInAs(server);
    const friend = await signInAs(server);
    const deleted = await server.graphql(DELETE, { id: person.id }, admin.token);
    expect(deleted.data?.softDeleteUser).toMatchObject({
      user: { status: 'DELETED', deletedAt: expect.any(String) },
    });
    expect(await isSignedIn(person.token)).toBe(false);
    expect(codeOf(await signIn(person.email))).toBe('ACCOUNT_DELETED');
    // Others cannot see it go: every id is answered to them alike.
    expect((await server.graphql(FIND, { id: person.id }, friend.token)).data?.user).toEqual({
      id: person.id,
    });
    expect((await server.graphql(FIND, { id: person.id }, admin.token)).data?.user).toEqual({
      id: person.id,
    });
    const taken = await server.rest('POST', '/api/v1/auth/register', {
      email: person.email,
      password: PASSWORD,
    });
    expect(taken.status).toBe(409);

    const restored = await server.graphql(RESTORE, { id: person.id }, admin.token);
    expect(restored.data?.restoreUser).toEqual({ user: { status: 'ACTIVE', deletedAt: null } });
    expect((await signIn(person.email)).errors).toBeUndefined();
    expect((await server.graphql(FIND, { id: person.id }, friend.token)).data?.user).toEqual({
      id: person.id,
    });
    const actions = (await eventsAbout(server, person.id)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['user.deleted', 'user.restored']));
  });

  test('says what is in the way: deleted twice, restored without, suspended while deleted', async () => {
    const person = await signInAs(server);
    const fieldsOf = async (query: string) => {
      const { errors } = await server.graphql(query, { id: person.id, reason: 'x' }, admin.token);
      expect(errors?.[0]?.extensions.code).toBe('CONFLICT');
      return errors?.[0]?.extensions.fields;
    };
    expect(await fieldsOf(RESTORE)).toEqual({ userId: 'is not deleted; there is nothing to restore' });
    await server.graphql(DELETE, { id: person.id }, admin.token);
    expect(await fieldsOf(DELETE)).toEqual({
      userId: 'is deleted already; restoreUser brings it back, eraseUser erases it',
    });
    expect(await fieldsOf(SUSPEND)).toEqual({ userId: 'is deleted; restore it first' });
  });

  test('an account that was suspended before is suspended after', async () => {
    const person = await signInAs(server);
    await suspend(person.id);
    await server.graphql(DELETE, { id: person.id }, admin.token);
    const restored = await server.graphql(RESTORE, { id: person.id }, admin.token);
    expect(restored.data?.restoreUser).toEqual({ user: { status: 'SUSPENDED', deletedAt: null } });
  });
});

test('ending the sessions of somebody ends them, and nothing else', async () => {
  const person = await signInAs(server);
  const second = await logIn(server, person.email);
  const { data } = await server.graphql(
    'mutation ($id: ID!) { revokeUserSessions(userId: $id) { revoked } }',
    { id: person.id },
    admin.token,
  );
  expect(data?.revokeUserSessions).toEqual({ revoked: 2 });
  expect(await isSignedIn(person.token)).toBe(false);
  expect(await isSignedIn(second.tokens.accessToken)).toBe(false);
  expect((await signIn(person.email)).errors).toBeUndefined();
});
