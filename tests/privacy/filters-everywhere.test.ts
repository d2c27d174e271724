import { UnsafeQueryError } from '../../src/privacy/privacy-errors.js';
import { recordSent } from '../setup/record-statements.js';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

// Every place of Prisma's arguments in which a filter on users can stand: nowhere is it asked of ciphertext.

let it: SealedDatabase;
let id: string;
let sessionId: string;
let consentId: string;
let failureId: string;
const consent = { purpose: 'p', granted: true, policyVersion: '1' };
beforeAll(async () => {
  it = await openSealedDatabase();
  const user = await it.db.user.create({
    data: {
      email: freshEmail(),
      passwordHash: 'x',
      profile: { create: {} },
      sessions: { create: { ipAddress: '1', ...sessionTimes() } },
      consents: { create: consent },
    },
    include: { sessions: true, consents: true },
  });
  id = user.id;
  sessionId = user.sessions[0]!.id;
  consentId = user.consents[0]!.id;
  const failure = { purpose: 'p', rowId: id, at: new Date(), userId: id };
  failureId = (await it.db.keyRotationFailure.create({ data: failure })).id;
  await it.db.refreshToken.create({
    data: { tokenHash: 't', sequence: 1, expiresAt: new Date(), sessionId },
  });
});
afterAll(() => it.close());

const FILTERS = {
  'User.email': { email: { contains: 'c1.' } },
  'User.passwordHash': { passwordHash: { gt: 'a' } },
  'User.emailIndex': { emailIndex: { startsWith: 'k1' } },
};

const changed = { isVerified: true };
const user = () => ({ email: freshEmail() });
const session = () => ({ ipAddress: '2', ...sessionTimes() });
type Where = object;

const ofUser = (data: object) => it.db.user.update({ where: { id }, data });
const throughSession = (data: object) =>
  it.db.session.update({ where: { id: sessionId }, data: { user: data } });
const throughFailure = (data: object) =>
  it.db.keyRotationFailure.update({ where: { id: failureId }, data: { user: data } });

