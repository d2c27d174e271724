import { randomUUID } from 'node:crypto';
import { createDatabase, type Database } from '../../src/database/client.js';
import { sealedSql } from '../../src/database/sealed-sql.js';
import { createHotReads, type HotReads } from '../../src/database/hot-reads/hot-reads.js';
import { createPipelinedReads, type PipelinedReads } from '../../src/database/hot-reads/pipelined-reads.js';
import { createLog } from '../../src/log.js';
import { SealedValueError } from '../../src/privacy/privacy-errors.js';
import { createPrivacy, type Privacy } from '../../src/privacy/privacy.js';
import { createTestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

const log = createLog('silent');

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let privacy: Privacy;
let reads: PipelinedReads;
let hotReads: HotReads;

beforeAll(async () => {
  database = await createTestDatabase();
  privacy = createPrivacy({ keyRing: testKeyRing() });
  db = createDatabase({ url: database.url, privacy, poolSize: 2, log });
  reads = createPipelinedReads({ url: database.url, log });
  hotReads = createHotReads({ reads, privacy });
});

afterAll(async () => {
  await reads.close();
  await db.$disconnect();
  await database.drop();
});

interface Profile {
  fullName?: string | null;
  avatarUrl?: string | null;
  phoneNumber?: string | null;
  preferences?: object;
}

/** Creates an account and returns its id. `undefined`: one without a profile. */
async function createUser(profile: Profile | undefined, columns: object = {}): Promise<string> {
  const data = { email: `${randomUUID()}@example.com`, ...columns };
  const user = await db.user.create({ data, select: { id: true } });
  if (profile) await db.userProfile.create({ data: { userId: user.id, ...profile } });
  return user.id;
}

/** What the Prisma extension answers for the account. */
async function readByExtension(id: string) {
  return db.user.findUniqueOrThrow({
    where: { id },
    select: {
      id: true,
      email: true,
      isVerified: true,
      status: true,
      createdAt: true,
      lastLoginAt: true,
      deletedAt: true,
      profile: {
        select: { userId: true, fullName: true, avatarUrl: true, phoneNumber: true, preferences: true },
      },
    },
  });
}

/** The hot read's answer with every property read. */
async function readHot(id: string) {
  const account = await hotReads.viewer(id);
  if (account === null) throw new Error('no account');
  const { email, isVerified, status, createdAt, lastLoginAt, deletedAt, profile } = account;
  return {
    ...{ id: account.id, email, isVerified, status, createdAt, lastLoginAt, deletedAt },
    profile: profile && {
      userId: profile.userId,
      fullName: profile.fullName,
      avatarUrl: profile.avatarUrl,
      phoneNumber: profile.phoneNumber,
      preferences: profile.preferences,
    },
  };
}

const PROFILES: Record<string, Profile | undefined> = {
  'no profile': undefined,
  'nothing but defaults': {},
  nulls: { fullName: null, avatarUrl: null, phoneNumber: null },
  'empty texts': { fullName: '', avatarUrl: '', phoneNumber: '', preferences: {} },
  'quotes and escapes': { fullName: `O'Brien "Bob" \\ \t\n;--{}` },
  'other scripts': { fullName: 'Zoë Ωμέγα 山田 👩‍👩‍👧‍👦 e\u0301', avatarUrl: 'https://example.com/\u00e4?q=%00' },
  'text like an envelope': { fullName: `c1.1.${'A'.repeat(60)}`, phoneNumber: 'null' },
  'deep preferences': {
    preferences: { a: [1, 2.5, -0, 1e300, null, true, { b: '"', '': ' ' }], ключ: { x: {} }, z: 'c1.1.x' },
  },
};

test.each(Object.keys(PROFILES))('it answers what the extension answers: %s', async (name) => {
  const id = await createUser(PROFILES[name]);
  expect(await readHot(id)).toEqual(await readByExtension(id));
});

test.each([
  '2026-01-02T03:04:05.000Z',
  '2026-01-02T03:04:05.100Z',
  '2026-12-31T23:59:59.999Z',
  '1999-02-28T00:00:00.010Z',
])('times are the same to the millisecond: %s', async (text) => {
  const moment = new Date(text);
  const columns = { createdAt: moment, lastLoginAt: moment, deletedAt: moment };
  const id = await createUser({}, { ...columns, status: 'DELETED', isVerified: true });
  const account = await readHot(id);
  expect(account).toMatchObject({ ...columns, status: 'DELETED', isVerified: true });
  expect(account).toEqual(await readByExtension(id));
});

test('an unknown user is null', async () => {
  await expect(hotReads.viewer(randomUUID())).resolves.toBeNull();
});

test('many accounts at once are not mixed up', async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, n) => createUser({ fullName: `Person ${n}` })),
  );
  const accounts = await Promise.all(ids.map(readHot));
  expect(accounts.map(({ id, profile }) => [id, profile?.fullName])).toEqual(
    ids.map((id, n) => [id, `Person ${n}`]),
  );
});

test('a change is seen by the next read', async () => {
  const id = await createUser({ fullName: 'Before' });
  await readHot(id);
  await db.userProfile.update({ where: { userId: id }, data: { fullName: 'After' } });
  expect((await readHot(id)).profile?.fullName).toBe('After');
});

test('sealed values are opened when they are read and not before', async () => {
  const id = await createUser({ fullName: 'Readable', phoneNumber: '+491234567' });
  const move = sealedSql(
    'hot read',
    'UPDATE user_profiles SET phone_number = full_name WHERE user_id = $1::uuid',
  );
  await db.$executeRawUnsafe(move, id);
  const account = await hotReads.viewer(id);
  expect(account?.profile?.fullName).toBe('Readable');
  expect(() => account?.profile?.phoneNumber).toThrow(SealedValueError);
});

test('a value moved here from another user does not open', async () => {
  const [mine, theirs] = [await createUser({ fullName: 'Mine' }), await createUser({ fullName: 'Theirs' })];
  const copy =
    'UPDATE user_profiles SET full_name = (SELECT full_name FROM user_profiles WHERE user_id = $1::uuid) WHERE user_id = $2::uuid';
  await db.$executeRawUnsafe(sealedSql('hot read', copy), theirs, mine);
  const account = await hotReads.viewer(mine);
  expect(() => account?.profile?.fullName).toThrow(SealedValueError);
});

test('once the data key is shredded nothing opens, although it was in memory', async () => {
  const id = await createUser({ fullName: 'Soon gone' });
  expect((await readHot(id)).profile?.fullName).toBe('Soon gone');
  await db.$executeRaw`DELETE FROM data_keys WHERE user_id = ${id}::uuid`;
  const account = await hotReads.viewer(id);
  expect(account?.id).toBe(id);
  expect(() => account?.email).toThrow(SealedValueError);
  expect(() => account?.profile?.fullName).toThrow(SealedValueError);
  await expect(readByExtension(id)).rejects.toThrow(SealedValueError);
});

test('a data key that belongs to another user is refused where a value is read', async () => {
  const [mine, theirs] = [await createUser({ fullName: 'Mine' }), await createUser({})];
  await db.$executeRaw`UPDATE data_keys SET wrapped_key = (SELECT wrapped_key FROM data_keys WHERE user_id = ${theirs}::uuid) WHERE user_id = ${mine}::uuid`;
  const account = await hotReads.viewer(mine);
  expect(account?.status).toBe('ACTIVE');
  expect(() => account?.email).toThrow(SealedValueError);
  expect(() => account?.profile?.fullName).toThrow(SealedValueError);
});
