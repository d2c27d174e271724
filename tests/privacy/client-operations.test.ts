import { randomUUID } from 'node:crypto';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase();
});
afterAll(() => it.close());

test('create seals, answers in clear and hides what only the extension needs', async () => {
  const email = freshEmail('Ada');
  const user = await it.db.user.create({ data: { email, passwordHash: 'hash' } });
  for (const hidden of ['dataKey', 'emailIndex']) expect(user).not.toHaveProperty(hidden);
  expect(user).toMatchObject({ email, passwordHash: 'hash', status: 'ACTIVE' });
  const [row] = await it.sql<{ email: string }>('SELECT email FROM users WHERE id = $1', [user.id]);
  expect(row?.email).toMatch(/^c1\.1\./);
});

test('create with select answers exactly what was selected', async () => {
  const email = freshEmail();
  expect(await it.db.user.create({ data: { email }, select: { email: true } })).toEqual({ email });
  const { id } = await it.db.user.create({ data: { email: freshEmail() }, select: { id: true } });
  expect(await it.db.user.findUnique({ where: { id }, select: { status: true } })).toEqual({
    status: 'ACTIVE',
  });
});

test('create takes an id in any case and binds to the stored spelling', async () => {
  const id = randomUUID();
  const email = freshEmail();
  await it.db.user.create({ data: { id: id.toUpperCase(), email } });
  expect(await it.db.user.findUnique({ where: { id: id.toUpperCase() } })).toMatchObject({ id, email });
  await it.db.userProfile.create({ data: { userId: id.toUpperCase(), fullName: 'Ada' } });
  expect(await it.db.userProfile.findUnique({ where: { userId: id } })).toMatchObject({ fullName: 'Ada' });
});

test('an address is found in any spelling, and taken only once', async () => {
  const email = `Zoë.${freshEmail('Case')}`;
  const { id } = await it.db.user.create({ data: { email } });
  for (const spelling of [email, email.toUpperCase(), ` ${email.toLowerCase()} `, email.normalize('NFD')]) {
    expect(await it.db.user.findUnique({ where: { email: spelling } })).toMatchObject({ id, email });
    expect(await it.db.user.findFirst({ where: { email: { equals: spelling } } })).toMatchObject({ id });
    await expect(it.db.user.create({ data: { email: spelling } })).rejects.toMatchObject({ code: 'P2002' });
  }
  expect(await it.db.user.findUnique({ where: { email: freshEmail('nobody') } })).toBeNull();
});

test('createMany seals users with their data keys, and rows of users that exist', async () => {
  const emails = [freshEmail(), freshEmail()];
  expect(await it.db.user.createMany({ data: emails.map((email) => ({ email })) })).toEqual({ count: 2 });
  const users = await it.db.user.findMany({
    where: { email: { in: emails } },
    orderBy: { createdAt: 'asc' },
  });
  expect(users.map((user) => user.email).sort()).toEqual([...emails].sort());
  const sessions = users.map(({ id }) => ({ userId: id, ipAddress: `for ${id}`, ...sessionTimes() }));
  expect(await it.db.session.createMany({ data: sessions })).toEqual({ count: 2 });
  for (const { id } of users) {
    expect(await it.db.session.findFirst({ where: { userId: id } })).toMatchObject({
      ipAddress: `for ${id}`,
    });
  }
});

test('createMany of users leaves nothing when one of them fails', async () => {
  const email = freshEmail();
  const [before] = await it.sql<{ count: string }>('SELECT count(*) FROM data_keys');
  await expect(it.db.user.createMany({ data: [{ email }, { email }] })).rejects.toMatchObject({
    code: 'P2002',
  });
  expect(await it.sql('SELECT count(*) FROM data_keys')).toEqual([before]);
});

test('createManyAndReturn opens what it returns', async () => {
  const email = freshEmail();
  const [user] = await it.db.user.createManyAndReturn({ data: [{ email, passwordHash: 'h' }] });
  expect(user).toMatchObject({ email, passwordHash: 'h' });
  const sessions = await it.db.session.createManyAndReturn({
    data: [{ userId: user!.id, ipAddress: '10.0.0.1', ...sessionTimes() }],
    select: { ipAddress: true },
  });
  expect(sessions).toEqual([{ ipAddress: '10.0.0.1' }]);
});