/** The places, each with the filter put there. Many are typed to take less than they take at run time. */
const PLACES: Record<string, (where: never) => Promise<unknown>> = {
  findFirst: (where) => it.db.user.findFirst({ where }),
  findFirstOrThrow: (where) => it.db.user.findFirstOrThrow({ where }),
  findMany: (where) => it.db.user.findMany({ where }),
  findUnique: (where: Where) => it.db.user.findUnique({ where: { id, ...where } }),
  findUniqueOrThrow: (where: Where) => it.db.user.findUniqueOrThrow({ where: { id, ...where } }),
  count: (where) => it.db.user.count({ where }),
  aggregate: (where) => it.db.user.aggregate({ where, _count: true }),
  groupBy: (where) => it.db.user.groupBy({ where, by: ['status'] }),
  update: (where: Where) => it.db.user.update({ where: { id, ...where }, data: changed }),
  upsert: (where: Where) => it.db.user.upsert({ where: { id, ...where }, create: user(), update: changed }),
  delete: (where: Where) => it.db.user.delete({ where: { id, ...where } }),
  updateMany: (where) => it.db.user.updateMany({ where, data: changed }),
  updateManyAndReturn: (where) => it.db.user.updateManyAndReturn({ where, data: changed }),
  deleteMany: (where) => it.db.user.deleteMany({ where }),
  AND: (where) => it.db.user.findMany({ where: { AND: [{ AND: where }] } }),
  OR: (where) => it.db.user.findMany({ where: { OR: [{ id }, where] } }),
  NOT: (where) => it.db.user.findMany({ where: { NOT: where } }),
  'NOT of several': (where) => it.db.user.findMany({ where: { NOT: [where] } }),
  'AND beside a unique column': (where) => it.db.user.findUnique({ where: { id, AND: where } }),
  'a parent': (where) => it.db.session.findMany({ where: { user: where } }),
  is: (where) => it.db.session.findMany({ where: { user: { is: where } } }),
  isNot: (where) => it.db.session.findMany({ where: { user: { isNot: where } } }),
  some: (user) => it.db.user.findMany({ where: { sessions: { some: { user } } } }),
  every: (user) => it.db.user.findMany({ where: { sessions: { every: { user } } } }),
  none: (user) => it.db.user.findMany({ where: { sessions: { none: { user } } } }),
  'two steps away': (where) => it.db.refreshToken.findMany({ where: { session: { is: { user: where } } } }),
  'include of children': (user) => it.db.user.findMany({ include: { sessions: { where: { user } } } }),
  'select of children': (user) => it.db.user.findMany({ select: { sessions: { where: { user } } } }),
  'include of a parent': (where) => it.db.keyRotationFailure.findMany({ include: { user: { where } } }),
  'include in what a write answers': (user) =>
    it.db.user.update({ where: { id }, data: changed, include: { sessions: { where: { user } } } }),
  _count: (user) =>
    it.db.user.findMany({ select: { _count: { select: { sessions: { where: { user } } } } } }),
  '_count within include': (user) =>
    it.db.session.findMany({
      include: { user: { include: { _count: { select: { sessions: { where: { user } } } } } } },
    }),
  cursor: (where: Where) => it.db.user.findMany({ cursor: { id, ...where } }),
  'AND in a cursor': (where) => it.db.user.findMany({ cursor: { id, AND: where } }),
  'a parent in a cursor': (user) => it.db.session.findMany({ cursor: { id: sessionId, user } }),
  'cursor within include': (user) =>
    it.db.user.findMany({ include: { sessions: { cursor: { id: sessionId, user } } } }),
  'update of the owner': (where) => throughSession({ update: { where, data: changed } }),
  'update of the owner, of a row with nothing sealed': (where) =>
    it.db.consent.update({ where: { id: consentId }, data: { user: { update: { where, data: changed } } } }),
  'update of a parent that owns nothing': (user) =>
    it.db.refreshToken.update({
      where: { tokenHash: 't' },
      data: { session: { update: { where: { user }, data: { revokedReason: 'r' } } } },
    }),
  'disconnect of a parent': (where) => throughFailure({ disconnect: where }),
  'connect of a parent': (where: Where) => throughFailure({ connect: { id, ...where } }),
  'connectOrCreate of a parent': (where: Where) =>
    throughFailure({ connectOrCreate: { where: { id, ...where }, create: user() } }),
  'connect of a new row': (where: Where) =>
    it.db.session.create({ data: { ...session(), user: { connect: { id, ...where } } } }),
  'connectOrCreate of a new row': (where: Where) =>
    it.db.consent.create({
      data: { ...consent, user: { connectOrCreate: { where: { id, ...where }, create: user() } } },
    }),
  'update of one child': (user) =>
    ofUser({ profile: { update: { where: { user }, data: { fullName: 'Ada' } } } }),
  'upsert of one child': (user) =>
    ofUser({ profile: { upsert: { where: { user }, create: {}, update: {} } } }),
  'delete of one child': (user) => ofUser({ profile: { delete: { user } } }),
  'update of children': (user) =>
    ofUser({ sessions: { update: { where: { id: sessionId, user }, data: { revokedReason: 'r' } } } }),
  'upsert of children': (user) =>
    ofUser({ sessions: { upsert: [{ where: { id: sessionId, user }, create: session(), update: {} }] } }),
  'updateMany of children': (user) =>
    ofUser({ sessions: { updateMany: { where: { user }, data: { revokedReason: 'r' } } } }),
  'delete of children': (user) => ofUser({ sessions: { delete: [{ id: sessionId, user }] } }),
  'deleteMany of children': (user) => ofUser({ sessions: { deleteMany: [{ user }] } }),
  'connect of children': (user) => ofUser({ consents: { connect: { id: consentId, user } } }),
  'connectOrCreate of children': (user) =>
    ofUser({ consents: { connectOrCreate: { where: { id: consentId, user }, create: consent } } }),
  'set of children': (user) => ofUser({ keyRotationFailures: { set: [{ id: failureId, user }] } }),
  'disconnect of children': (user) =>
    ofUser({ keyRotationFailures: { disconnect: { id: failureId, user } } }),
  'a child of a new row': (user) =>
    it.db.user.create({ data: { email: freshEmail(), consents: { connect: { id: consentId, user } } } }),
};

const cases = Object.keys(PLACES).flatMap((place) =>
  Object.entries(FILTERS).map(([column, filter]) => ({ place, column, filter })),
);

test.each(cases)('$place: a filter on $column is refused', async ({ place, column, filter }) => {
  const error = await PLACES[place]!(filter as never).then(
    (result) => new Error(`answered ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  expect(String(error)).toContain(column);
  expect(error).toBeInstanceOf(UnsafeQueryError);
});

// Nobody has this address, so that nothing is deleted meanwhile.
const address = 'nobody@example.com';
// Prisma has types for filters in a cursor and no answer; it disconnects a parent whatever the filter says; and it
// takes filters on the children's own columns only where many of them are written.
const UNSENT = /cursor|disconnect of a parent|Many of children/;

test.each(Object.keys(PLACES).filter((place) => !UNSENT.test(place)))(
  '%s: an address is looked up by its index, and sent nowhere',
  async (place) => {
    const filter = { OR: [{ email: address }, { email: { in: [address] } }] };
    const sent = JSON.stringify(
      await recordSent(() => PLACES[place]!(filter as never).catch(() => undefined)),
    );
    expect(sent).toContain(it.privacy.indexOf('User', 'email', address));
    expect(sent).not.toContain(address);
  },
);
