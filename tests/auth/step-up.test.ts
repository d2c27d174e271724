import { MINUTE, SECOND, systemClock } from '../../src/clock.js';
import { requireRecentSecondFactor, requireRecentSignIn } from '../../src/security/rights/step-up.js';
import { ageSignIn } from '../admin/staff.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { codeAt, enroll, letStepsPass, wrongCode } from './authenticator.js';
import { codeOf, logIn, register } from './signed-in.js';

const REAUTHENTICATE = `mutation ($password: String!, $code: String) {
  reauthenticate(password: $password, code: $code) { accessToken } }`;
const EXPORT = 'mutation { requestDataExport { dataExport { id } } }';

let server: FullServer;
let userId: string;
let secret: string;
let recoveryCodes: string[];
let refreshToken: string;

beforeAll(async () => {
  server = await startFullServer();
  const email = await register(server);
  const { tokens } = await logIn(server, email);
  ({ refreshToken } = tokens);
  ({ secret, recoveryCodes } = await enroll(server, tokens.accessToken));
  userId = (await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } })).id;
});
afterAll(() => server.stop());
beforeEach(() => letStepsPass(server, userId));

/** An access token of the session, whose sign-in is older than ten minutes. */
async function agedToken(): Promise<string> {
  await ageSignIn(server, userId, 11 * MINUTE);
  const { body } = await server.rest('POST', '/api/v1/auth/refresh', { refresh_token: refreshToken });
  refreshToken = String(body?.refresh_token);
  return String(body?.access_token);
}

function reauthenticate(token: string, code?: string) {
  return server.graphql(REAUTHENTICATE, { password: PASSWORD, code }, token);
}

function claimsOf(accessToken: string) {
  const [, payload = ''] = accessToken.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as { acr: string; amr: string[] };
}

test('an operation that needs a recent sign-in says what satisfies it, and then works', async () => {
  const token = await agedToken();
  const { errors } = await server.graphql(EXPORT, {}, token);
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    satisfiedBy: 'reauthenticate',
    stepUp: { acr: 'aal2', maxAge: 600 },
  });
  const { data } = await reauthenticate(token, codeAt(secret, new Date()));
  const { accessToken } = data?.reauthenticate as { accessToken: string };
  expect(claimsOf(accessToken)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] });
  expect(codeOf(await server.graphql(EXPORT, {}, accessToken))).toBeUndefined();
});

test('the password alone does not renew a sign-in of an account with a second factor', async () => {
  const token = await agedToken();
  const without = await reauthenticate(token);
  expect(without.errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: { code: expect.any(String) },
  });
  expect(codeOf(await reauthenticate(token, wrongCode(secret, new Date())))).toBe('MFA_INVALID');
  const session = await server.app.db.session.findFirstOrThrow({
    where: { userId },
    select: { authTime: true },
  });
  expect(session.authTime.getTime()).toBeLessThan(Date.now() - 10 * MINUTE);
});

test('a code used to reauthenticate is used', async () => {
  const token = await agedToken();
  const code = codeAt(secret, new Date());
  expect(codeOf(await reauthenticate(token, code))).toBeUndefined();
  expect(codeOf(await reauthenticate(token, code))).toBe('MFA_INVALID');
  expect(codeOf(await reauthenticate(token, recoveryCodes[0]))).toBeUndefined();
  expect(codeOf(await reauthenticate(token, recoveryCodes[0]))).toBe('MFA_INVALID');
});

test.each([
  [['pwd'], 'reauthenticate', 'aal1'],
  [['pwd', 'otp', 'mfa'], 'reauthenticate', 'aal2'],
  [['fed'], 'exchangeSocialLogin', 'aal1'],
  [['hwk', 'user', 'mfa'], 'beginPasskeyLogin', 'aal2'],
])('a session of %j is sent back to %s', (amr, satisfiedBy, acr) => {
  const now = systemClock.now().getTime();
  const aged = { amr, authTime: new Date(now - 10 * MINUTE - SECOND) };
  const refusal = expect.objectContaining({ satisfiedBy, stepUp: { acr, maxAge: 600 } }) as Error;
  expect(() => requireRecentSignIn(aged, systemClock)).toThrow(refusal);
  expect(() => requireRecentSignIn({ amr, authTime: new Date(now) }, systemClock)).not.toThrow();
});

test('two factors are asked of a session that proved one, however fresh', () => {
  const fresh = { amr: ['pwd'], authTime: systemClock.now() };
  const refusal = expect.objectContaining({ stepUp: { acr: 'aal2', maxAge: 600 } }) as Error;
  expect(() => requireRecentSecondFactor(fresh, systemClock)).toThrow(refusal);
  expect(() =>
    requireRecentSecondFactor({ ...fresh, amr: ['pwd', 'otp', 'mfa'] }, systemClock),
  ).not.toThrow();
});
