import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createKeyDatabase, type KeyDatabase } from '../../src/database/data-keys/key-database.js';
import { prepareDataKeys } from '../../src/database/data-keys/key-database-setup.js';
import { destroyUserKey } from '../../src/database/data-keys/user-keys.js';
import { createLog } from '../../src/log.js';
import { createPrivacy, type Privacy } from '../../src/privacy/privacy.js';
import { SealedValueError } from '../../src/privacy/privacy-errors.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

const log = createLog('silent');
const opened: { close(): Promise<void> }[] = [];
let data: TestDatabase;
let keyData: TestDatabase;
let db: Database;
let keys: KeyDatabase;
let privacy: Privacy;

beforeAll(async () => {
  data = await createTestDatabase();
  keyData = await createEmptyDatabase();
  await prepareDataKeys({ dataUrl: data.url, keyUrl: keyData.url });
  ({ db, keys, privacy } = openSide(data.url, keyData.url));
});
afterAll(async () => {
  for (const side of opened) await side.close();
  await data.drop();
  await keyData.drop();
});

function openSide(dataUrl: string, keyUrl: string) {
  const keyDatabase = createKeyDatabase({ url: keyUrl, log });
  const own = createPrivacy({ keyRing: testKeyRing(), separateKeys: keyDatabase });
  const client = createDatabase({ url: dataUrl, privacy: own, poolSize: 4 });
  opened.push({
    close: async () => {
      await client.$disconnect();
      await keyDatabase.close();
    },
  });
  return { db: client, keys: keyDatabase, privacy: own };
}

async function query<T = Record<string, unknown>>(url: string, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as T[];
  } finally {
    await client.end();
  }
}

const newUser = (fullName = 'Ada') =>
  db.user.create({
    data: {
      email: `${randomUUID()}@example.com`,
      profile: { create: { fullName } },
      sessions: { create: { ipAddress: '192.0.2.1', authTime: new Date(), expiresAt: new Date() } },
    },
    include: { profile: true, sessions: true },
  });

