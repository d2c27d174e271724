import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase(1); // one connection: a look-up beside a write must not wait for it
});
afterAll(() => it.close());

const makeUser = async () => (await it.db.user.create({ data: { email: freshEmail() } })).id;

test('create, createMany and a child’s own user are sealed together', async () => {
  const email = freshEmail();
  const user = await it.db.user.create({
    data: {
      email,
      sessions: {
        createMany: {
          data: [
            { ipAddress: '1', ...sessionTimes() },
            { ipAddress: '2', ...sessionTimes() },
          ],
        },
      },
      outgoingMails: { create: [{ template: 't', message: { to: email } }] },
      consents: { create: { purpose: 'p', granted: true, policyVersion: '1' } },
    },
    include: { sessions: { orderBy: { createdAt: 'asc' } }, outgoingMails: true, consents: true },
  });
  expect(user.sessions.map((session) => session.ipAddress).sort()).toEqual(['1', '2']);
  expect(user.outgoingMails[0]?.message).toEqual({ to: email });

  const owner = freshEmail();
  const session = await it.db.session.create({
    data: {
      ipAddress: '3',
      ...sessionTimes(),
      user: { create: { email: owner, profile: { create: { fullName: 'Bo' } } } },
    },
    include: { user: { include: { profile: true } } },
  });
  expect(session).toMatchObject({ ipAddress: '3', user: { email: owner, profile: { fullName: 'Bo' } } });
});

test('connect and connectOrCreate of the owner, by a sealed column too', async () => {
  const email = freshEmail();
  const { id } = await it.db.user.create({ data: { email } });
  const connected = await it.db.session.create({
    data: { ipAddress: '1', ...sessionTimes(), user: { connect: { email } } },
  });
  expect(connected).toMatchObject({ ipAddress: '1', userId: id });
  const link = (address: string) => ({
    connectOrCreate: { where: { email: address }, create: { email: address } },
  });
  const found = await it.db.session.create({
    data: { ipAddress: '2', ...sessionTimes(), user: link(email) },
  });
  expect(found).toMatchObject({ ipAddress: '2', userId: id });
  const other = freshEmail();
  const made = { data: { ipAddress: '3', ...sessionTimes(), user: link(other) }, include: { user: true } };
  expect(await it.db.session.create(made)).toMatchObject({ ipAddress: '3', user: { email: other } });
  const lost = { data: { ...sessionTimes(), user: { connect: { email: freshEmail() } } } };
  await expect(it.db.session.create(lost)).rejects.toMatchObject({ code: 'P2025' });
  const consent = { purpose: 'p', granted: true, policyVersion: '1', user: { connect: { email } } };
  expect(await it.db.consent.create({ data: consent })).toMatchObject({ userId: id });
});

test('the one child: create, update, upsert, delete', async () => {
  const id = await makeUser();
  const write = async (profile: object) =>
    (await it.db.user.update({ where: { id }, data: { profile }, include: { profile: true } })).profile;
  expect(await write({ create: { fullName: 'A' } })).toMatchObject({ fullName: 'A' });
  expect(await write({ update: { fullName: 'B' } })).toMatchObject({ fullName: 'B' });
  expect(await write({ update: { where: { avatarUrl: undefined }, data: { fullName: 'C' } } })).toMatchObject(
    { fullName: 'C' },
  );
  expect(await write({ upsert: { create: { fullName: 'D' }, update: { fullName: 'E' } } })).toMatchObject({
    fullName: 'E',
  });
  expect(await write({ delete: true })).toBeNull();
  expect(await write({ upsert: { create: { fullName: 'F' }, update: { fullName: 'G' } } })).toMatchObject({
    fullName: 'F',
  });
});

