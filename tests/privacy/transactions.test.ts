import { createDatabase } from '../../src/database/client.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { testKeyRing } from '../setup/test-keys.js';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase(1);
});
afterAll(() => it.close());

test('rows made in a transaction are seen by every later step of it, on a pool of one connection', async () => {
  const [email, next] = [freshEmail(), freshEmail()];
  const id = await it.db.$transaction(async (tx) => {
    const user = await tx.user.create({ data: { email } });
    await tx.userProfile.create({ data: { userId: user.id, fullName: 'A' } });
    await tx.userProfile.update({ where: { userId: user.id }, data: { phoneNumber: '+491' } });
    await tx.userProfile.upsert({
      where: { userId: user.id },
      create: { userId: user.id },
      update: { avatarUrl: 'u' },
    });
    await tx.session.createMany({ data: [{ userId: user.id, ipAddress: '1', ...sessionTimes() }] });
    await tx.user.update({ where: { email }, data: { email: next, passwordHash: 'h' } });
    await tx.user.createMany({ data: [{ email: freshEmail() }] });
    await tx.session.createManyAndReturn({ data: [{ userId: user.id, ipAddress: '2', ...sessionTimes() }] });
    expect(await tx.user.findUnique({ where: { email: next } })).toMatchObject({ id: user.id });
    return user.id;
  });
  const user = await it.db.user.findUnique({ where: { id }, include: { profile: true, sessions: true } });
  expect(user).toMatchObject({
    email: next,
    passwordHash: 'h',
    profile: { fullName: 'A', phoneNumber: '+491', avatarUrl: 'u' },
  });
  expect(user?.sessions.map((session) => session.ipAddress).sort()).toEqual(['1', '2']);
});

test('a transaction that fails leaves nothing', async () => {
  const email = freshEmail();
  const failing = it.db.$transaction(async (tx) => {
    await tx.user.create({ data: { email } });
    await tx.user.createMany({ data: [{ email: freshEmail() }] });
    throw new Error('stop');
  });
  const [before] = await it.sql('SELECT count(*) FROM data_keys');
  await expect(failing).rejects.toThrow('stop');
  expect(await it.db.user.findUnique({ where: { email } })).toBeNull();
  expect(await it.sql('SELECT count(*) FROM data_keys')).toEqual([before]);
});

test('a rollback leaves no stale key: the same user id, made again, opens under its new key', async () => {
  const [id, email] = [crypto.randomUUID(), freshEmail()];
  const make = (fail: boolean) =>
    it.db.$transaction(async (tx) => {
      await tx.user.create({ data: { id, email, passwordHash: `${fail}` } });
      expect(await tx.user.findUnique({ where: { id } })).toMatchObject({ email }); // the key is in the cache now
      if (fail) throw new Error('stop');
    });
  await expect(make(true)).rejects.toThrow('stop');
  await make(false);
  expect(await it.db.user.update({ where: { id }, data: { passwordHash: 'x' } })).toMatchObject({
    email,
    passwordHash: 'x',
  });
});

test('a batch writes what does not depend on its own rows', async () => {
  const { id } = await it.db.user.create({ data: { email: freshEmail(), profile: { create: {} } } });
  const email = freshEmail();
  const [made, profile, found] = await it.db.$transaction([
    it.db.user.create({ data: { email } }),
    it.db.userProfile.update({ where: { userId: id }, data: { fullName: 'B' } }),
    it.db.user.findUnique({ where: { email } }),
  ]);
  expect(made).toMatchObject({ email });
  expect(profile).toMatchObject({ fullName: 'B' });
  expect(found).toMatchObject({ id: made.id, email });
});

test('a batch that updates a row made earlier in it is refused whole, not half written', async () => {
  const [email, id] = [freshEmail(), crypto.randomUUID()];
  const create = () => it.db.user.create({ data: { id, email } });
  await expect(it.db.$transaction([create(), it.db.user.update({ where: { id }, data: { email: freshEmail() } })]))
    .rejects.toThrow(/User\.email: the row to update is not there before this batch/); // prettier-ignore
  await expect(it.db.$transaction([create(), it.db.userProfile.create({ data: { userId: id, fullName: 'A' } })]))
    .rejects.toThrow(/UserProfile\.fullName: .*batch/); // prettier-ignore
  const upsert = it.db.user.upsert({ where: { id }, create: { id, email }, update: { passwordHash: 'x' } });
  await expect(it.db.$transaction([create(), upsert])).rejects.toMatchObject({ code: 'P2002' });
  await expect(it.db.$transaction([create(), it.db.user.createMany({ data: [{ email: freshEmail() }] })]))
    .rejects.toThrow(/User\..*batch/); // prettier-ignore
  expect(await it.db.user.findUnique({ where: { id } })).toBeNull();
  expect(await it.db.user.count({ where: { email } })).toBe(0);
});

