import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { codeAt, enroll, letStepsPass, wrongCode } from './authenticator.js';
import { codeOf, logIn, register } from './signed-in.js';

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { __typename
  ... on MfaRequired { challenge methods expiresAt }
  ... on LoginSuccess { tokens { accessToken } } } }`;
const COMPLETE = `mutation ($input: CompleteMfaInput!) { completeMfa(input: $input) {
  user { email mfa { totpEnabled recoveryCodesLeft } }
  session { id current authenticationMethods }
  tokens { accessToken refreshToken } } }`;

let server: FullServer;
let email: string;
let userId: string;
let secret: string;
let recoveryCodes: string[];

beforeAll(async () => {
  server = await startFullServer();
  email = await register(server);
  const { tokens } = await logIn(server, email);
  ({ secret, recoveryCodes } = await enroll(server, tokens.accessToken));
  userId = (await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } })).id;
});
afterAll(() => server.stop());
beforeEach(() => letStepsPass(server, userId));

async function challenge(): Promise<string> {
  const { data } = await server.graphql(LOGIN, { input: { email, password: PASSWORD } });
  return (data?.login as { challenge: string }).challenge;
}

function complete(input: { challenge: string; method?: string; code: string }) {
  return server.graphql(COMPLETE, { input: { method: 'TOTP', ...input } });
}

function claimsOf(accessToken: string): Record<string, unknown> {
  const [, payload = ''] = accessToken.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

test('a right password leads to a challenge and to no session', async () => {
  const before = await server.app.db.session.count({ where: { userId } });
  const { data } = await server.graphql(LOGIN, { input: { email, password: PASSWORD } });
  expect(data?.login).toEqual({
    __typename: 'MfaRequired',
    challenge: expect.stringMatching(/^cst_mc_/),
    methods: ['TOTP', 'RECOVERY_CODE'],
    expiresAt: expect.any(String),
  });
  expect(await server.app.db.session.count({ where: { userId } })).toBe(before);
});

test('a code completes it, and the token says how the person was proved', async () => {
  const answer = await complete({ challenge: await challenge(), code: codeAt(secret, new Date()) });
  const { user, session, tokens } = answer.data?.completeMfa as {
    user: object;
    session: object;
    tokens: { accessToken: string };
  };
  expect(user).toEqual({ email, mfa: { totpEnabled: true, recoveryCodesLeft: 10 } });
  expect(session).toMatchObject({ current: true, authenticationMethods: ['pwd', 'otp', 'mfa'] });
  expect(claimsOf(tokens.accessToken)).toMatchObject({
    amr: ['pwd', 'otp', 'mfa'],
    acr: 'aal2',
    scope: 'account',
  });
});

test('a challenge is answered once', async () => {
  const answered = await challenge();
  expect(codeOf(await complete({ challenge: answered, code: codeAt(secret, new Date()) }))).toBeUndefined();
  await letStepsPass(server, userId);
  expect(codeOf(await complete({ challenge: answered, code: codeAt(secret, new Date()) }))).toBe(
    'TOKEN_INVALID',
  );
});

test('made-up, foreign and altered challenges are refused alike', async () => {
  const real = await challenge();
  const code = codeAt(secret, new Date());
  for (const made of [
    '',
    'x'.repeat(5_000),
    real.slice(0, -1),
    `${real}A`,
    real.replace('cst_mc_', 'cst_ot_'),
  ]) {
    expect(codeOf(await complete({ challenge: made, code }))).toBe('TOKEN_INVALID');
  }
  const { data } = await server.graphql(
    'mutation ($t: String!) { resetPassword(input: { token: $t, newPassword: "a long enough password" }) { success } }',
    { t: real },
  );
  expect(data?.resetPassword).toBeNull();
});

test('a wrong code is MFA_INVALID and echoes nothing', async () => {
  const code = wrongCode(secret, new Date());
  const answer = await complete({ challenge: await challenge(), code });
  expect(codeOf(answer)).toBe('MFA_INVALID');
  expect(JSON.stringify(answer)).not.toContain(code);
});

test('a recovery code completes a sign-in once, however it is typed, and its owner is told', async () => {
  const [code = ''] = recoveryCodes;
  const typed = ` ${code.toUpperCase().replaceAll('-', ' ').replaceAll('1', 'I').replaceAll('0', 'O')}`;
  const answer = await complete({ challenge: await challenge(), method: 'RECOVERY_CODE', code: typed });
  expect(answer.data?.completeMfa).toMatchObject({ user: { mfa: { recoveryCodesLeft: 9 } } });
  const again = await complete({ challenge: await challenge(), method: 'RECOVERY_CODE', code });
  expect(codeOf(again)).toBe('MFA_INVALID');
  const mails = await server.app.db.auditEvent.findMany({ where: { subjectId: userId } });
  expect(mails.map(({ action }) => action)).toContain('mfa.recovery_code_used');
});

test('a method that the account does not have proves nothing', async () => {
  const answer = await complete({ challenge: await challenge(), method: 'PASSKEY', code: '{}' });
  expect(codeOf(answer)).toBe('MFA_INVALID');
});

test('over REST the same: a challenge, then tokens', async () => {
  const login = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  expect(login.status).toBe(200);
  expect(login.body).toEqual({
    mfa_required: true,
    challenge: expect.stringMatching(/^cst_mc_/),
    methods: ['TOTP', 'RECOVERY_CODE'],
    expires_at: expect.any(String),
  });
  const given = { challenge: login.body?.challenge, method: 'TOTP' };
  const refused = await server.rest('POST', '/api/v1/auth/mfa', {
    ...given,
    code: wrongCode(secret, new Date()),
  });
  expect([refused.status, refused.body?.code]).toEqual([401, 'MFA_INVALID']);
  const right = await server.rest('POST', '/api/v1/auth/mfa', { ...given, code: codeAt(secret, new Date()) });
  expect(right.status).toBe(200);
  expect(right.body).toMatchObject({ token_type: 'Bearer', user: { email } });
  const unknown = await server.rest('POST', '/api/v1/auth/mfa', { ...given, method: 'SMS', code: '1' });
  expect([unknown.status, unknown.body?.fields]).toEqual([400, { method: expect.any(String) }]);
});

test('in cookie mode the refresh token of a completed sign-in travels in the cookie', async () => {
  const headers = { 'content-type': 'application/json', 'x-auth-transport': 'cookie' };
  const input = { challenge: await challenge(), method: 'TOTP', code: codeAt(secret, new Date()) };
  const body = JSON.stringify({ query: COMPLETE, variables: { input } });
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
  expect(response.headers.get('set-cookie')).toMatch(/^__Host-custodia_refresh=cst_rt_/);
  const { data } = (await response.json()) as { data: { completeMfa: { tokens: object } } };
  expect(data.completeMfa.tokens).toMatchObject({ refreshToken: null });
});
