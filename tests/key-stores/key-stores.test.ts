import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src/errors.js';
import { generateKeyRing, loadKeyRing, type KeyEncryption } from '../../src/privacy/key-ring.js';
import { openAwsKms } from '../../src/privacy/key-stores/aws-kms.js';
import { createCircuitBreaker } from '../../src/privacy/key-stores/circuit-breaker.js';
import { combineStores } from '../../src/privacy/key-stores/several-stores.js';
import { createStoreCheck, requireWorkingStore } from '../../src/privacy/key-stores/store-health.js';
import { openVaultTransit } from '../../src/privacy/key-stores/vault-transit.js';
import { KeyRingError, SealedValueError } from '../../src/privacy/privacy-errors.js';
import { CREDENTIALS, REGION, startKmsPeer } from './peer-kms.js';
import { startVaultPeer } from './peer-vault.js';

const KEY = 'arn:aws:kms:eu-central-1:1:key/a';
const OLD_KEY = 'arn:aws:kms:eu-central-1:1:key/b';
const QUICK = { timeout: 300, firstPause: 5, failures: 3, rest: 400 };

let kms: Awaited<ReturnType<typeof startKmsPeer>>;
let vault: Awaited<ReturnType<typeof startVaultPeer>>;
const before = { ...process.env };

beforeAll(async () => {
  kms = await startKmsPeer([KEY, OLD_KEY]);
  vault = await startVaultPeer('transit', 'custodia');
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.id,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secret,
    AWS_ENDPOINT_URL_KMS: kms.url,
  });
});
afterAll(async () => {
  process.env = before;
  await kms.close();
  await vault.close();
});
afterEach(() => {
  kms.fault = vault.fault = null;
});

const openKms = (keyIds = [KEY]) => openAwsKms({ keyIds, breaker: createCircuitBreaker(QUICK) });
const openVault = (token: { value: string } | { file: string } = { value: vault.token }) =>
  openVaultTransit({
    address: vault.url,
    transitKey: 'custodia',
    mount: 'transit',
    namespace: 'team',
    token,
    breaker: createCircuitBreaker(QUICK),
  });

const STORES: [string, () => Promise<KeyEncryption>, RegExp][] = [
  ['AWS KMS', () => openKms(), /^a1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/],
  ['Vault', () => openVault(), /^t1\.v1\.[A-Za-z0-9_-]+$/],
  ['the ring', async () => loadKeyRing(generateKeyRing()).encryption, /^w1\.k1\.[A-Za-z0-9_-]+$/],
];

describe.each(STORES)('%s', (_name, open, form) => {
  test('returns what it wrapped, in the documented form, and names its active key in it', async () => {
    const store = await open();
    const key = randomBytes(33);
    const wrapped = await store.wrap(key, 'data-key:1');
    expect(wrapped).toMatch(form);
    expect(wrapped.split('.').slice(0, 2)).toEqual([store.format, store.activeKeyId]);
    expect(await store.unwrap(wrapped, 'data-key:1')).toEqual(key);
  });

  test('unwraps nothing for another context, altered, truncated, re-encoded or of another format', async () => {
    const store = await open();
    const wrapped = await store.wrap(randomBytes(33), 'data-key:1');
    const [format, id, body = ''] = wrapped.split('.');
    const bytes = Buffer.from(body, 'base64url');
    bytes[bytes.length - 1]! ^= 1;
    await expect(store.unwrap(wrapped, 'data-key:2')).rejects.toThrow(SealedValueError);
    for (const bad of [
      `${format}.${id}.${bytes.toString('base64url')}`,
      wrapped.slice(0, -4),
      `${format}.${id}.`,
      `${wrapped}=`,
      `${wrapped}.more`,
      `${format}.zz.${body}`,
      '',
    ]) {
      await expect(store.unwrap(bad, 'data-key:1')).rejects.toThrow(SealedValueError);
    }
  });
});

test('AWS KMS gets the wrapping context as its encryption context, in a signed request', async () => {
  const store = await openKms();
  await store.wrap(randomBytes(32), 'data-key:42');
  expect(kms.contexts.at(-1)).toBe('{"custodia":"data-key:42"}');
});