test('concurrent upserts of one address leave one row, and reject all that lost', async () => {
  const other = await openSealedDatabase(8);
  const email = freshEmail();
  const upsert = (n: number) =>
    other.db.user.upsert({
      where: { email },
      create: { email, passwordHash: `${n}` },
      update: { passwordHash: `${n}` },
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => upsert(n)));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'P2002' });
  expect(outcomes.some((outcome) => outcome.status === 'fulfilled')).toBe(true);
  expect(await other.db.user.findMany({ where: { email } })).toHaveLength(1);
  expect(await upsert(9)).toMatchObject({ email, passwordHash: '9' });
  await other.close();
});

test('transactions side by side keep to their own rows', async () => {
  const other = await openSealedDatabase(4);
  const emails = Array.from({ length: 12 }, () => freshEmail());
  const make = (email: string) =>
    other.db.$transaction(async (tx) => {
      const { id } = await tx.user.create({ data: { email } });
      await new Promise((resolve) => setTimeout(resolve, 5));
      await tx.userProfile.create({ data: { userId: id, fullName: email } });
    });
  await Promise.all(emails.map(make));
  const users = await other.db.user.findMany({ include: { profile: true } });
  expect(users).toHaveLength(12);
  for (const user of users) expect(user.profile?.fullName).toBe(user.email);
  await other.close();
});

test('what a transaction leaves running afterwards does not look up on its closed client', async () => {
  const { id } = await it.db.user.create({ data: { email: freshEmail() } });
  let later: Promise<unknown> = Promise.resolve();
  await it.db.$transaction(async (tx) => {
    await tx.user.count();
    later = new Promise((resolve) => setTimeout(resolve, 30)).then(() =>
      it.db.user.update({ where: { id }, data: { passwordHash: 'later' } }),
    );
  });
  expect(await later).toMatchObject({ passwordHash: 'later' });
});

test('a batch of users waits for the key store once for several of them, and what follows for them not at all', async () => {
  const keyRing = testKeyRing();
  const asked = { wraps: 0, unwraps: 0, atOnce: 0, most: 0 };
  const encryption: typeof keyRing.encryption = {
    ...keyRing.encryption,
    async wrap(...args) {
      asked.wraps += 1;
      asked.most = Math.max(asked.most, (asked.atOnce += 1));
      await new Promise((resolve) => setImmediate(resolve));
      asked.atOnce -= 1;
      return keyRing.encryption.wrap(...args);
    },
    async unwrap(...args) {
      asked.unwraps += 1;
      return keyRing.encryption.unwrap(...args);
    },
  };
  const privacy = createPrivacy({ keyRing: { ...keyRing, encryption } });
  const db = createDatabase({ url: it.url, privacy, poolSize: 1 });
  const people = Array.from({ length: 40 }, () => ({ id: crypto.randomUUID(), email: freshEmail() }));
  await db.$transaction(async (tx) => {
    await tx.user.createMany({ data: people });
    await tx.userProfile.createMany({
      data: people.map(({ id, email }) => ({ userId: id, fullName: email })),
    });
  });
  expect(asked).toEqual({ wraps: 40, unwraps: 0, atOnce: 0, most: 16 });
  const profiles = await it.db.userProfile.findMany({
    where: { userId: { in: people.map(({ id }) => id) } },
    include: { user: true },
  });
  expect(profiles.filter(({ fullName, user }) => fullName === user.email)).toHaveLength(40);
  await db.$disconnect();
});

test('a key that was made for a user who was not kept opens nothing for the one who is', async () => {
  const [id, email] = [crypto.randomUUID(), freshEmail()];
  const failing = it.db.$transaction(async (tx) => {
    await tx.user.create({ data: { id, email } });
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await it.db.user.create({ data: { id, email } });
  const again = it.db.user.createMany({ data: [{ id, email: freshEmail() }] });
  await expect(again).rejects.toMatchObject({ code: 'P2002' });
  expect(await it.db.user.findUnique({ where: { id } })).toMatchObject({ email });
});
