import { logIn } from '../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { SOME_TEXT } from './account-setup.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

const AUTH = '/api/v1/auth';
const ME = '/api/v1/users/me';

test('an account lives: register, verify, read, change, reset', async () => {
  const email = 'rest@example.com';
  const registered = await server.rest('POST', `${AUTH}/register`, {
    email,
    password: PASSWORD,
    full_name: 'Rest Less',
    preferences: { theme: 'dark' },
    consents: [{ purpose: 'newsletter', granted: false, policy_version: '1' }],
  });
  expect(registered.status).toBe(201);
  expect(registered.body).toEqual({ id: SOME_TEXT, message: 'User registered successfully.' });
  const verified = await server.rest('POST', `${AUTH}/verify-email`, {
    token: await server.mailedToken('verify-email'),
  });
  expect(verified.status).toBe(200);

  const { tokens } = await logIn(server, email);
  const me = await server.rest('GET', ME, undefined, tokens.accessToken);
  expect(me.body).toEqual({
    id: registered.body?.id,
    email,
    is_verified: true,
    status: 'ACTIVE',
    created_at: SOME_TEXT,
    last_login_at: SOME_TEXT,
    profile: { full_name: 'Rest Less', avatar_url: null, phone_number: null, preferences: { theme: 'dark' } },
  });
  const changes = { full_name: null, phone_number: '+4915112345678', preferences: { theme: null, font: 12 } };
  const changed = await server.rest('PUT', ME, changes, tokens.accessToken);
  expect(changed.body).toEqual({
    ...me.body,
    profile: { full_name: null, avatar_url: null, phone_number: '+4915112345678', preferences: { font: 12 } },
  });

  expect((await server.rest('POST', `${AUTH}/reset-password`, { email })).status).toBe(202);
  const token = await server.mailedToken('reset-password');
  const weak = await server.rest('POST', `${AUTH}/reset-password/confirm`, { token, new_password: 'short' });
  expect(weak).toMatchObject({
    status: 400,
    body: { code: 'PASSWORD_TOO_SHORT', fields: { new_password: SOME_TEXT } },
  });
  const reset = await server.rest('POST', `${AUTH}/reset-password/confirm`, {
    token,
    new_password: 'pelican-notebook-walrus',
  });
  expect(reset.status).toBe(200);
  expect((await server.rest('GET', ME, undefined, tokens.accessToken)).status).toBe(401);
});

test('a taken address answers 409 with the words of the contract', async () => {
  const body = { email: 'twice@example.com', password: PASSWORD };
  await server.rest('POST', `${AUTH}/register`, body);
  const again = await server.rest('POST', `${AUTH}/register`, body);
  expect(again.status).toBe(409);
  expect(again.body).toEqual({ error: 'Email already exists', code: 'EMAIL_TAKEN', requestId: SOME_TEXT });
});

test('asking for a reset answers the same for known and unknown addresses', async () => {
  const ask = async (email: string) => {
    const { status, body } = await server.rest('POST', `${AUTH}/reset-password`, { email });
    return { status, body };
  };
  expect(await ask('rest@example.com')).toEqual(await ask('nobody@example.com'));
});

test.each([
  ['an address that is none', { email: 'nobody', password: PASSWORD }, 'email'],
  ['no password', { email: 'bad@example.com' }, 'password'],
  ['a password that is a number', { email: 'bad@example.com', password: 123456789012 }, 'password'],
  [
    'a header in the address',
    { email: 'bad@example.com\r\nBcc: x@example.com', password: PASSWORD },
    'email',
  ],
  [
    'a hostile key',
    { email: 'bad@example.com', password: PASSWORD, preferences: JSON.parse('{"__proto__":{}}') as object },
    'body',
  ],
  ['an unknown field', { email: 'bad@example.com', password: PASSWORD, is_admin: true }, 'is_admin'],
])('registering with %s names the field and opens nothing', async (_what, body, field) => {
  const answer = await server.rest('POST', `${AUTH}/register`, body);
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'BAD_USER_INPUT', fields: { [field]: SOME_TEXT } },
  });
  expect(await server.app.db.user.count({ where: { email: 'bad@example.com' } })).toBe(0);
});

test('users/me needs a good token', async () => {
  for (const token of [undefined, 'nonsense']) {
    const answer = await server.rest('GET', ME, undefined, token);
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  }
});
