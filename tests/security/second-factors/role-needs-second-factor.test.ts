import { createAccount, ageSignIn } from '../../admin/staff.js';
import { codeAt, enroll, letStepsPass } from '../../auth/authenticator.js';
import { codeOf, logIn } from '../../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../../setup/full-server.js';

const USERS = '{ users(first: 1) { totalCount } }';
const STEP_UP = {
  code: 'STEP_UP_REQUIRED',
  satisfiedBy: 'beginTotpEnrollment',
  stepUp: { acr: 'aal2' },
};

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer({ MFA_REQUIRED_ROLES: undefined });
});
afterAll(() => server.stop());

async function refresh(refreshToken: string) {
  const { data } = await server.graphql(
    'mutation ($t: String) { refreshSession(input: { refreshToken: $t }) { tokens { accessToken refreshToken } } }',
    { t: refreshToken },
  );
  return (data?.refreshSession as { tokens: { accessToken: string; refreshToken: string } }).tokens;
}

test.each(['ADMIN', 'PRIVACY_OFFICER'] as const)(
  '%s without a second factor can only set one up',
  async (role) => {
    const { id, email } = await createAccount(server, [role]);
    const { tokens } = await logIn(server, email);
    const ask = (query: string, variables: object = {}) =>
      server.graphql(query, variables, tokens.accessToken);

    expect(
      (await ask('{ viewer { email roles permissions mfa { totpEnabled recoveryCodesLeft } } }')).data,
    ).toEqual({
      viewer: {
        email,
        roles: ['USER', role],
        permissions: [],
        mfa: { totpEnabled: false, recoveryCodesLeft: 0 },
      },
    });
    for (const refused of [
      USERS,
      '{ dataInventory { field } }',
      'mutation { updateProfile(input: { fullName: "Ada" }) { user { id } } }',
      'mutation { revokeOtherSessions { revoked } }',
      'mutation { requestDataExport { dataExport { id } } }',
      'mutation { setProcessingRestriction(restricted: true) { user { id } } }',
      `mutation { changePassword(input: { currentPassword: "${PASSWORD}", newPassword: "quite-new-pelican" }) { success } }`,
      'mutation { disableTotp(code: "123456") { user { id } } }',
      `mutation { suspendUser(userId: "${id}", reason: "none") { user { id } } }`,
    ]) {
      expect({ refused, ...(await ask(refused)).errors?.[0]?.extensions }).toMatchObject({
        refused,
        ...STEP_UP,
      });
    }
    expect(codeOf(await server.graphql(`{ user(id: "${id}") { email } }`))).toBe('FORBIDDEN');
    const overRest = await server.rest('GET', '/api/v1/users/me', undefined, tokens.accessToken);
    expect([overRest.status, overRest.body?.code]).toEqual([403, 'STEP_UP_REQUIRED']);
    expect(overRest.headers.get('www-authenticate')).toContain('error="insufficient_user_authentication"');

    await enroll(server, tokens.accessToken);
    // The old token says what it said; the next one may do everything.
    expect(codeOf(await ask(USERS))).toBe('STEP_UP_REQUIRED');
    const { accessToken } = await refresh(tokens.refreshToken);
    expect((await server.graphql('{ viewer { permissions } }', {}, accessToken)).data?.viewer).toMatchObject({
      permissions: expect.arrayContaining(['users:read']),
    });
    expect(codeOf(await server.graphql(USERS, {}, accessToken))).toBeUndefined();
    const kept = 'mutation { updateProfile(input: { fullName: "Ada" }) { user { id } } }';
    expect(codeOf(await server.graphql(kept, {}, accessToken))).toBeUndefined();
  },
);

test('the narrow session can prove itself again, be refreshed and end', async () => {
  const { id, email } = await createAccount(server, ['ADMIN']);
  const { tokens } = await logIn(server, email);
  await ageSignIn(server, id, 11 * 60_000);
  const aged = await refresh(tokens.refreshToken);
  const begin = 'mutation { beginTotpEnrollment { secret } }';
  const { errors } = await server.graphql(begin, {}, aged.accessToken);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'STEP_UP_REQUIRED', satisfiedBy: 'reauthenticate' });
  const again = await server.graphql(
    'mutation ($p: String!) { reauthenticate(password: $p) { accessToken } }',
    { p: PASSWORD },
    aged.accessToken,
  );
  const { accessToken } = again.data?.reauthenticate as { accessToken: string };
  expect(codeOf(await server.graphql(begin, {}, accessToken))).toBeUndefined();
  expect(codeOf(await server.graphql(USERS, {}, accessToken))).toBe('STEP_UP_REQUIRED');
  expect(codeOf(await server.graphql('mutation { logout { success } }', {}, accessToken))).toBeUndefined();
  expect(codeOf(await server.graphql(begin, {}, accessToken))).toBe('UNAUTHENTICATED');
});

test('a role that is granted later counts in no session that proved one factor only', async () => {
  const { id, email } = await createAccount(server);
  const { tokens } = await logIn(server, email);
  await server.app.db.userRole.create({ data: { userId: id, role: 'ADMIN' } });
  const { errors } = await server.graphql(USERS, {}, tokens.accessToken);
  expect(errors?.[0]?.extensions).toMatchObject(STEP_UP);
});

test('nor in a session that was opened by the password alone before its owner set one up', async () => {
  const { email } = await createAccount(server, ['ADMIN']);
  const intruder = await logIn(server, email);
  const owner = await logIn(server, email);
  await enroll(server, owner.tokens.accessToken);
  const { accessToken } = await refresh(intruder.tokens.refreshToken);
  expect(codeOf(await server.graphql(USERS, {}, accessToken))).toBe('STEP_UP_REQUIRED');
  const begin = 'mutation { beginTotpEnrollment { secret } }';
  expect(codeOf(await server.graphql(begin, {}, accessToken))).toBe('STEP_UP_REQUIRED');
});

test('who needs it cannot switch the last one off, and a role that needs none is not asked', async () => {
  const admin = await createAccount(server, ['ADMIN']);
  const { tokens } = await logIn(server, admin.email);
  const { secret } = await enroll(server, tokens.accessToken);
  const { accessToken } = await refresh(tokens.refreshToken);
  await letStepsPass(server, admin.id);
  const off = await server.graphql(
    'mutation ($c: String!) { disableTotp(code: $c) { user { id } } }',
    { c: codeAt(secret, new Date()) },
    accessToken,
  );
  expect(off.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', satisfiedBy: 'beginTotpEnrollment' });

  const support = await createAccount(server, ['SUPPORT']);
  const session = await logIn(server, support.email);
  expect(codeOf(await server.graphql(USERS, {}, session.tokens.accessToken))).toBeUndefined();
});

test('who lacks the permission altogether is told so, second factor or not', async () => {
  const { email } = await createAccount(server);
  const { tokens } = await logIn(server, email);
  expect(codeOf(await server.graphql(USERS, {}, tokens.accessToken))).toBe('FORBIDDEN');
});
