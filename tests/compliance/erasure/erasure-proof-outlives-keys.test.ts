import { DAY } from '../../../src/clock.js';
import { createKeepEndedSessions } from '../../../src/security/tokens/keep-ended-sessions.js';
import { AUTH_CONFIG, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { eventually } from '../../setup/eventually.js';
import { movableClock } from '../../setup/movable-clock.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

let database: TestDatabase;
let server: AuthServer;
beforeEach(async () => {
  database = await createTestDatabase();
  server = await startAuthServer({ url: database.url });
});
afterEach(async () => {
  await server.stop();
  await database.drop();
});

const publishedIds = async () => (await server.signingKeys.jwks()).keys.map(({ kid }) => kid);

test('a key that signed a receipt stays published after it retired, without its private half; others go', async () => {
  const [first] = await publishedIds();
  await server.db.signingKey.updateMany({ where: { id: first! }, data: { signedReceipts: true } });
  const before = await server.db.signingKey.findUniqueOrThrow({ where: { id: first! } });
  server.clock.advance(200 * DAY);
  await server.signingKeys.ensure();
  const [second] = (await publishedIds()).filter((id) => id !== first);
  server.clock.advance(200 * DAY);
  await server.signingKeys.ensure();

  const ids = await publishedIds();
  expect(ids).toContain(first);
  expect(ids).not.toContain(second);
  expect((await server.signingKeys.current()).kid).not.toBe(first);
  expect(server.signingKeys.find(first!)).toBeNull(); // no token by it is accepted
  const after = await server.db.signingKey.findUniqueOrThrow({ where: { id: first! } });
  expect(after.publicJwk).toEqual(before.publicJwk);
  expect(after.wrappedKey).not.toBe(before.wrappedKey);
});

test('a retired key that the key ring does not vouch for is not published', async () => {
  const [first] = await publishedIds();
  await server.db.signingKey.updateMany({ where: { id: first! }, data: { signedReceipts: true } });
  const row = await server.db.signingKey.findUniqueOrThrow({ where: { id: first! } });
  server.clock.advance(400 * DAY);
  const publicJwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43) };
  await server.db.signingKey.create({ data: { ...row, publicJwk, id: 'slipped-in' } });
  await server.signingKeys.ensure();
  expect(await publishedIds()).not.toContain('slipped-in');
});

test('a process that connects after the session rows went still refuses their tokens', async () => {
  const userId = await server.createUser();
  const { session, tokens } = await server.signIn(userId);
  const { db, clock } = server;
  const { keep } = createKeepEndedSessions({ db, clock, config: AUTH_CONFIG });
  await db.$transaction(async (tx) => {
    await server.sessions.endAll(tx, userId, { reason: 'erasure' });
    await keep(tx, userId);
    await tx.session.deleteMany({ where: { userId } });
  });
  const later = await startAuthServer({ url: database.url, clock: movableClock() });
  try {
    await eventually(() => expect(later.endedSessions.isLive()).toBe(true));
    expect(later.endedSessions.has(session.id)).toBe(true);
    expect(() => later.authenticate(`Bearer ${tokens.accessToken}`)).toThrow();
  } finally {
    await later.stop();
  }
});
