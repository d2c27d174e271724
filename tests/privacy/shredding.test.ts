import { SealedValueError } from '../../src/privacy/privacy-errors.js';
import { freshEmail, openSealedDatabase, type SealedDatabase } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase();
});
afterAll(() => it.close());

async function shreddedUser() {
  const email = freshEmail();
  const { id } = await it.db.user.create({ data: { email, profile: { create: { fullName: 'Ada' } } } });
  await it.db.user.findUniqueOrThrow({ where: { id }, include: { profile: true } }); // now the key is cached
  await it.db.dataKey.delete({ where: { userId: id } });
  return { id, email };
}

test('without the data key nothing opens, though the key was in the cache', async () => {
  const { id, email } = await shreddedUser();
  await expect(it.db.user.findUnique({ where: { id } })).rejects.toThrow(SealedValueError);
  await expect(it.db.user.findUnique({ where: { email } })).rejects.toThrow(/User\.email .*data key is gone/);
  await expect(it.db.userProfile.findUnique({ where: { userId: id } })).rejects.toThrow(
    /UserProfile\.fullName/,
  );
  await expect(it.db.userProfile.findMany({ include: { user: true } })).rejects.toThrow(SealedValueError);
  expect(await it.db.user.findUnique({ where: { id }, select: { status: true } })).toEqual({
    status: 'ACTIVE',
  });
});

test('without the data key nothing new is sealed', async () => {
  const { id } = await shreddedUser();
  await expect(it.db.user.update({ where: { id }, data: { passwordHash: 'x' } })).rejects.toThrow(
    /data key of its owner is gone/,
  );
  await expect(
    it.db.outgoingMail.create({ data: { userId: id, template: 't', message: {} } }),
  ).rejects.toThrow(/OutgoingMail\.message/);
  await it.db.user.update({ where: { id }, data: { status: 'SUSPENDED' }, select: { id: true } });
});

test('another key in its place opens nothing that the old one sealed', async () => {
  const { id } = await shreddedUser();
  const { wrapped } = await it.privacy.dataKeys.create(id);
  await it.db.dataKey.create({ data: { userId: id, wrappedKey: wrapped } });
  await expect(it.db.user.findUnique({ where: { id } })).rejects.toThrow(/altered or belongs elsewhere/);
});

test('deleting the user deletes the key and all that it sealed', async () => {
  const { id } = await it.db.user.create({
    data: { email: freshEmail(), profile: { create: { fullName: 'Ada' } } },
  });
  await it.db.user.delete({ where: { id } });
  for (const table of ['data_keys', 'user_profiles'])
    expect(await it.sql(`SELECT 1 FROM ${table} WHERE user_id = $1`, [id])).toEqual([]);
});
