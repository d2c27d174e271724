import { MINUTE } from '../../src/clock.js';
import { logIn } from '../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { ageSignIn, createAccount } from './staff.js';

let server: FullServer;

beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

const REFRESH =
  'mutation ($input: RefreshSessionInput) { refreshSession(input: $input) { tokens { accessToken } } }';
const AGAIN = 'mutation ($password: String!) { reauthenticate(password: $password) { accessToken } }';

/** An administrator whose last proof of who they are is this old. */
async function adminSignedInFor(milliseconds: number): Promise<string> {
  const { id, email } = await createAccount(server, ['ADMIN']);
  const { tokens } = await logIn(server, email);
  await ageSignIn(server, id, milliseconds);
  const { data } = await server.graphql(REFRESH, { input: { refreshToken: tokens.refreshToken } });
  return (data?.refreshSession as { tokens: { accessToken: string } }).tokens.accessToken;
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
  const token = await adminSignedInFor(11 * MINUTE);
  const { id } = await createAccount(server);
  const query = operation.includes('$id')
    ? `mutation ($id: ID!) { ${operation} }`
    : `mutation { ${operation} }`;
  const answer = await server.graphql(query, { id }, token);
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    satisfiedBy: 'reauthenticate',
  });
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
