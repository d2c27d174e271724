import { SealedValueError } from '../../src/privacy/privacy-errors.js';
import type { OpenFailure } from '../../src/privacy/open-failures.js';
import { freshEmail, openSealedDatabase, sessionTimes, type SealedDatabase } from './sealed-database.js';

let it: SealedDatabase;
const failures: OpenFailure[] = [];
beforeAll(async () => {
  it = await openSealedDatabase();
  it.privacy.openFailures.listen((failure) => failures.push(failure));
});
afterAll(() => it.close());
beforeEach(() => failures.splice(0));

const ALTERED = (column: string) => `${column} = left(${column}, -4) || 'AAAA'`;

/** Three accounts, each with a profile and two sessions; `breakIt` is done to the second. */
async function people(breakIt: (id: string) => Promise<unknown>) {
  const ids: string[] = [];
  for (const fullName of ['Ada', 'Bob', 'Cem']) {
    const session = { ...sessionTimes(), ipAddress: '192.0.2.1', userAgent: fullName };
    const data = {
      email: freshEmail(fullName.toLowerCase()),
      profile: { create: { fullName, phoneNumber: '+491234567' } },
      sessions: { create: [session, session] },
    };
    ids.push((await it.db.user.create({ data, select: { id: true } })).id);
  }
  await breakIt(ids[1]!);
  return ids;
}

const reading = (ids: string[]) => ({
  where: { id: { in: ids } },
  orderBy: { createdAt: 'asc' as const },
  include: { profile: true, sessions: true },
});

test('a value that does not open fails where it is read, and everything beside it is there', async () => {
  const ids = await people((id) =>
    it.sql(`UPDATE user_profiles SET ${ALTERED('full_name')} WHERE user_id = $1`, [id]),
  );
  const [ada, bob, cem] = await it.db.piecewise.user.findMany(reading(ids));
  expect(ada).toMatchObject({ profile: { fullName: 'Ada' }, sessions: [{ userAgent: 'Ada' }, {}] });
  expect(cem).toMatchObject({ profile: { fullName: 'Cem' } });
  expect(bob?.email).toMatch(/^bob/);
  expect(bob?.profile?.phoneNumber).toBe('+491234567');
  expect(() => bob?.profile?.fullName).toThrow(SealedValueError);
  expect(failures).toEqual([
    expect.objectContaining({ model: 'UserProfile', field: 'fullName', userId: ids[1] }),
  ]);
});

test('nothing makes it null or ciphertext: not a copy, not JSON', async () => {
  const ids = await people((id) =>
    it.sql(`UPDATE user_profiles SET ${ALTERED('full_name')} WHERE user_id = $1`, [id]),
  );
  const row = await it.db.piecewise.userProfile.findUnique({
    where: { userId: ids[1]! },
    select: { userId: true, fullName: true },
  });
  expect(() => ({ ...row })).toThrow(/UserProfile\.fullName does not open/);
  expect(() => JSON.stringify(row)).toThrow(SealedValueError);
  expect(() => structuredClone(row)).toThrow(SealedValueError);
});

test.each([
  [
    'is damaged',
    `UPDATE data_keys SET wrapped_key = left(wrapped_key, 20) || 'AAAA' || substr(wrapped_key, 25) WHERE user_id = $1`,
  ],
  ['is gone', 'DELETE FROM data_keys WHERE user_id = $1'],
])('a data key that %s takes its own rows only, wherever they stand', async (_name, sql) => {
  const ids = await people((id) => it.sql(sql, [id]));
  const users = await it.db.piecewise.user.findMany(reading(ids));
  const sessions = await it.db.piecewise.session.findMany({ where: { userId: { in: ids } } });
  expect(users.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
  const [ada, bob, cem] = users;
  expect([ada?.profile?.fullName, cem?.profile?.fullName]).toEqual(['Ada', 'Cem']);
  const sealed = [() => bob?.email, () => bob?.profile?.fullName, () => bob?.sessions[1]?.ipAddress];
  for (const read of sealed) expect(read).toThrow(SealedValueError);
  expect(bob?.passwordHash).toBeNull(); // there is none, which needs no key
  expect(bob).not.toHaveProperty('dataKey');
  for (const session of sessions) {
    if (session.userId === ids[1]) expect(() => session.userAgent).toThrow(SealedValueError);
    else expect(session.ipAddress).toBe('192.0.2.1');
  }
});

test('a damaged key is asked for once a read, and reported once', async () => {
  const ids = await people((id) =>
    it.sql(
      `UPDATE data_keys SET wrapped_key = left(wrapped_key, 20) || 'AAAA' || substr(wrapped_key, 25) WHERE user_id = $1`,
      [id],
    ),
  );
  await it.db.piecewise.user.findMany(reading(ids));
  expect(failures).toEqual([
    expect.objectContaining({ model: 'DataKey', field: 'wrappedKey', userId: ids[1] }),
  ]);
});

test('reads that act on a row still fail as a whole', async () => {
  const ids = await people((id) =>
    it.sql(`UPDATE user_profiles SET ${ALTERED('full_name')} WHERE user_id = $1`, [id]),
  );
  await expect(it.db.user.findMany(reading(ids))).rejects.toThrow(SealedValueError);
  await expect(it.db.$transaction((tx) => tx.user.findMany(reading(ids)))).rejects.toThrow(SealedValueError);
});