test('many children: create, update, upsert, updateMany, delete, deleteMany', async () => {
  const id = await makeUser();
  const write = async (sessions: object) =>
    (
      await it.db.user.update({
        where: { id },
        data: { sessions },
        include: { sessions: { orderBy: { ipAddress: undefined, id: 'asc' } } },
      })
    ).sessions;
  const [first] = await write({ create: { ipAddress: '1', ...sessionTimes() } });
  const where = { id: first!.id };
  expect(await write({ update: { where, data: { ipAddress: '2' } } })).toMatchObject([{ ipAddress: '2' }]);
  expect(await write({ update: [{ where, data: { revokedReason: 'r' } }] })).toMatchObject([
    { ipAddress: '2', revokedReason: 'r' },
  ]);
  const create = { ipAddress: '3', ...sessionTimes() };
  expect(await write({ upsert: { where, create, update: { ipAddress: '4' } } })).toMatchObject([
    { ipAddress: '4' },
  ]);
  const nowhere = { id: '00000000-0000-4000-8000-000000000000' };
  const both = await write({ upsert: { where: nowhere, create, update: { ipAddress: '5' } } });
  expect(both.map((session) => session.ipAddress).sort()).toEqual(['3', '4']);
  expect(await write({ updateMany: { where: {}, data: { userAgent: null } } })).toHaveLength(2);
  expect(await write({ delete: where })).toMatchObject([{ ipAddress: '3' }]);
  expect(await write({ deleteMany: {} })).toEqual([]);
});

test('another user’s child is not reached through this one', async () => {
  const [mine, theirs] = [await makeUser(), await makeUser()];
  const { id } = await it.db.session.create({
    data: { userId: theirs, ipAddress: 'theirs', ...sessionTimes() },
  });
  const update = { sessions: { update: { where: { id }, data: { ipAddress: 'mine' } } } };
  await expect(it.db.user.update({ where: { id: mine }, data: update })).rejects.toMatchObject({
    code: 'P2025',
  });
  expect(await it.db.session.findUnique({ where: { id } })).toMatchObject({ ipAddress: 'theirs' });
});

test('the owner is updated through its child', async () => {
  const id = await makeUser();
  await it.db.userProfile.create({ data: { userId: id, fullName: 'A' } });
  const email = freshEmail();
  const updated = await it.db.userProfile.update({
    where: { userId: id },
    data: {
      fullName: 'B',
      user: { update: { email, sessions: { create: { ipAddress: '1', ...sessionTimes() } } } },
    },
    include: { user: { include: { sessions: true } } },
  });
  expect(updated).toMatchObject({ fullName: 'B', user: { email, sessions: [{ ipAddress: '1' }] } });
  expect(await it.db.user.findUnique({ where: { email } })).toMatchObject({ id });
});

test('the owner is updated through its child only where a filter on it holds', async () => {
  const [email, other] = [freshEmail(), freshEmail()];
  const { id } = await it.db.user.create({ data: { email } });
  await it.db.userProfile.create({ data: { userId: id } });
  const update = (where: { email: string }, data: { email?: string; isVerified?: boolean }) =>
    it.db.userProfile.update({ where: { userId: id }, data: { user: { update: { where, data } } } });
  await expect(update({ email: other }, { isVerified: true })).rejects.toMatchObject({ code: 'P2025' });
  expect(await it.db.user.findUnique({ where: { id } })).toMatchObject({ email, isVerified: false });
  await update({ email: ` ${email.toUpperCase()}` }, { isVerified: true });
  await update({ email }, { email: other });
  expect(await it.db.user.findUnique({ where: { id } })).toMatchObject({ email: other, isVerified: true });
});

test('the owner is updated through a child that has no sealed columns itself', async () => {
  const userId = await makeUser();
  const consent = await it.db.consent.create({
    data: { userId, purpose: 'p', granted: true, policyVersion: '1' },
  });
  const email = freshEmail();
  await it.db.consent.update({
    where: { id: consent.id },
    data: { granted: false, user: { update: { email } } },
  });
  expect(await it.db.user.findUnique({ where: { email } })).toMatchObject({ id: userId });
});

test('rows without sealed columns nest beneath sealed ones', async () => {
  const userId = await makeUser();
  const token = { tokenHash: freshEmail(), sequence: 1, expiresAt: new Date() };
  const session = await it.db.session.create({
    data: { userId, ipAddress: '1', ...sessionTimes(), refreshTokens: { create: token } },
    include: { refreshTokens: true },
  });
  expect(session).toMatchObject({ ipAddress: '1', refreshTokens: [{ sequence: 1 }] });
  const found = await it.db.refreshToken.findUnique({
    where: { tokenHash: token.tokenHash },
    include: { session: { include: { user: true } } },
  });
  expect(found?.session).toMatchObject({ ipAddress: '1', user: { id: userId } });
  const data = {
    ...token,
    tokenHash: freshEmail(),
    session: { create: { ipAddress: '2', ...sessionTimes(), user: { connect: { id: userId } } } },
  };
  expect(await it.db.refreshToken.create({ data, include: { session: true } })).toMatchObject({
    session: { ipAddress: '2' },
  });
});
