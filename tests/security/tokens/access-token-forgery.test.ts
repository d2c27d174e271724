import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { MINUTE, SECOND } from '../../../src/clock.js';
import { startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

let database: TestDatabase;
let server: AuthServer;
let good: string;
let key: { kid: string; privateKey: KeyObject };

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startAuthServer({ url: database.url });
  good = (await server.signIn(await server.createUser())).tokens.accessToken;
  key = await server.signingKeys.current();
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = (changes: object = {}) => ({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...changes });
const claims = (changes: object = {}) => ({ ...(jwt.decode(good) as object), ...changes });

/** A token signed with ES256 by hand, so that no library refuses to make a bad one. */
function forge(head: object, body: object, privateKey: KeyObject = key.privateKey): string {
  const input = `${encode(head)}.${encode(body)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

async function expectRefused(token: string): Promise<void> {
  const attempt = (async () => server.authenticate(`Bearer ${token}`))();
  await expect(attempt).rejects.toEqual(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
}

test('a good token, and one made by hand alike, is accepted', async () => {
  expect(await server.authenticate(`Bearer ${good}`)).toMatchObject({ amr: ['pwd'], scope: ['account'] });
  expect(await server.authenticate(`bearer ${forge(header(), claims())}`)).not.toBeNull();
});

test('alg none is refused, however it is written', async () => {
  for (const alg of ['none', 'None', 'NONE', '']) {
    await expectRefused(`${encode(header({ alg }))}.${encode(claims())}.`);
    await expectRefused(`${encode(header({ alg }))}.${encode(claims())}.${good.split('.')[2]}`);
  }
  await expectRefused(`${encode(header())}.${encode(claims())}.`);
});

test('HS256 with the public key as its secret is refused', async () => {
  const [published] = (await server.signingKeys.jwks()).keys;
  const publicKey = server.signingKeys.find(published!.kid)!.publicKey;
  const secrets = [
    publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicKey.export({ format: 'der', type: 'spki' }),
    JSON.stringify(published),
    '',
  ];
  for (const secret of secrets) {
    for (const alg of ['HS256', 'ES256']) {
      const input = `${encode(header({ alg }))}.${encode(claims())}`;
      const mac = createHmac('sha256', secret).update(input).digest('base64url');
      await expectRefused(`${input}.${mac}`);
    }
  }
});

test('a foreign key is refused, under our key id, its own and none; embedded keys are not looked at', async () => {
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = foreign.publicKey.export({ format: 'jwk' });
  await expectRefused(forge(header(), claims(), foreign.privateKey));
  await expectRefused(forge(header({ jwk }), claims(), foreign.privateKey));
  await expectRefused(forge(header({ kid: 'unknown', jwk }), claims(), foreign.privateKey));
  await expectRefused(forge(header({ kid: undefined }), claims(), foreign.privateKey));
  await expectRefused(forge(header({ kid: '../../dev/null' }), claims(), foreign.privateKey));
  await expectRefused(forge(header({ kid: '__proto__' }), claims(), foreign.privateKey));
  await expectRefused(forge(header({ kid: 7 }), claims()));
});

test('wrong type, issuer, audience and missing claims are refused', async () => {
  for (const typ of ['JWT', 'jwt', 'at+JWT', 'application/at+jwt', undefined, 7]) {
    await expectRefused(forge(header({ typ }), claims()));
  }
  await expectRefused(forge(header(), claims({ iss: 'https://other.example.com' })));
  await expectRefused(forge(header(), claims({ aud: 'https://other.example.com' })));
  for (const name of ['iss', 'aud', 'sub', 'sid', 'exp', 'auth_time', 'amr', 'scope']) {
    await expectRefused(forge(header(), claims({ [name]: undefined })));
  }
});

test('a token that is not valid yet, or has expired, is refused', async () => {
  const now = Math.floor(server.clock.now().getTime() / SECOND);
  await expectRefused(forge(header(), claims({ nbf: now + 60 })));
  await expectRefused(forge(header(), claims({ exp: now - 60 })));
  await expectRefused(forge(header(), claims({ exp: 'tomorrow' })));
});

test('each changed character is noticed', async () => {
  const [head, body, signature] = good.split('.') as [string, string, string];
  for (const [part, text] of [head, body, signature].entries()) {
    // The last character of a part may carry bits that base64url ignores.
    for (let at = 0; at < text.length - 1; at += 3) {
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      await expectRefused([head, body, signature].with(part, changed).join('.'));
    }
  }
});

test('malformed headers and tokens are refused, never taken for anonymous', async () => {
  const { authenticate } = server;
  for (const value of [
    '',
    'Bearer',
    'Bearer ',
    `Basic ${good}`,
    good,
    `Bearer ${good} x`,
    `Bearer ${good},`,
  ]) {
    expect(() => authenticate(value)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error);
  }
  for (const token of [
    '.',
    '..',
    'a.b.c',
    'e30.e30.e30',
    'bnVsbA.e30.x',
    `${good}.x`,
    `${good}${'x'.repeat(9000)}`,
  ]) {
    await expectRefused(token);
  }
  expect(authenticate(undefined)).toBeNull();
});

test('a token that was seen before still expires', async () => {
  expect(await server.authenticate(`Bearer ${good}`)).not.toBeNull();
  server.clock.advance(10 * MINUTE - SECOND);
  expect(await server.authenticate(`Bearer ${good}`)).not.toBeNull();
  server.clock.advance(7 * SECOND);
  await expectRefused(good);
});

test('the token has the claims of RFC 9068 and names nobody', () => {
  const { header: head, payload } = jwt.decode(good, { complete: true })!;
  expect(head).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key.kid });
  const names = [
    'iss',
    'aud',
    'sub',
    'sid',
    'jti',
    'iat',
    'exp',
    'auth_time',
    'amr',
    'acr',
    'scope',
    'client_id',
  ];
  expect(Object.keys(payload).sort()).toEqual(names.sort());
  expect(JSON.stringify(payload)).not.toContain('@');
});