test('a second AWS key still unwraps, and one that is not named does not', async () => {
  const old = await (await openKms([OLD_KEY])).wrap(randomBytes(32), 'c');
  const both = await openKms([KEY, OLD_KEY]);
  expect(await both.unwrap(old, 'c')).toHaveLength(32);
  await expect((await openKms([KEY])).unwrap(old, 'c')).rejects.toThrow(/AWS_KMS_KEY_ID lacks .*[0-9a-f]{8}/);
});

test('after a rotation inside Vault new keys name the new version and old ones still unwrap', async () => {
  const store = await openVault();
  const old = await store.wrap(randomBytes(32), 'c');
  vault.rotate();
  const next = await store.wrap(randomBytes(32), 'c');
  expect(next).toMatch(/^t1\.v2\./);
  expect(store.activeKeyId).toBe('v2');
  expect(await store.unwrap(old, 'c')).toHaveLength(32);
  expect(vault.namespaces.at(-1)).toBe('team');
});

test('a Vault that ignores the context is refused at the start', async () => {
  const store = await openVault();
  await requireWorkingStore('vault', store);
  vault.ignoresContext = true;
  await expect(requireWorkingStore('vault', store)).rejects.toThrow(/another context/);
  vault.ignoresContext = false;
});

test('a token file is read anew, so that an agent can renew it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'custodia-token-'));
  const file = join(folder, 'token');
  await writeFile(file, 'hvs.stale\n');
  const store = await openVault({ file });
  await expect(store.wrap(randomBytes(32), 'c')).rejects.toMatchObject({ code: 'OVERLOADED' });
  await writeFile(file, `${vault.token}\n`);
  expect(await store.wrap(randomBytes(32), 'c')).toMatch(/^t1\./);
  await rm(folder, { recursive: true });
});

test('keys move from one store to another: what either wrapped unwraps, new ones come from the active', async () => {
  const ring = loadKeyRing(generateKeyRing()).encryption;
  const outside = await openKms();
  const both = combineStores(outside, [ring]);
  const old = await ring.wrap(randomBytes(32), 'c');
  expect(await both.unwrap(old, 'c')).toHaveLength(32);
  expect(await both.wrap(randomBytes(32), 'c')).toMatch(/^a1\./);
  await expect(both.unwrap('t1.v1.AAAA', 'c')).rejects.toThrow(/not configured/);
});

describe.each<[string, () => Promise<KeyEncryption>, () => { calls: string[]; fault: unknown }]>([
  ['AWS KMS', () => openKms(), () => kms],
  ['Vault', () => openVault(), () => vault],
])('an outage of %s', (_name, open, peer) => {
  test.each([
    ['an error', { status: 500, type: 'InternalErrorException' }],
    ['throttling', { status: 429, type: 'ThrottlingException' }],
    ['silence', 'silence'],
  ])('by %s is tried again a few times, then answered as OVERLOADED', async (_kind, fault) => {
    const store = await open();
    peer().fault = fault;
    const made = peer().calls.length;
    const error = await store.wrap(randomBytes(32), 'c').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'OVERLOADED', status: 503, retryAfterSeconds: 1 });
    expect(peer().calls.length - made).toBe(3);
  });

  test('opens the circuit, which lets one call through after a rest and then closes', async () => {
    const store = await open();
    peer().fault = { status: 503, type: 'sealed' };
    for (let n = 0; n < 3; n += 1) await store.wrap(randomBytes(32), 'c').catch(() => undefined);
    const made = peer().calls.length;
    await expect(store.wrap(randomBytes(32), 'c')).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(peer().calls.length).toBe(made);
    peer().fault = null;
    await new Promise((resolve) => setTimeout(resolve, QUICK.rest + 50));
    expect(await store.wrap(randomBytes(32), 'c')).toContain('.');
  });

  test('shows as degraded, and refuses a start with the store’s own code and no key', async () => {
    const store = await open();
    const check = createStoreCheck(store);
    peer().fault = { status: 403, type: 'AccessDeniedException' };
    expect(await check()).toBe('degraded');
    const error = await requireWorkingStore('outside', store).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KeyRingError);
    expect(String(error)).toMatch(/key store outside does not work: .*(AccessDeniedException|HTTP 403)/);
  });
});
