import { createDatabase } from '../../src/database/client.js';
import { announceForgotten } from '../../src/database/data-keys/user-keys.js';
import { createLog } from '../../src/log.js';
import { createCircuitBreaker } from '../../src/privacy/key-stores/circuit-breaker.js';
import { openVaultTransit } from '../../src/privacy/key-stores/vault-transit.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { hearForgottenKeys } from '../../src/database/data-keys/forgotten-keys.js';
import { createNotificationListener } from '../../src/database/notification-listener.js';
import { eventually } from '../setup/eventually.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';
import { startVaultPeer } from './peer-vault.js';

let database: TestDatabase;
let vault: Awaited<ReturnType<typeof startVaultPeer>>;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  vault = await startVaultPeer('transit', 'custodia');
});
afterEach(() => {
  vault.fault = null;
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await vault.close();
  await database.drop();
});

/** One server process's keys and database, with the key-encryption key in Vault. */
async function openProcess(lifetime = 3_600_000) {
  const encryption = await openVaultTransit({
    address: vault.url,
    transitKey: 'custodia',
    mount: 'transit',
    namespace: null,
    token: { value: vault.token },
    breaker: createCircuitBreaker({ timeout: 300, firstPause: 5, rest: 200 }),
  });
  const privacy = createPrivacy({ keyRing: { ...testKeyRing(), encryption }, cache: { lifetime } });
  const db = createDatabase({ url: database.url, privacy, poolSize: 3 });
  const listener = createNotificationListener({ url: database.url, log: createLog('silent') });
  hearForgottenKeys({ listener, privacy });
  await listener.start();
  stops.push(async () => {
    await listener.stop();
    await db.$disconnect();
  });
  return { db, privacy };
}

test('whose key is in memory is read and written on; whose is not, and who is new, waits', async () => {
  const { db } = await openProcess();
  const other = await openProcess();
  const known = await db.user.create({ data: { email: 'known@example.com' } });
  await db.user.findUnique({ where: { id: known.id } });
  vault.fault = { status: 503, type: 'sealed' };
  expect(await db.user.findUnique({ where: { id: known.id } })).toMatchObject({ email: 'known@example.com' });
  await db.user.update({ where: { id: known.id }, data: { passwordHash: 'new' } });
  await expect(other.db.user.findUnique({ where: { id: known.id } })).rejects.toMatchObject({
    code: 'OVERLOADED',
    status: 503,
  });
  await expect(db.user.create({ data: { email: 'new@example.com' } })).rejects.toMatchObject({
    code: 'OVERLOADED',
  });
  expect(await db.user.findUnique({ where: { email: 'new@example.com' } })).toBeNull();
  vault.fault = null;
  expect(await other.db.user.findUnique({ where: { id: known.id } })).toMatchObject({ passwordHash: 'new' });
});

test('a key in use is unwrapped anew before its lifetime ends, and is gone after it', async () => {
  const { db } = await openProcess(4_000);
  const { id } = await db.user.create({ data: { email: 'in-use@example.com' } });
  await db.user.findUnique({ where: { id } });
  const made = vault.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 2_300));
  await db.user.findUnique({ where: { id } });
  await eventually(() => expect(vault.calls.length).toBe(made + 1));
  vault.fault = { status: 503, type: 'sealed' };
  await eventually(() =>
    expect(db.user.findUnique({ where: { id } })).rejects.toMatchObject({ code: 'OVERLOADED' }),
  );
});

test('a key is dropped from every process’s memory when the transaction that announces it commits, and only then', async () => {
  const [one, two] = [await openProcess(), await openProcess()];
  const { id } = await one.db.user.create({ data: { email: 'gone@example.com' } });
  const { wrappedKey } = await one.db.dataKey.findUniqueOrThrow({ where: { userId: id } });
  const held = () => [one, two].map(({ privacy }) => privacy.dataKeys.findOpen(id, wrappedKey) !== undefined);
  for (const { db } of [one, two]) await db.user.findUnique({ where: { id } });
  expect(held()).toEqual([true, true]);
  const rolledBack = one.db.$transaction(async (tx) => {
    await announceForgotten(tx, id);
    throw new Error('given up');
  });
  await expect(rolledBack).rejects.toThrow('given up');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(held()).toEqual([true, true]);
  await one.db.$transaction((tx) => announceForgotten(tx, id));
  await eventually(() => expect(held()).toEqual([false, false]));
});
