import { UnsafeQueryError } from '../../src/privacy/privacy-errors.js';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
let userId: string;
let email: string;
let sessionId: string;
const verified = { isVerified: true };
beforeAll(async () => {
  it = await openSealedDatabase();
  email = freshEmail();
  const sessions = { create: { ipAddress: '1', ...sessionTimes() } };
  userId = (await it.db.user.create({ data: { email, sessions, profile: { create: {} } } })).id;
  sessionId = (await it.db.session.findFirstOrThrow({ where: { userId } })).id;
  const expiresAt = new Date();
  await it.db.refreshToken.create({ data: { tokenHash: 't', sequence: 1, expiresAt, sessionId } });
  const { id: socialLoginId } = await it.db.socialLogin.create({
    data: { userId, provider: 'p', providerId: '1' },
  });
  const hashes = { stateHash: 's', browserHash: 'b' };
  await it.db.socialFlow.create({
    data: { ...hashes, provider: 'p', returnTo: '/', expiresAt, socialLoginId },
  });
});
afterAll(() => it.close());

const throughToken = (session: object) =>
  it.db.refreshToken.update({ where: { tokenHash: 't' }, data: { session: { update: session } } });

/** Queries as a careless caller might write them; many would not pass the compiler either. */
const QUERIES: Record<string, [string, () => Promise<unknown>]> = {
  contains: ['User.email', () => it.db.user.findMany({ where: { email: { contains: 'a' } } })],
  startsWith: ['User.email', () => it.db.user.findMany({ where: { OR: [{ email: { startsWith: 'a' } }] } })],
  endsWith: ['User.email', () => it.db.user.findFirst({ where: { NOT: { email: { endsWith: 'a' } } } })],
  'greater than': ['User.email', () => it.db.user.findMany({ where: { email: { gt: 'a' } } })],
  mode: ['User.email', () => it.db.user.findMany({ where: { email: { equals: 'a', mode: 'insensitive' } } })],
  'nested not': ['User.email', () => it.db.user.findMany({ where: { email: { not: { equals: 'a' } } } })],
  'a field reference': ['User.email', () => it.db.user.findMany({ where: { email: { equals: it.db.user.fields.email } } })],
  'a bare field reference': ['User.email', () => it.db.user.findMany({ where: { email: it.db.user.fields.passwordHash } as never })],
  'a filter on what has no index': ['User.passwordHash', () => it.db.user.count({ where: { passwordHash: 'x' } })],
  'a null filter on what has no index': ['User.passwordHash', () => it.db.user.count({ where: { passwordHash: null } })],
  'a filter through a relation': ['Session.ipAddress', () => it.db.user.count({ where: { sessions: { some: { ipAddress: '1' } } } })],
  'a filter on JSON': ['UserProfile.preferences', () => it.db.userProfile.count({ where: { preferences: { path: ['a'], equals: 1 } } })],
  'a filter within include': ['Session.ipAddress', () => it.db.user.findMany({ include: { sessions: { where: { ipAddress: '1' } } } })],
  'a filter within _count': ['Session.ipAddress', () => it.db.user.findMany({ select: { _count: { select: { sessions: { where: { ipAddress: '1' } } } } } })],
  'a filter on the index': ['User.emailIndex', () => it.db.user.findMany({ where: { emailIndex: 'x' } })],
  'a unique filter on the index': ['User.emailIndex', () => it.db.user.findUnique({ where: { emailIndex: 'x' } })],
  'a compound filter on the index': ['SocialLogin.providerIdIndex', () =>
      it.db.socialLogin.findUnique({ where: { provider_providerIdIndex: { provider: 'p', providerIdIndex: 'x' } } })],
  orderBy: ['User.email', () => it.db.user.findMany({ orderBy: [{ createdAt: 'asc' }, { email: 'asc' }] })],
  'orderBy with nulls': ['User.passwordHash', () => it.db.user.findMany({ orderBy: { passwordHash: { sort: 'asc', nulls: 'last' } } })],
  'orderBy through a relation': ['User.email', () => it.db.session.findMany({ orderBy: { user: { email: 'asc' } } })],
  'orderBy within include': ['Session.ipAddress', () => it.db.user.findMany({ include: { sessions: { orderBy: { ipAddress: 'asc' } } } })],
  'orderBy the index': ['User.emailIndex', () => it.db.user.findMany({ orderBy: { emailIndex: 'asc' } })],
  distinct: ['User.email', () => it.db.user.findMany({ distinct: ['email'] })],
  cursor: ['User.email', () => it.db.user.findMany({ cursor: { email }, take: 1 })],
  groupBy: ['User.email', () => it.db.user.groupBy({ by: ['email'] })],
  having: ['User.email', () => it.db.user.groupBy({ by: ['status'], having: { email: { _max: { equals: 'x' } } } })],
  'groupBy orderBy': ['User.email', () => it.db.user.groupBy({ by: ['status'], orderBy: { _max: { email: 'asc' } } })],
  min: ['User.email', () => it.db.user.aggregate({ _min: { email: true } })],
  max: ['User.emailIndex', () => it.db.user.aggregate({ _max: { emailIndex: true } })],
  'selecting the index': ['User.emailIndex', () => it.db.user.findFirst({ select: { emailIndex: true } })],
  'selecting the index within a relation': ['User.emailIndex', () => it.db.session.findFirst({ include: { user: { select: { emailIndex: true } } } })],
  'not omitting the index': ['User.emailIndex', () => it.db.user.findFirst({ omit: { emailIndex: false } })],
  'not omitting the index within a relation': ['User.emailIndex', () => it.db.session.findFirst({ include: { user: { omit: { emailIndex: false } } } })],
  'not omitting the index of a new row': ['User.emailIndex', () => it.db.user.create({ data: { email: freshEmail() }, omit: { emailIndex: false } })],
  'selecting the data key through the user': ['User.dataKey', () => it.db.user.findFirst({ include: { dataKey: true } })],
  'writing the index': ['User.emailIndex', () => it.db.user.create({ data: { email: freshEmail(), emailIndex: 'x' } })],
  'updating the index': ['User.emailIndex', () => it.db.user.update({ where: { id: userId }, data: { emailIndex: 'x' } })],
  'updating the index of many': ['User.emailIndex', () => it.db.user.updateMany({ data: { emailIndex: 'x' } })],
  'updateMany on a sealed column': ['Session.ipAddress', () => it.db.session.updateMany({ data: { ipAddress: 'x' } })],
  'updateManyAndReturn on a sealed column': ['Session.ipAddress', () => it.db.session.updateManyAndReturn({ data: { ipAddress: 'x' } })],
  'nested updateMany on a sealed column': ['Session.ipAddress', () =>
      it.db.user.update({ where: { id: userId }, data: { sessions: { updateMany: { where: {}, data: { ipAddress: 'x' } } } } })],
  'an unknown operator on a sealed column': ['User.email', () => it.db.user.update({ where: { id: userId }, data: { email: { append: 'x' } as never } })],
  'a number for a text': ['User.email', () => it.db.user.create({ data: { email: 7 as never } })],
  'a lone surrogate': ['User.email', () => it.db.user.create({ data: { email: '\udc00@example.com' } })],
  'a bigint within JSON': ['UserProfile.preferences', () => it.db.userProfile.update({ where: { userId }, data: { preferences: { n: 1n } as never } })],
  'changing a row id': ['User.id', () => it.db.user.update({ where: { id: userId }, data: { id: userId } })],
  'changing an owner': ['Session.userId', () => it.db.session.updateMany({ data: { userId } })],
  'a filter on the owner to update': ['User.email', () =>
      it.db.session.update({ where: { id: sessionId }, data: { user: { update: { where: { email: { contains: 'a' } }, data: verified } } } })],
  'a filter on what has no index of the owner to update': ['User.passwordHash', () =>
      it.db.session.update({ where: { id: sessionId }, data: { user: { update: { where: { passwordHash: { gt: 'a' } }, data: verified } } } })],
  'a filter on the index of the owner to update': ['User.emailIndex', () =>
      it.db.session.update({ where: { id: sessionId }, data: { user: { update: { where: { emailIndex: { startsWith: 'k1' } }, data: verified } } } })],
  'changing an owner through a row that names it': ['Session.userId', () => throughToken({ userId })],
  'changing a row id through a row that names it': ['Session.id', () => throughToken({ where: {}, data: { id: userId } })],
  'writing an index through a row that names it': ['SocialLogin.providerIdIndex', () =>
      it.db.socialFlow.update({ where: { stateHash: 's' }, data: { socialLogin: { update: { providerIdIndex: 'x' } } } })],
  'connecting another owner': ['UserProfile.user', () => it.db.userProfile.update({ where: { userId }, data: { user: { connect: { id: userId } } } })],
  'moving a child': ['User.sessions', () => it.db.user.create({ data: { email: freshEmail(), sessions: { connect: { id: userId } } } })],
  'moving or making a child': ['User.sessions', () =>
      it.db.user.update({ where: { id: userId }, data: { sessions: { connectOrCreate: { where: { id: userId }, create: sessionTimes() } } } })],
  'setting the children': ['User.sessions', () => it.db.user.update({ where: { id: userId }, data: { sessions: { set: [] } } })],
  'taking sealed children from elsewhere': ['User.auditOrigins', () => it.db.user.update({ where: { id: userId }, data: { auditOrigins: { connect: { eventId: userId } } } })],
  'writing the data key through the user': ['User.dataKey', () => it.db.user.update({ where: { id: userId }, data: { dataKey: { delete: true } } })],
  'making the data key': ['User.dataKey', () => it.db.user.create({ data: { email: freshEmail(), dataKey: { create: { wrappedKey: 'x' } } } })],
    'sealing for an unknown user': ['Session.ipAddress', () =>
      it.db.session.create({ data: { userId: '00000000-0000-4000-8000-000000000000', ipAddress: '1', ...sessionTimes() } })],
  'an id that is no UUID': ['User.id', () => it.db.user.create({ data: { id: 'one', email: freshEmail() } })],
  'createMany with skipDuplicates of users': ['User.dataKey', () => it.db.user.createMany({ data: [{ email }], skipDuplicates: true })],
  'including the owner where rows come back from many': ['Session.user', () =>
      it.db.session.createManyAndReturn({ data: [{ userId, ipAddress: '9', ...sessionTimes() }], include: { user: true } })],
  'the fluent API': ['User.profile', () => it.db.user.findUnique({ where: { id: userId } }).profile()],
  'the fluent API upwards': ['Session.user', () => it.db.session.findFirst().user()],
  'the fluent API after a write': ['User.profile', () => it.db.user.update({ where: { id: userId }, data: { isVerified: true } }).profile()],
}; // prettier-ignore