test('update seals anew, moves the search index and leaves the rest', async () => {
  const [email, next] = [freshEmail(), freshEmail()];
  const { id } = await it.db.user.create({ data: { email, passwordHash: 'old' } });
  const updated = await it.db.user.update({
    where: { email },
    data: { email: { set: next } },
    select: { email: true },
  });
  expect(updated).toEqual({ email: next });
  expect(await it.db.user.findUnique({ where: { email } })).toBeNull();
  expect(await it.db.user.findUnique({ where: { email: next } })).toMatchObject({ id, passwordHash: 'old' });
  expect(await it.db.user.update({ where: { id }, data: { passwordHash: null } })).toMatchObject({
    passwordHash: null,
  });
  expect(
    await it.db.user.update({ where: { id }, data: { isVerified: true, email: undefined } }),
  ).toMatchObject({ email: next });
});

test('an update of a row that is not there is Prisma’s own error', async () => {
  const update = it.db.user.update({ where: { id: randomUUID() }, data: { passwordHash: 'x' } });
  await expect(update).rejects.toMatchObject({ code: 'P2025' });
});

test('a compare-and-set with further conditions updates only when they hold', async () => {
  const { id } = await it.db.user.create({ data: { email: freshEmail(), passwordHash: 'old' } });
  const set = (isVerified: boolean) =>
    it.db.user.update({ where: { id, isVerified }, data: { passwordHash: 'new' } });
  await expect(set(true)).rejects.toMatchObject({ code: 'P2025' });
  expect(await set(false)).toMatchObject({ passwordHash: 'new' });
});

test('updateMany and updateManyAndReturn write open columns and may clear sealed ones', async () => {
  const { id } = await it.db.user.create({ data: { email: freshEmail() } });
  await it.db.session.create({
    data: { userId: id, ipAddress: '10.0.0.1', userAgent: 'UA', ...sessionTimes() },
  });
  expect(await it.db.session.updateMany({ where: { userId: id }, data: { revokedReason: 'test' } })).toEqual({
    count: 1,
  });
  expect(
    await it.db.session.updateManyAndReturn({ where: { userId: id }, data: { userAgent: null } }),
  ).toMatchObject([{ ipAddress: '10.0.0.1', userAgent: null, revokedReason: 'test' }]);
});

test('upsert creates, then updates', async () => {
  const email = freshEmail();
  const upsert = (passwordHash: string) =>
    it.db.user.upsert({ where: { email }, create: { email, passwordHash }, update: { passwordHash } });
  const made = await upsert('first');
  expect(made).toMatchObject({ email, passwordHash: 'first' });
  expect(await upsert('second')).toMatchObject({ id: made.id, passwordHash: 'second' });
});

test('delete opens the row it removes; deleteMany finds by sealed columns', async () => {
  const [email, other] = [freshEmail(), freshEmail()];
  await it.db.user.create({ data: { email } });
  await it.db.user.create({ data: { email: other } });
  expect(await it.db.user.delete({ where: { email } })).toMatchObject({ email });
  expect(await it.db.user.deleteMany({ where: { email: { in: [email, other] } } })).toEqual({ count: 1 });
});

test('filters on sealed columns work at any depth and through relations', async () => {
  const [email, other] = [freshEmail(), freshEmail()];
  const { id } = await it.db.user.create({
    data: {
      email,
      sessions: { create: { ipAddress: '1', ...sessionTimes() } },
      socialLogins: { create: { provider: 'p', providerId: email } },
    },
  });
  await it.db.user.create({ data: { email: other } });
  const ids = async (where: object) =>
    (await it.db.user.findMany({ where, select: { id: true } })).map((user) => user.id);
  expect(await ids({ OR: [{ email }, { AND: [{ email: { in: [email] } }] }] })).toEqual([id]);
  expect(await ids({ email: { in: [email, other] }, NOT: { email: other } })).toEqual([id]);
  expect(await ids({ email: { in: [email, other], not: other } })).toEqual([id]);
  expect(await ids({ email: { in: [email, other], notIn: [other, 'x'] } })).toEqual([id]);
  expect(await ids({ socialLogins: { some: { providerId: email } } })).toEqual([id]);
  expect(await it.db.session.count({ where: { user: { email } } })).toBe(1);
  expect(await it.db.session.count({ where: { user: { is: { email: other } } } })).toBe(0);
  expect(await it.db.socialLogin.findUnique({ where: { provider_providerId: { provider: 'p', providerId: email } } }))
    .toMatchObject({ userId: id, providerId: email }); // prettier-ignore
  const byProvider = { provider_providerIdIndex: { provider: 'p', providerIdIndex: 'x' } };
  await expect(it.db.socialLogin.findUnique({ where: byProvider })).rejects.toThrow(/providerIdIndex/);
});