/** Counts the queries that reach the key database. */
function countQueries(store: KeyDatabase): { readonly made: number } {
  const counter = { made: 0 };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this` below
  const original = pg.Pool.prototype.query;
  pg.Pool.prototype.query = function counted(this: pg.Pool, ...args: Parameters<typeof original>) {
    if (this.options.application_name === 'custodia-keys') counter.made += 1;
    return original.apply(this, args);
  } as typeof original;
  opened.push({ close: async () => void (pg.Pool.prototype.query = original) });
  store.forgetAll();
  return counter;
}

test('everything is written and read as with keys beside the data, and the data database holds no key', async () => {
  const user = await newUser();
  expect(user.profile?.fullName).toBe('Ada');
  expect(user.sessions[0]?.ipAddress).toBe('192.0.2.1');
  await db.userProfile.update({ where: { userId: user.id }, data: { phoneNumber: '+4930123456' } });
  await db.user.update({ where: { email: user.email! }, data: { passwordHash: 'x' } });
  const session = await db.session.findFirst({ where: { userId: user.id }, include: { user: true } });
  expect(session).toMatchObject({ ipAddress: '192.0.2.1', user: { email: user.email, passwordHash: 'x' } });
  expect(session?.user).not.toHaveProperty('dataKey');
  const profile = await db.userProfile.findUnique({
    where: { userId: user.id },
    select: { phoneNumber: true },
  });
  expect(profile).toEqual({ phoneNumber: '+4930123456' });
  expect(await query(data.url, 'SELECT 1 FROM data_keys')).toEqual([]);
  expect(await query(keyData.url, 'SELECT 1 FROM data_keys WHERE user_id = $1', [user.id])).toHaveLength(1);
});

test('upserts, lists of new users and returned rows work too', async () => {
  const email = `${randomUUID()}@example.com`;
  const upsert = () =>
    db.user.upsert({ where: { email }, create: { email }, update: { passwordHash: 'new' } });
  const { id } = await upsert();
  expect(await upsert()).toMatchObject({ id, passwordHash: 'new' });
  const made = await db.user.createManyAndReturn({ data: [{ email: `${randomUUID()}@example.com` }] });
  expect(made[0]?.email).toMatch(/@example\.com$/);
  expect(await db.user.findUnique({ where: { id: made[0]!.id } })).toMatchObject({ email: made[0]!.email });
});

test('a list costs one query for all keys', async () => {
  for (let n = 0; n < 5; n += 1) await newUser(`Person ${n}`);
  const counter = countQueries(keys);
  const users = await db.user.findMany({ include: { profile: true, sessions: true } });
  expect(users.length).toBeGreaterThanOrEqual(5);
  expect(users.every(({ email }) => email?.includes('@'))).toBe(true);
  expect(counter.made).toBe(1);
});

test('a damaged key and a missing one take their own rows of a list only, still by one query', async () => {
  const [sound, damaged, missing] = [await newUser('Sound'), await newUser('Damaged'), await newUser('Gone')];
  await query(
    keyData.url,
    `UPDATE data_keys SET wrapped_key = left(wrapped_key, 20) || 'AAAA' || substr(wrapped_key, 25) WHERE user_id = $1`,
    [damaged.id],
  );
  await query(keyData.url, 'DELETE FROM data_keys WHERE user_id = $1', [missing.id]);
  const where = { id: { in: [sound.id, damaged.id, missing.id] } };
  const counter = countQueries(keys);
  const users = await db.piecewise.user.findMany({ where, include: { profile: true } });
  expect(counter.made).toBe(1);
  for (const { id, status, profile } of users) {
    expect(status).toBe('ACTIVE');
    if (id === sound.id) expect(profile?.fullName).toBe('Sound');
    else expect(() => profile?.fullName).toThrow(SealedValueError);
  }
});

test('a copy of the data beside an empty key database opens nothing', async () => {
  const user = await newUser();
  const copy = await createEmptyDatabase();
  const empty = await createEmptyDatabase();
  const name = new URL(copy.url).pathname.slice(1);
  await copy.drop();
  await db.$disconnect();
  await query(keyData.url, `CREATE DATABASE ${name} TEMPLATE ${new URL(data.url).pathname.slice(1)}`);
  await prepareDataKeys({ dataUrl: copy.ownerUrl, keyUrl: empty.url });
  const thief = openSide(copy.ownerUrl, empty.url);
  await expect(thief.db.user.findUnique({ where: { id: user.id } })).rejects.toThrow(SealedValueError);
  await expect(thief.db.userProfile.findMany()).rejects.toThrow(/data key is gone/);
  await expect(prepareDataKeys({ dataUrl: copy.ownerUrl, keyUrl: null })).rejects.toThrow(
    /KEYSTORE_DATABASE_URL/,
  );
  await thief.db.$disconnect();
  await thief.keys.close();
  opened.pop();
  await copy.drop();
  await empty.drop();
});

test('a user whose creation fails in the data database leaves a key, which a sweep destroys later and only then', async () => {
  const id = randomUUID();
  const fails = db.$transaction(async (tx) => {
    await tx.user.create({ data: { id, email: `${id}@example.com` } });
    throw new Error('given up');
  });
  await expect(fails).rejects.toThrow('given up');
  const user = await newUser();
  const exist = async (ids: string[]) =>
    new Set(
      (await db.user.findMany({ where: { id: { in: ids } }, select: { id: true } })).map((row) => row.id),
    );
  const stored = async () =>
    (await query<{ user_id: string }>(keyData.url, 'SELECT user_id FROM data_keys')).map(
      (row) => row.user_id,
    );
  expect(await keys.sweep(exist)).toBe(0);
  expect(await stored()).toEqual(expect.arrayContaining([id, user.id]));
  await query(keyData.url, "UPDATE data_keys SET created_at = created_at - interval '2 hours'");
  expect(await keys.sweep(exist)).toBeGreaterThan(0);
  expect(await stored()).not.toContain(id);
  expect(await stored()).toContain(user.id);
  // What was confirmed once stays, even where the data is missing for a time.
  await query(keyData.url, "UPDATE data_keys SET created_at = created_at - interval '2 hours'");
  expect(await keys.sweep(async () => new Set())).toBe(0);
  expect(await stored()).toContain(user.id);
});

test('a second try with the same id finds the key of the first and makes it young again', async () => {
  const id = randomUUID();
  await keys.add(id, (await privacy.dataKeys.create(id)).wrapped);
  await query(
    keyData.url,
    "UPDATE data_keys SET created_at = created_at - interval '2 hours' WHERE user_id = $1",
    [id],
  );
  await db.user.create({ data: { id, email: `${id}@example.com` } });
  expect(await keys.sweep(async (ids) => new Set(ids.filter((found) => found !== id)))).toBe(0);
  expect(await db.user.findUnique({ where: { id } })).toMatchObject({ email: `${id}@example.com` });
});

test('while the key database is away nobody is created, nobody is left without a key, and known users go on', async () => {
  const way = new URL(keyData.url);
  way.port = '1';
  const away = openSide(data.url, way.href);
  const email = `${randomUUID()}@example.com`;
  await expect(away.db.user.create({ data: { email } })).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(await db.user.findUnique({ where: { email } })).toBeNull();
  const user = await newUser();
  await expect(away.db.user.findUnique({ where: { id: user.id } })).rejects.toMatchObject({
    code: 'OVERLOADED',
  });

  keys.trustMemoryWhile(() => true);
  await db.user.findUnique({ where: { id: user.id } });
  const counter = countQueries(keys);
  await db.user.findUnique({ where: { id: user.id } });
  await db.user.findUnique({ where: { id: user.id } });
  expect(counter.made).toBe(1);
  keys.trustMemoryWhile(() => false);
  await db.user.findUnique({ where: { id: user.id } });
  expect(counter.made).toBe(2);
});

test('a destroyed key is gone from the key database and from memory', async () => {
  keys.trustMemoryWhile(() => true);
  const user = await newUser();
  await db.user.findUnique({ where: { id: user.id } });
  await db.$transaction((tx) => destroyUserKey(tx, privacy, user.id));
  expect(await query(keyData.url, 'SELECT 1 FROM data_keys WHERE user_id = $1', [user.id])).toEqual([]);
  await expect(db.user.findUnique({ where: { id: user.id } })).rejects.toThrow(/data key is gone/);
  keys.trustMemoryWhile(() => false);
});

test('keys that stand beside the data move to the key database at the start, and those that differ stop it', async () => {
  const beside = await createTestDatabase();
  const empty = await createEmptyDatabase();
  const plain = createPrivacy({ keyRing: testKeyRing() });
  const before = createDatabase({ url: beside.url, privacy: plain, poolSize: 2 });
  const { id } = await before.user.create({ data: { email: 'a@example.com' } });
  const { id: other } = await before.user.create({ data: { email: 'b@example.com' } });
  await before.$disconnect();
  expect(await prepareDataKeys({ dataUrl: beside.url, keyUrl: null })).toBe(0);
  expect(await prepareDataKeys({ dataUrl: beside.url, keyUrl: empty.url })).toBe(2);
  expect(await prepareDataKeys({ dataUrl: beside.url, keyUrl: empty.url })).toBe(0);
  const after = openSide(beside.url, empty.url);
  expect(await after.db.user.findUnique({ where: { id } })).toMatchObject({ email: 'a@example.com' });
  const { wrapped } = await plain.dataKeys.create(other);
  await query(beside.url, 'INSERT INTO data_keys (user_id, wrapped_key) VALUES ($1, $2)', [other, wrapped]);
  await expect(prepareDataKeys({ dataUrl: beside.url, keyUrl: empty.url })).rejects.toThrow(
    /1 data keys stand beside/,
  );
  expect(await query(beside.url, 'SELECT 1 FROM data_keys')).toHaveLength(1);
  await opened.pop()?.close();
  await beside.drop();
  await empty.drop();
});

test('a database with other tables of that name is not taken for a key database', async () => {
  await expect(prepareDataKeys({ dataUrl: data.url, keyUrl: data.ownerUrl })).rejects.toThrow(
    /not a key database/,
  );
});