const snapshot = async () =>
  JSON.stringify([
    await it.sql('SELECT * FROM users ORDER BY id'),
    await it.sql('SELECT * FROM sessions ORDER BY id'),
    await it.sql('SELECT * FROM user_profiles'),
    await it.sql('SELECT * FROM social_logins'),
    await it.sql('SELECT * FROM data_keys'),
  ]);

test.each(Object.keys(QUERIES))('%s is refused, named and changes nothing', async (name) => {
  const [place, run] = QUERIES[name]!;
  const before = await snapshot();
  const error = await run().then(
    (result) => new Error(`answered ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UnsafeQueryError);
  expect(`${(error as UnsafeQueryError).model}.${(error as UnsafeQueryError).field}`).toBe(place);
  expect((error as Error).message).toContain(place);
  expect(await snapshot()).toBe(before);
});

test('the sealed columns of a row are not written through a row that has no owner of its own', async () => {
  await expect(throughToken({ ipAddress: 'x' })).rejects.toThrow(/RefreshToken\.session/);
  await expect(throughToken({ data: { user: { update: { email } } } })).rejects.toThrow(
    /RefreshToken\.session/,
  );
  await throughToken({ revokedReason: 'fine' });
  expect(await it.db.session.findUnique({ where: { id: sessionId } })).toMatchObject({
    ipAddress: '1',
    revokedReason: 'fine',
  });
});
