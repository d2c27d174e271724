import { readFile } from 'node:fs/promises';
import { readConfig } from '../../src/config.js';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { PASSWORD } from '../setup/full-server.js';
import { createPeople, type KeyedServer, type Person, startWithKeyRingFile } from './key-setup.js';

// What the hourly job does with keys that have outlived their lifetime: one of each kind.

const DAY = { ENCRYPTION_KEY_LIFETIME: '1d', SEARCH_INDEX_KEY_LIFETIME: '1d', PEPPER_LIFETIME: '1d' };

let it: KeyedServer;
let people: Person[];
beforeAll(async () => {
  it = await startWithKeyRingFile({ ...DAY, DATA_KEY_LIFETIME: '1d' });
  people = await createPeople(it, 2);
});
afterAll(() => it.stop());

const upkeep = () => it.server.app.keyUpkeep.upkeep({ rate: null, grace: 0 });
const ring = async () =>
  JSON.parse(await readFile(it.keyRingFile, 'utf8')) as Record<string, { active: string; keys: object }>;
const actives = async () => Object.values(await ring()).map(({ active }) => active);

/** Lets a time go by for everything that tells a key's age. */
const grow = async (days: number) => {
  const ago = `interval '${days} days'`;
  await it.sql(`UPDATE users SET created_at = created_at - ${ago}`);
  await it.sql(`UPDATE key_rotations SET started_at = started_at - ${ago}`);
  await it.sql(`UPDATE data_key_rotations SET at = at - ${ago} WHERE stage = 'done'`);
};

test('young keys stay', async () => {
  await upkeep();
  expect(await actives()).toEqual(['k1', 'k1', 'k1']);
  expect(await it.sql('SELECT 1 FROM data_key_rotations')).toEqual([]);
});

test('keys past their lifetime are replaced, once, and every row comes under the new ones', async () => {
  await grow(2);
  await upkeep();
  expect(await actives()).toEqual(['k2', 'k2', 'k2']);
  expect(await it.sql(`SELECT 1 FROM data_keys WHERE wrapped_key NOT LIKE 'w1.k2.%'`)).toEqual([]);
  expect(await it.sql(`SELECT 1 FROM users WHERE email_index NOT LIKE 'k2.%'`)).toEqual([]);
  expect(await it.sql(`SELECT 1 FROM users WHERE email NOT LIKE 'c1.2.%'`)).toEqual([]);
  expect(await it.sql(`SELECT 1 FROM users WHERE password_pepper = 'k2'`)).toEqual([]);
  await upkeep();
  expect(await actives()).toEqual(['k2', 'k2', 'k2']);
});

test('the next pepper waits for the last account, the next index key for the removal of the one before', async () => {
  await grow(2);
  await upkeep();
  expect(await actives()).toEqual(['k3', 'k2', 'k2']);
  for (const { email } of people) await signIn(email);
  expect(await it.sql(`SELECT 1 FROM users WHERE password_pepper = 'k1'`)).toEqual([]);
  await it.server.app.keyUpkeep.removeKey('searchIndex', 'k1', { grace: 0 });
  await upkeep(); // notes the end of the pepper's replacement
  await upkeep();
  expect(await actives()).toEqual(['k3', 'k3', 'k3']);
  for (const { email } of people) await signIn(email);
});

test('a data key that is due is replaced alone, also by the run after one that was cut off', async () => {
  const [old, young] = (await it.sql<{ id: string }>('SELECT id FROM users ORDER BY id')).map(({ id }) => id);
  const replaced = async (work: () => Promise<unknown>) => {
    const age = `UPDATE data_key_rotations SET at = now() - interval '2 days' WHERE user_id = $1`;
    await it.sql(age, [old]);
    const [row] = await it.sql<{ now: Date }>('SELECT clock_timestamp() AS now');
    await work();
    const select = 'SELECT user_id AS id FROM data_key_rotations WHERE at >= $1 ORDER BY user_id';
    return (await it.sql<{ id: string }>(select, [row?.now])).map(({ id }) => id);
  };
  const cutOff = () =>
    it.sql(`INSERT INTO key_rotations (purpose, started_at, total, position) VALUES ('data', now(), 1, $1)`, [
      new Date(Date.now() - 86_400_000).toISOString(),
    ]);
  expect(await replaced(upkeep)).toEqual([old]);
  expect(await replaced(() => cutOff().then(upkeep))).toEqual([old]);
  const byHand = () => it.server.app.keyUpkeep.rotate('data', { rate: null, grace: 0 });
  expect(await replaced(() => cutOff().then(byHand))).toEqual([old, young]);
  expect(await it.sql(`SELECT 1 FROM key_rotations WHERE completed_at IS NULL AND purpose = 'data'`)).toEqual(
    [],
  );
});

test('each is in the audit log', async () => {
  const events = await it.sql<{ purpose: string; key: string | null }>(
    `SELECT data ->> 'purpose' AS purpose, data ->> 'keyId' AS key FROM audit_events WHERE action = 'key.rotation_started' ORDER BY at, id`,
  );
  const names = events.map(({ purpose, key }) => (key === null ? purpose : `${purpose}.${key}`));
  expect(new Set(names)).toEqual(
    new Set(
      ['encryption', 'search-index', 'pepper'].flatMap((kind) => [`${kind}.k2`, `${kind}.k3`]).concat('data'),
    ),
  );
});

test.each(Object.keys(DAY))('%s is refused where only the operator can write the ring', (name) => {
  const env = { NODE_ENV: 'test', [name]: '1d' };
  expect(() => readConfig({ ...env, KEY_RING: generateKeyRing() })).toThrow(`${name} needs KEY_RING_FILE`);
  expect(readConfig({ ...env, KEY_RING_FILE: 'ring.json' }).warnings).toEqual([]);
});

test('the age of a key-encryption key outside is not ours to keep', () => {
  const env = { NODE_ENV: 'test', ENCRYPTION_KEY_LIFETIME: '1d', KEY_RING_FILE: 'ring.json' };
  expect(() => readConfig({ ...env, KEY_ENCRYPTION: 'aws-kms', AWS_KMS_KEY_ID: 'alias/a' })).toThrow(
    /ENCRYPTION_KEY_LIFETIME is for the key ring/,
  );
});

async function signIn(email: string): Promise<void> {
  const { status } = await it.server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  expect(status).toBe(200);
}
