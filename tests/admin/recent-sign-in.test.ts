import { MINUTE } from '../../src/clock.js';
import type { Role } from '../../src/security/rights/permissions.js';
import { codeOf, logIn } from '../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { callOf, fieldsOf } from './matrix-calls.js';
import { ageSignIn, createAccount } from './staff.js';

let server: FullServer;

let subject: { id: string };

beforeAll(async () => {
  server = await startFullServer();
  subject = await createAccount(server);
});
afterAll(() => server.stop());

const REFRESH =
  'mutation ($input: RefreshSessionInput) { refreshSession(input: $input) { tokens { accessToken } } }';
const AGAIN = 'mutation ($password: String!) { reauthenticate(password: $password) { accessToken } }';

/** An administrator whose last proof of who they are is this old. */
async function adminSignedInFor(milliseconds: number, roles: Role[] = ['ADMIN']): Promise<string> {
  const { id, email } = await createAccount(server, roles);
  const { tokens } = await logIn(server, email);
  await ageSignIn(server, id, milliseconds);
  const { data } = await server.graphql(REFRESH, { input: { refreshToken: tokens.refreshToken } });
  return (data?.refreshSession as { tokens: { accessToken: string } }).tokens.accessToken;
}

let stale: string | undefined;

/** One who signed in eleven minutes ago, anew where a call has ended the session. */
async function staleAdmin(): Promise<string> {
  const isThere = stale && (await server.graphql('{ viewer { id } }', {}, stale)).data?.viewer;
  if (!stale || !isThere) stale = await adminSignedInFor(11 * MINUTE, ['ADMIN', 'PRIVACY_OFFICER']);
  return stale;
}

const OPERATIONS = [
  'createUser(input: { email: "new@example.com" }) { user { id } }',
  'setUserRoles(userId: $id, roles: [SUPPORT]) { user { id } }',
  'suspendUser(userId: $id, reason: "x") { user { id } }',
  'reinstateUser(userId: $id) { user { id } }',
  'softDeleteUser(userId: $id, reason: "x") { user { id } }',
  'restoreUser(userId: $id) { user { id } }',
];

test.each(OPERATIONS)('a sign-in of eleven minutes ago is not enough for %s', async (operation) => {
  const token = await staleAdmin();
  const { id } = subject;
  const query = operation.includes('$id')
    ? `mutation ($id: ID!) { ${operation} }`
    : `mutation { ${operation} }`;
  const answer = await server.graphql(query, { id }, token);
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    satisfiedBy: 'reauthenticate',
  });
});

/** The whole of it (but for `beginSocialLink`, which needs a provider): who adds a mutation decides whether it belongs here. */
const NEED_A_RECENT_SIGN_IN = [
  'beginPasskeyRegistration',
  'beginTotpEnrollment',
  'createUser',
  'disableTotp',
  'eraseUser',
  'exportUserData',
  'placeLegalHold',
  'releaseLegalHold',
  'regenerateRecoveryCodes',
  'reinstateUser',
  'removePasskey',
  'requestDataExport',
  'requestErasure',
  'restoreUser',
  'setUserRoles',
  'softDeleteUser',
  'suspendUser',
  'unlinkSocialLogin',
];

test.each(fieldsOf('Mutation').map((field) => [field.name, field] as const))(
  'after eleven minutes %s asks for a proof, or is known not to',
  async (name, field) => {
    const token = await staleAdmin();
    const { query, variables } = callOf('mutation', field);
    const { id } = subject;
    const about = { ...variables, ...(`${name}_userId` in variables ? { [`${name}_userId`]: id } : {}) };
    const code = codeOf(await server.graphql(query, about, token));
    expect([name, code === 'STEP_UP_REQUIRED']).toEqual([name, NEED_A_RECENT_SIGN_IN.includes(name)]);
  },
);

test('taking back the erasure of somebody else asks for a proof, that of the own account does not', async () => {
  const { id, email } = await createAccount(server, ['PRIVACY_OFFICER']);
  const { tokens } = await logIn(server, email);
  await ageSignIn(server, id, 11 * MINUTE);
  const { data } = await server.graphql(REFRESH, { input: { refreshToken: tokens.refreshToken } });
  const { accessToken } = (data?.refreshSession as { tokens: { accessToken: string } }).tokens;
  const cancel = async (userId: string) => {
    const order = { userId, reason: 'x', immediately: false };
    const request = await server.app.erasures.erase(null, order);
    const query = 'mutation ($id: ID!) { cancelErasure(id: $id) { erasureRequest { status } } }';
    return server.graphql(query, { id: request.id }, accessToken);
  };
  expect(codeOf(await cancel((await createAccount(server)).id))).toBe('STEP_UP_REQUIRED');
  expect((await cancel(id)).data).toEqual({ cancelErasure: { erasureRequest: { status: 'CANCELLED' } } });
});

test('what the error names satisfies it', async () => {
  const token = await adminSignedInFor(11 * MINUTE);
  const { id } = await createAccount(server);
  const { data } = await server.graphql(AGAIN, { password: PASSWORD }, token);
  const fresh = (data?.reauthenticate as { accessToken: string }).accessToken;
  const answer = await server.graphql(`mutation ($id: ID!) { ${OPERATIONS[2] ?? ''} }`, { id }, fresh);
  expect(answer).toEqual({ data: { suspendUser: { user: { id } } } });
});

test('a sign-in of nine minutes ago is enough, and ending sessions asks for none', async () => {
  const { id } = await createAccount(server);
  const recent = await adminSignedInFor(9 * MINUTE);
  const suspended = await server.graphql(`mutation ($id: ID!) { ${OPERATIONS[2] ?? ''} }`, { id }, recent);
  expect(suspended.errors).toBeUndefined();
  const old = await adminSignedInFor(11 * MINUTE);
  const revoked = await server.graphql(
    'mutation ($id: ID!) { revokeUserSessions(userId: $id) { revoked } }',
    { id },
    old,
  );
  expect(revoked.errors).toBeUndefined();
});
