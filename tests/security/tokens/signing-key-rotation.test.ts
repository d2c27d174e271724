import { createHash, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { DAY, HOUR, MINUTE } from '../../../src/clock.js';
import { createLog } from '../../../src/log.js';
import { generateKeyRing, loadKeyRing } from '../../../src/privacy/key-ring.js';
import { KeyRingError } from '../../../src/privacy/privacy-errors.js';
import { createSigningKeys } from '../../../src/security/signing-keys/signing-keys.js';
import { AUTH_CONFIG, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { movableClock, type MovableClock } from '../../setup/movable-clock.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

let database: TestDatabase;
let clock: MovableClock;
let servers: AuthServer[];

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  await database.drop();
});

async function start(): Promise<AuthServer> {
  const server = await startAuthServer({ url: database.url, clock });
  servers.push(server);
  return server;
}

const viewer = () => ({
  userId: '00000000-0000-4000-8000-000000000001',
  sessionId: '00000000-0000-4000-8000-000000000002',
  authTime: clock.now(),
  amr: ['pwd'],
  scope: ['account'],
});
const kidOf = (token: string) => jwt.decode(token, { complete: true })!.header.kid;
const publishedIds = async (server: AuthServer) =>
  (await server.signingKeys.jwks()).keys.map(({ kid }) => kid);

test('the key set is that of RFC 7517, its ids are thumbprints of RFC 7638, and no private part is in it', async () => {
  const server = await start();
  const { keys } = await server.signingKeys.jwks();
  expect(keys).toHaveLength(1);
  const [{ kid, ...key }] = keys as [(typeof keys)[0]];
  expect(key).toEqual({
    kty: 'EC',
    crv: 'P-256',
    x: expect.any(String) as string,
    y: expect.any(String) as string,
    use: 'sig',
    alg: 'ES256',
  });
  const canonical = `{"crv":"P-256","kty":"EC","x":"${key.x}","y":"${key.y}"}`;
  expect(kid).toBe(createHash('sha256').update(canonical).digest('base64url'));
});

test('processes that start together agree on one key', async () => {
  const started = await Promise.all([start(), start(), start()]);
  const ids = await Promise.all(started.map(publishedIds));
  expect(new Set(ids.flat()).size).toBe(1);
  const { token } = await started[0].accessTokens.issue(viewer());
  for (const server of started)
    expect(await server.accessTokens.verify(token)).toMatchObject({ amr: ['pwd'] });
});

test('the next key is published a day before it signs; the last goes when its last token has expired', async () => {
  const server = await start();
  const [first] = await publishedIds(server);
  clock.advance(89 * DAY - MINUTE);
  expect(await publishedIds(server)).toEqual([first]);

  clock.advance(HOUR);
  const [, second] = await publishedIds(server);
  expect(second).toEqual(expect.any(String));
  clock.advance(DAY - MINUTE);
  const old = await server.accessTokens.issue(viewer());
  expect(kidOf(old.token)).toBe(first);

  clock.advance(MINUTE);
  const fresh = await server.accessTokens.issue(viewer());
  expect(kidOf(fresh.token)).toBe(second);
  expect(await publishedIds(server)).toEqual([first, second]);
  const restarted = await start(); // no cache of verified tokens
  expect(await restarted.accessTokens.verify(old.token)).toMatchObject({ amr: ['pwd'] });
  expect(await restarted.accessTokens.verify(fresh.token)).toMatchObject({ amr: ['pwd'] });

  clock.advance(DAY);
  expect(await publishedIds(server)).toEqual([second]);
});

test('a token by a key that this process has not seen yet makes it look once more', async () => {
  const [one, other] = [await start(), await start()];
  await one.signingKeys.rotate();
  clock.advance(25 * HOUR);
  const { token } = await one.accessTokens.issue(viewer());
  expect(other.signingKeys.find(kidOf(token)!)).toBeNull();
  expect(await other.accessTokens.verify(token)).toMatchObject({ amr: ['pwd'] });
});

test('made-up key ids do not make a process ask the database again and again', async () => {
  const server = await start();
  clock.advance(MINUTE);
  const loads = () => server.db.signingKey.count();
  await server.signingKeys.findAfterReload('made-up-1');
  await server.db.signingKey.deleteMany();
  expect(await loads()).toBe(0);
  // A second read would find the table empty and make a new key.
  await server.signingKeys.findAfterReload('made-up-2');
  expect(await loads()).toBe(0);
  clock.advance(MINUTE);
  await server.signingKeys.findAfterReload('made-up-3');
  expect(await loads()).toBe(1);
});

