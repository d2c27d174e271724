import { randomUUID, type KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readConfig } from '../../src/config.js';
import { systemClock } from '../../src/clock.js';
import { createLog } from '../../src/log.js';
import { deriveSecrets } from '../../src/services/identity/social/provider.js';
import { createSocialProviders } from '../../src/services/identity/social/social-providers.js';
import { CLIENT, newKey, startOpenIdPeer, type OpenIdPeer } from './peer-openid.js';
import { eventually } from '../setup/eventually.js';
import { createSocialSetup, PUBLIC_URL, type SocialSetup } from './social-setup.js';

let setup: SocialSetup;

beforeAll(async () => {
  setup = await createSocialSetup();
});
afterEach(() => setup.acme.misbehave(null));
afterAll(() => setup.stop());

const at =
  (path: string, answer: (response: ServerResponse) => void) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!request.url?.startsWith(path)) return false;
    answer(response);
    return true;
  };

const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function expectNothingHappened(email: string, back: URL, error: string): Promise<void> {
  expect(back.origin).toBe('https://app.example.com');
  expect([...back.searchParams]).toEqual([['error', error]]);
  expect(await setup.app.db.user.findUnique({ where: { email }, select: { id: true } })).toBeNull();
  const other = `${randomUUID()}@example.com`;
  await setup.register(other, false);
  expect((await setup.passwordSignIn(other)).token).toBeDefined();
}

function newPerson(person: object = { email_verified: true }): string {
  const email = `${randomUUID()}@example.com`;
  setup.acme.signIn(`acme|${email}`, { email, ...person });
  return email;
}

