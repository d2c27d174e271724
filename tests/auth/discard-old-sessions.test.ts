import { after, DAY, MINUTE } from '../../src/clock.js';
import { ORIGIN, startAuthServer, type AuthServer } from '../setup/auth-server.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';

let database: TestDatabase;
let server: AuthServer;

beforeEach(async () => {
  database = await createTestDatabase();
  server = await startAuthServer({ url: database.url });
});
afterEach(async () => {
  await server?.stop();
  await database?.drop();
});

/** As the retention job does it with the default period. */
const discardOld = () => server.sessions.discardOld(after(server.clock.now(), -30 * DAY), 500);

const sessionIds = async () =>
  (await server.db.session.findMany({ select: { id: true } })).map(({ id }) => id).sort();

test('sessions go 30 days after they ended or expired, and not before', async () => {
  const userId = await server.createUser();
  const ended = await server.signIn(userId);
  const running = await server.signIn(userId);
  await server.sessions.logout({ userId, sessionId: ended.session.id, origin: ORIGIN });
  server.clock.advance(29 * DAY);
  const refreshed = await server.sessions.refresh(running.tokens.refreshToken, ORIGIN);
  expect(await discardOld()).toBe(0);
  server.clock.advance(DAY + MINUTE);
  expect(await discardOld()).toBe(1);
  expect(await sessionIds()).toEqual([running.session.id]);

  server.clock.advance(28 * DAY);
  await server.sessions.refresh(refreshed.tokens.refreshToken, ORIGIN);
  server.clock.advance(60 * DAY + MINUTE);
  expect(await discardOld()).toBe(1);
  expect(await sessionIds()).toEqual([]);
});

test('a refresh forgets the tokens of its session that have expired', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  let newest = tokens.refreshToken;
  for (let times = 0; times < 4; times += 1) {
    server.clock.advance(20 * DAY);
    newest = (await server.sessions.refresh(newest, ORIGIN)).tokens.refreshToken;
  }
  expect(await server.db.refreshToken.count({ where: { sessionId: session.id } })).toBe(2);
});