test('rotating on demand publishes a successor that signs a day later; asking again changes nothing', async () => {
  const server = await start();
  const [first] = await publishedIds(server);
  await server.signingKeys.rotate();
  await server.signingKeys.rotate();
  const ids = await publishedIds(server);
  expect(ids).toHaveLength(2);
  expect((await server.signingKeys.current()).kid).toBe(first);
  clock.advance(DAY);
  expect((await server.signingKeys.current()).kid).toBe(ids[1]);
});

test('processes that rotate at the same time make one successor', async () => {
  const started = [await start(), await start(), await start()];
  await Promise.all(started.map(({ signingKeys }) => signingKeys.rotate()));
  expect(await started[0]!.db.signingKey.count()).toBe(2);
});

/** What the audit log says of signing keys, moment by moment of the clock: within one, events of two processes have no order. */
async function recordedKeys({ db }: AuthServer) {
  const events = await db.auditEvent.findMany({
    where: { action: { startsWith: 'key.' } },
    orderBy: { id: 'asc' },
    select: { at: true, action: true, data: true },
  });
  const moments = new Map<number, string[]>();
  for (const { at, action, data } of events) {
    const ofMoment = moments.get(at.getTime()) ?? [];
    moments.set(at.getTime(), [...ofMoment, `${action} ${(data as { keyId: string }).keyId}`].sort());
  }
  return [...moments.values()];
}

test('what becomes of each key is recorded once, whichever process did it', async () => {
  const [server, other] = [await start(), await start()];
  const [first] = await publishedIds(server);
  expect(await recordedKeys(server)).toEqual([[`key.published ${first}`]]);
  await Promise.all([server.signingKeys.rotate(), other.signingKeys.rotate()]);
  const [, second] = await publishedIds(server);
  // Of the first somebody holds a receipt: it stays, without its private half.
  await server.db.signingKey.update({ where: { id: first! }, data: { signedReceipts: true } });
  clock.advance(3 * DAY);
  await Promise.all([publishedIds(server), publishedIds(other)]);
  await Promise.all([server.signingKeys.rotate(), other.signingKeys.rotate()]);
  const third = (await publishedIds(server)).find((id) => id !== first && id !== second);
  clock.advance(3 * DAY);
  await server.signingKeys.rotate();
  const fourth = (await publishedIds(server)).find((id) => ![first, second, third].includes(id));
  expect(await recordedKeys(server)).toEqual([
    [`key.published ${first}`, `key.published ${second}`].sort(),
    [`key.published ${third}`, `key.retired ${first}`],
    [`key.published ${fourth}`, `key.removed ${second}`],
  ]);
});

test('no event, no key: what cannot be recorded is not published', async () => {
  const server = await start();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner
    .query(`ALTER TABLE audit_events ADD CHECK (action <> 'key.published') NOT VALID`)
    .finally(() => owner.end());
  await expect(server.signingKeys.rotate()).rejects.toThrow();
  expect(await server.db.signingKey.count()).toBe(1);
});

test('private keys lie wrapped in the database', async () => {
  const server = await start();
  const { privateKey } = await server.signingKeys.current();
  const secret = privateKey.export({ format: 'jwk' }).d!;
  const [row] = await server.db.signingKey.findMany();
  const stored = JSON.stringify(row);
  expect(stored).not.toContain(secret);
  expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
  expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('base64'));
  expect(JSON.stringify(row!.publicJwk)).not.toContain('"d"');
});

test('a key that somebody slipped into the database is neither published nor trusted', async () => {
  const server = await start();
  const [good] = await server.db.signingKey.findMany();
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = foreign.publicKey.export({ format: 'jwk' });
  const publicJwk = { kty: 'EC', crv: 'P-256', x, y };
  const canonical = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y });
  const thumbprint = createHash('sha256').update(canonical).digest('base64url');
  for (const id of ['made-up', thumbprint]) {
    await server.db.signingKey.create({ data: { ...good!, id, publicJwk } });
  }
  const restarted = await start();
  expect(await publishedIds(restarted)).toEqual([good!.id]);
  expect(restarted.signingKeys.find(thumbprint)).toBeNull();
  expect((await restarted.signingKeys.current()).kid).toBe(good!.id);
});

test('a process whose key ring opens none of the keys refuses to go on, and makes no new one', async () => {
  const server = await start();
  const { db } = server;
  const { encryption } = loadKeyRing(generateKeyRing());
  const stranger = createSigningKeys({
    db,
    encryption,
    clock,
    config: AUTH_CONFIG,
    log: createLog('silent'),
    recordChange: async () => undefined,
  });
  await expect(stranger.ensure()).rejects.toThrow(KeyRingError); // which the console shows without a stack
  await expect(stranger.current()).rejects.toThrow('opens none');
  expect(await db.signingKey.count()).toBe(1);
});
