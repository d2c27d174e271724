import { MINUTE } from '../../../src/clock.js';
import { ageSignIn, createAccount } from '../../admin/staff.js';
import { enroll } from '../authenticator.js';
import { codeOf, logIn } from '../signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../../setup/full-server.js';
import {
  addPasskey, beginLogin, beginRegistration, finishRegistration, newOwner, ORIGIN, refresh, removePasskey, type Owner,
} from './passkey-setup.js'; // prettier-ignore
import { createAuthenticator, type Credential } from './software-authenticator.js';

let server: FullServer;
let owner: Owner;
let credential: Credential;
const authenticator = createAuthenticator(ORIGIN);

beforeAll(async () => {
  server = await startFullServer({ MFA_REQUIRED_ROLES: 'ADMIN' });
  owner = await newOwner(server);
  credential = await addPasskey(server, owner, authenticator);
});
afterAll(() => server?.stop());

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) {
  ... on MfaRequired { challenge methods } ... on LoginSuccess { session { id } } } }`;
const COMPLETE = `mutation ($input: CompleteMfaInput!) { completeMfa(input: $input) {
  session { authenticationMethods } tokens { accessToken } } }`;

async function challengeOf(email: string) {
  const { data } = await server.graphql(LOGIN, { input: { email, password: PASSWORD } });
  return data?.login as { challenge: string; methods: string[] };
}

function complete(challenge: string, code: string | object, method = 'PASSKEY') {
  const text = typeof code === 'string' ? code : JSON.stringify(code);
  return server.graphql(COMPLETE, { input: { challenge, method, code: text } });
}

test('after the password a passkey of the account is asked for, by name', async () => {
  const { challenge, methods } = await challengeOf(owner.email);
  expect(methods).toEqual(['PASSKEY']);
  const { ceremony, options } = await beginLogin(server, null, challenge);
  expect(options.allowCredentials).toMatchObject([{ id: credential.id, transports: ['hybrid', 'internal'] }]);
  const answer = await complete(challenge, { ceremony, response: authenticator.get(options, credential) });
  expect(answer.data?.completeMfa).toMatchObject({
    session: { authenticationMethods: ['pwd', 'hwk', 'user', 'mfa'] },
  });
});

test('over REST the same text completes the sign-in, also with a ceremony for the address', async () => {
  const credentials = { email: owner.email, password: PASSWORD };
  const { body: asked } = await server.rest('POST', '/api/v1/auth/login', credentials);
  expect(asked).toMatchObject({ mfa_required: true, methods: ['PASSKEY'] });
  const { ceremony, options } = await beginLogin(server, owner.email);
  const code = JSON.stringify({ ceremony, response: authenticator.get(options, credential) });
  const answer = { challenge: asked?.challenge, method: 'PASSKEY', code };
  expect((await server.rest('POST', '/api/v1/auth/mfa', answer)).status).toBe(200);
});

test('wrong, foreign, repeated and made-up answers are refused, and the challenge stays until five', async () => {
  const stranger = await newOwner(server);
  const foreign = await addPasskey(server, stranger, authenticator);
  const { challenge } = await challengeOf(owner.email);
  const unbound = await beginLogin(server);
  const theirs = await beginLogin(server, stranger.email);
  const own = await beginLogin(server, null, challenge);
  const wrong = [
    'no JSON',
    { ceremony: own.ceremony },
    { ceremony: unbound.ceremony, response: authenticator.get(unbound.options, foreign) },
    { ceremony: theirs.ceremony, response: authenticator.get(theirs.options, credential) },
  ];
  for (const code of wrong) expect(codeOf(await complete(challenge, code))).toBe('MFA_INVALID');
  const right = { ceremony: own.ceremony, response: authenticator.get(own.options, credential) };
  expect(codeOf(await complete(challenge, right))).toBeUndefined();
  expect(codeOf(await complete(challenge, right))).toBe('TOKEN_INVALID');
  const next = await challengeOf(owner.email);
  expect(codeOf(await complete(next.challenge, right))).toBe('MFA_INVALID');
  for (let times = 0; times < 5; times += 1) await complete(next.challenge, 'no JSON');
  expect(await beginLogin(server, null, next.challenge)).toBeNull();
});

test('an account with several kinds may choose; taking the last one away ends the asking', async () => {
  const person = await newOwner(server);
  const { recoveryCodes } = await enroll(server, person.token);
  expect(
    codeOf(await beginRegistration(server, (await logInWith(person, recoveryCodes)).token)),
  ).toBeUndefined();
  await addPasskey(server, person, authenticator);
  expect((await challengeOf(person.email)).methods).toEqual(['TOTP', 'PASSKEY', 'RECOVERY_CODE']);
  await server.app.db.totpAuthenticator.deleteMany({ where: { userId: person.id } });
  expect((await challengeOf(person.email)).methods).toEqual(['PASSKEY', 'RECOVERY_CODE']);
  const [passkey] = await server.app.db.passkey.findMany({
    where: { userId: person.id },
    select: { id: true },
  });
  expect(codeOf(await removePasskey(server, person.token, passkey?.id ?? ''))).toBeUndefined();
  expect(await challengeOf(person.email)).toMatchObject({ session: { id: expect.any(String) } });
  expect(await server.app.db.recoveryCode.count({ where: { userId: person.id } })).toBe(0);
});

/** Signs in with password and a recovery code. */
async function logInWith(person: Owner, [code = '']: string[]) {
  const { challenge } = await challengeOf(person.email);
  const { data } = await complete(challenge, code, 'RECOVERY_CODE');
  return { token: (data?.completeMfa as { tokens: { accessToken: string } }).tokens.accessToken };
}

test('a session that proved one factor changes no passkeys, however recent; the one that added one does', async () => {
  const person = await newOwner(server);
  const { tokens } = await logIn(server, person.email); // a thief's, who knows the password
  await addPasskey(server, person, authenticator);
  const refused = await beginRegistration(server, tokens.accessToken);
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    stepUp: { acr: 'aal2' },
  });
  const [passkey] = await server.app.db.passkey.findMany({
    where: { userId: person.id },
    select: { id: true },
  });
  expect(codeOf(await removePasskey(server, tokens.accessToken, passkey?.id ?? ''))).toBe('STEP_UP_REQUIRED');
  expect(codeOf(await beginRegistration(server, person.token))).toBeUndefined();
  const { token } = await refresh(server, person.refreshToken);
  const codes = await server.graphql('mutation { regenerateRecoveryCodes { recoveryCodes } }', {}, token);
  expect(codes.errors).toBeUndefined();
  await ageSignIn(server, person.id, 11 * MINUTE);
});

test('whose role asks for a second factor may add a passkey, and then do what the role may', async () => {
  const { email, id } = await createAccount(server, ['ADMIN']);
  const { tokens } = await logIn(server, email);
  const query = '{ users { totalCount } }';
  expect(codeOf(await server.graphql(query, {}, tokens.accessToken))).toBe('STEP_UP_REQUIRED');
  const { begun } = await beginRegistration(server, tokens.accessToken);
  const { answer } = authenticator.create(begun.options);
  const added = await finishRegistration(server, tokens.accessToken, begun.ceremony, answer);
  expect(added.errors).toBeUndefined();
  const { token } = await refresh(server, tokens.refreshToken);
  expect((await server.graphql(query, {}, token)).errors).toBeUndefined();
  const [passkey] = await server.app.db.passkey.findMany({ where: { userId: id }, select: { id: true } });
  expect(codeOf(await removePasskey(server, token, passkey?.id ?? ''))).toBe('CONFLICT');
});