describe('a token endpoint', () => {
  test.each<[string, () => (response: ServerResponse) => void, string]>([
    ['fails', () => json({}, 500), 'PROVIDER_UNAVAILABLE'],
    ['breaks the connection', () => (response) => void response.destroy(), 'PROVIDER_UNAVAILABLE'],
    ['answers an error', () => json({ error: 'invalid_client' }, 401), 'PROVIDER_ANSWER_INVALID'],
    [
      'answers a page',
      () => (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'PROVIDER_ANSWER_INVALID',
    ],
    [
      'answers broken JSON',
      () => (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"'),
      'PROVIDER_ANSWER_INVALID',
    ],
    ['answers a list', () => json([]), 'PROVIDER_ANSWER_INVALID'],
    [
      'answers no ID token',
      () => json({ access_token: 'a', token_type: 'bearer' }),
      'PROVIDER_ANSWER_INVALID',
    ],
    [
      'redirects',
      () => (response) => void response.writeHead(302, { location: 'https://evil.example.com/' }).end(),
      'PROVIDER_ANSWER_INVALID',
    ],
    [
      'answers without end',
      () => (response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(600_000)}"`),
      'PROVIDER_UNAVAILABLE',
    ],
  ])('that %s changes nothing', async (_what, answer, error) => {
    const email = newPerson();
    setup.acme.misbehave(at('/token', answer()));
    await expectNothingHappened(email, await setup.travel(setup.newBrowser(), 'acme'), error);
  });
});

test('while a provider keeps browsers waiting, people sign in with their password, and nothing is half-linked', async () => {
  const local = `${randomUUID()}@example.com`;
  await setup.register(local, false);
  const email = newPerson();
  const hanging: ServerResponse[] = [];
  setup.acme.misbehave(at('/token', (response) => void hanging.push(response)));
  let isBack = false;
  const travels = Array.from({ length: 3 }, async () => {
    const back = await setup.travel(setup.newBrowser(), 'acme');
    isBack = true;
    return back;
  });
  await eventually(async () => expect(hanging.length).toBe(3));
  expect((await setup.passwordSignIn(local)).token).toBeDefined();
  expect(isBack).toBe(false);
  for (const response of hanging) response.destroy();
  for (const back of await Promise.all(travels))
    expect([...back.searchParams]).toEqual([['error', 'PROVIDER_UNAVAILABLE']]);
  expect((await setup.sql('SELECT 1 FROM social_flows WHERE social_login_id IS NOT NULL')).rows).toEqual([]);
  expect(await setup.app.db.user.findUnique({ where: { email }, select: { id: true } })).toBeNull();
});

describe('an ID token', () => {
  /** Goes to the provider, which then answers with a token of our making that carries the right nonce. */
  async function travelWithToken(claims: object, key?: KeyObject): Promise<URL> {
    const browser = setup.newBrowser();
    const there = await browser.visit(`${PUBLIC_URL}/auth/acme/start`, (url) => url.pathname === '/auth');
    const idToken = setup.acme.idToken({ nonce: there.searchParams.get('nonce'), ...claims }, key);
    setup.acme.misbehave(at('/token', json({ access_token: 'a', token_type: 'bearer', id_token: idToken })));
    return browser.visit(there.href);
  }

  test('with everything right is believed', async () => {
    newPerson();
    expect((await travelWithToken({})).searchParams.get('code')).not.toBeNull();
  });

  const seconds = Math.floor(Date.now() / 1_000);
  test.each<[string, object]>([
    ['another nonce', { nonce: 'another' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://evil.example.com' }],
    ['another audience', { aud: 'another-client' }],
    ['several audiences and another authorised party', { aud: [CLIENT.clientId, 'b'], azp: 'b' }],
    ['a time that is over', { iat: seconds - 600, exp: seconds - 300 }],
    ['no subject', { sub: undefined }],
    ['an endless subject', { sub: 'x'.repeat(256) }],
  ])('with %s is not', async (_what, claims) => {
    const email = newPerson();
    await expectNothingHappened(email, await travelWithToken(claims), 'PROVIDER_ANSWER_INVALID');
  });

  test('signed by a key that is not the provider’s is not', async () => {
    const email = newPerson();
    await expectNothingHappened(email, await travelWithToken({}, newKey()), 'PROVIDER_ANSWER_INVALID');
  });
});

test('keys that cannot be read change nothing', async () => {
  const email = newPerson();
  setup.acme.misbehave(at('/jwks', json({ keys: [] })));
  await expectNothingHappened(
    email,
    await setup.travel(setup.newBrowser(), 'acme'),
    'PROVIDER_ANSWER_INVALID',
  );
});

test('UserInfo of somebody else changes nothing (OpenID Connect Core §5.3.2)', async () => {
  const email = newPerson();
  setup.acme.misbehave(at('/me', json({ sub: 'acme|another', email, email_verified: true })));
  await expectNothingHappened(
    email,
    await setup.travel(setup.newBrowser(), 'acme'),
    'PROVIDER_ANSWER_INVALID',
  );
});

test.each([
  ['an unverified address', { email_verified: false }],
  ['a promise that is none', { email_verified: 1 }],
  ['no address', { email: undefined, email_verified: true }],
  ['something that is no address', { email: 'ada@localhost', email_verified: true }],
])('%s opens no account', async (_what, person) => {
  const email = newPerson(person);
  await expectNothingHappened(
    email,
    await setup.travel(setup.newBrowser(), 'acme'),
    'PROVIDER_EMAIL_UNVERIFIED',
  );
});

describe('a provider by itself', () => {
  let peer: OpenIdPeer;
  beforeEach(async () => {
    peer = await startOpenIdPeer(`${PUBLIC_URL}/auth/acme/callback`);
  });
  afterEach(() => peer.stop());

  const secrets = deriveSecrets('state', 'browser');

  function providerAt(issuer: string, providerTimeLimit?: number) {
    const { config } = readConfig({
      NODE_ENV: 'test', OIDC_ACME_ISSUER: issuer, OIDC_ACME_CLIENT_ID: CLIENT.clientId, OIDC_ACME_CLIENT_SECRET: CLIENT.clientSecret,
    }); // prettier-ignore
    return createSocialProviders({
      config,
      clock: systemClock,
      log: createLog('silent'),
      providerTimeLimit,
    }).require('acme');
  }

  test('that is down when it is first asked is asked again, and works once it is back', async () => {
    const provider = providerAt(peer.issuer);
    peer.misbehave(at('/', (response) => void response.destroy()));
    await expect(provider.authorizationUrl(secrets)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    peer.misbehave(null);
    const { searchParams } = await provider.authorizationUrl(secrets);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code', client_id: CLIENT.clientId, redirect_uri: `${PUBLIC_URL}/auth/acme/callback`,
      scope: 'openid email', state: 'state', nonce: secrets.nonce, code_challenge_method: 'S256',
    }); // prettier-ignore
  });

  test('that hangs, or sends its answer drop by drop, is waited for no longer than the limit', async () => {
    const provider = providerAt(peer.issuer, 100);
    for (const hang of [
      () => undefined,
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    ]) {
      peer.misbehave(at('/', hang));
      await expect(provider.authorizationUrl(secrets)).rejects.toMatchObject({
        code: 'PROVIDER_UNAVAILABLE',
      });
    }
  });

  test('that calls itself by another name is not believed', async () => {
    peer.misbehave(
      at(
        '/.well-known',
        json({ issuer: 'https://evil.example.com', authorization_endpoint: `${peer.issuer}/auth` }),
      ),
    );
    await expect(providerAt(peer.issuer).authorizationUrl(secrets)).rejects.toMatchObject({
      code: 'PROVIDER_ANSWER_INVALID',
    });
  });
});