test('include, select and omit at any depth open what they name and nothing else', async () => {
  const email = freshEmail();
  const { id } = await it.db.user.create({
    data: {
      email,
      passwordHash: 'h',
      profile: { create: { fullName: 'Ada' } },
      sessions: { create: { ipAddress: '1', userAgent: 'UA', ...sessionTimes() } },
    },
  });
  const full = await it.db.user.findUniqueOrThrow({
    where: { id },
    omit: { id: true, passwordHash: true },
    include: {
      profile: { select: { fullName: true } },
      sessions: {
        omit: { userAgent: true, userId: true },
        include: { user: { include: { profile: true } } },
      },
    },
  });
  expect(full).not.toHaveProperty('id');
  expect(full).not.toHaveProperty('passwordHash');
  expect(full.profile).toEqual({ fullName: 'Ada' });
  expect(full.sessions[0]).toMatchObject({ ipAddress: '1', user: { email, profile: { fullName: 'Ada' } } });
  for (const hidden of ['userAgent', 'userId']) expect(full.sessions[0]).not.toHaveProperty(hidden);
  for (const hidden of ['dataKey', 'emailIndex']) expect(full.sessions[0]!.user).not.toHaveProperty(hidden);

  const nested = { select: { user: { select: { status: true } }, userAgent: true } };
  expect(await it.db.session.findFirst({ where: { userId: id }, ...nested })).toEqual({
    user: { status: 'ACTIVE' },
    userAgent: 'UA',
  });
  const whole = { select: { user: true, ipAddress: true } };
  const session = await it.db.session.findFirst({ where: { userId: id }, ...whole });
  expect(session).toMatchObject({ ipAddress: '1', user: { email } });
  expect(session!.user).not.toHaveProperty('dataKey');
  const counted = await it.db.user.findMany({
    where: { id },
    select: { _count: { select: { sessions: true } }, email: true },
  });
  expect(counted).toEqual([{ _count: { sessions: 1 }, email }]);
});

test('count, aggregate and groupBy work beside sealed columns', async () => {
  const email = freshEmail();
  await it.db.user.create({ data: { email } });
  expect(await it.db.user.count({ where: { email } })).toBe(1);
  expect(
    (await it.db.user.aggregate({ where: { email }, _count: true, _max: { createdAt: true } }))._count,
  ).toBe(1);
  expect(await it.db.user.groupBy({ by: ['status'], where: { email }, _count: true })).toEqual([
    { status: 'ACTIVE', _count: 1 },
  ]);
});

test('preferences open as {} until they are written, and hold any JSON value', async () => {
  const { id } = await it.db.user.create({ data: { email: freshEmail(), profile: { create: {} } } });
  expect((await it.db.userProfile.findUniqueOrThrow({ where: { userId: id } })).preferences).toEqual({});
  const preferences = JSON.parse(
    '{"__proto__": {"a": 1}, "n": null, "l": [1, "ü", false], "deep": {"x": {}}}',
  ) as object;
  await it.db.userProfile.update({ where: { userId: id }, data: { preferences } });
  const stored = await it.db.userProfile.findUniqueOrThrow({ where: { userId: id } });
  expect(JSON.stringify(stored.preferences)).toBe(JSON.stringify(preferences));
});

test('a row that names a person without a relation holds no sealed value', async () => {
  const { id } = await it.db.user.create({ data: { email: freshEmail() } });
  await it.db.auditEvent.create({ data: { action: 'user.registered', subjectId: id } });
  expect(await it.db.auditEvent.findMany({ where: { subjectId: id } })).toMatchObject([
    { action: 'user.registered', data: {} },
  ]);
});
