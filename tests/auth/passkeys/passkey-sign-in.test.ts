import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { codeOf } from '../signed-in.js';
import { addPasskey, beginLogin, finishLogin, newOwner, ORIGIN, signInWith } from './passkey-setup.js';
import { createAuthenticator } from './software-authenticator.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server?.stop());

const authenticator = createAuthenticator(ORIGIN);

test('a passkey signs in without address and password, and counts as several factors', async () => {
  const owner = await newOwner(server);
  const credential = await addPasskey(server, owner, authenticator);
  const { ceremony, options } = await beginLogin(server);
  expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
  expect(options).not.toHaveProperty('allowCredentials');
  const { signedIn, errors } = await finishLogin(server, ceremony, authenticator.get(options, credential));
  expect(errors).toBeUndefined();
  expect(signedIn?.user).toMatchObject({ id: owner.id, email: owner.email });
  expect(signedIn?.session).toMatchObject({ current: true, authenticationMethods: ['hwk', 'user', 'mfa'] });
  expect(signedIn?.user.sessions.nodes).toContainEqual({ id: signedIn?.session.id, current: true });

  const token = signedIn?.tokens.accessToken;
  const { data } = await server.graphql('{ viewer { passkeys { lastUsedAt } lastLoginAt } }', {}, token);
  const viewer = data?.viewer as { passkeys: { lastUsedAt: string }[]; lastLoginAt: string };
  expect(viewer.passkeys[0]?.lastUsedAt).toEqual(expect.any(String));
  expect(viewer.lastLoginAt).toBe(signedIn?.user.lastLoginAt);
});

test('a passkey that is copied between devices is a key in software; its counter stays 0', async () => {
  const synced = createAuthenticator(ORIGIN, { synced: true });
  const owner = await newOwner(server);
  const credential = await addPasskey(server, owner, synced);
  for (let times = 0; times < 2; times += 1) {
    const { signedIn } = await signInWith(server, synced, credential);
    expect(signedIn?.session.authenticationMethods).toEqual(['swk', 'user', 'mfa']);
  }
});

test('with an address only a passkey of its account will do', async () => {
  const [owner, other] = [await newOwner(server), await newOwner(server)];
  const [own, foreign] = [
    await addPasskey(server, owner, authenticator),
    await addPasskey(server, other, authenticator),
  ];
  expect((await signInWith(server, authenticator, own, {}, owner.email)).signedIn?.user.id).toBe(owner.id);
  expect(codeOf(await signInWith(server, authenticator, foreign, {}, owner.email))).toBe('PASSKEY_INVALID');
  expect(codeOf(await signInWith(server, authenticator, own, {}, 'nobody@example.com'))).toBe(
    'PASSKEY_INVALID',
  );
});

test('the question tells nobody whether an address is known, or has a passkey', async () => {
  const owner = await newOwner(server);
  await addPasskey(server, owner, authenticator);
  const shapes = await Promise.all(
    [owner.email, 'nobody@example.com', null].map(async (email) => {
      const { ceremony, options } = await beginLogin(server, email);
      return { length: ceremony.length, options: { ...options, challenge: options.challenge.length } };
    }),
  );
  expect(shapes[1]).toEqual(shapes[0]);
  expect(shapes[2]).toEqual(shapes[0]);
});

test('one operation asks for one ceremony', async () => {
  const answer = await server.graphql(
    'mutation { a: beginPasskeyLogin { ceremony } b: beginPasskeyLogin { ceremony } }',
  );
  expect([answer.data ?? null, codeOf(answer)]).toEqual([null, 'BAD_USER_INPUT']);
});

test('in cookie mode the refresh token travels in the cookie', async () => {
  const owner = await newOwner(server);
  const credential = await addPasskey(server, owner, authenticator);
  const { ceremony, options } = await beginLogin(server);
  const query = `mutation ($ceremony: String!, $response: JSONObject!) {
    finishPasskeyLogin(ceremony: $ceremony, response: $response) { tokens { refreshToken } } }`;
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-transport': 'cookie' },
    body: JSON.stringify({
      query,
      variables: { ceremony, response: authenticator.get(options, credential) },
    }),
  });
  expect(await response.json()).toEqual({ data: { finishPasskeyLogin: { tokens: { refreshToken: null } } } });
  expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-custodia_refresh=cst_rt_/);
});

test.each([
  ['SUSPENDED', 'ACCOUNT_SUSPENDED'],
  ['DELETED', 'ACCOUNT_DELETED'],
] as const)('an account that is %s stays closed', async (status, code) => {
  const owner = await newOwner(server);
  const credential = await addPasskey(server, owner, authenticator);
  const deletedAt = status === 'DELETED' ? new Date() : null;
  await server.app.db.user.update({
    where: { id: owner.id },
    data: { status, deletedAt },
    select: { id: true },
  });
  expect(codeOf(await signInWith(server, authenticator, credential))).toBe(code);
  expect(await server.app.db.session.count({ where: { userId: owner.id } })).toBe(1);
});
