import { HOUR, MINUTE, SECOND } from '../../../src/clock.js';
import { createKeepEndedSessions } from '../../../src/security/tokens/keep-ended-sessions.js';
import { AUTH_CONFIG, ORIGIN, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { movableClock } from '../../setup/movable-clock.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

// ACCESS_TOKEN_TTL goes from an hour to ten minutes: tokens of the hour are still about, and so may be a process.
const clock = movableClock();
let database: TestDatabase;
let servers: AuthServer[];
let before: AuthServer;

beforeEach(async () => {
  database = await createTestDatabase();
  servers = [];
  before = await start(HOUR);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
});

async function start(accessTokenTtl: number): Promise<AuthServer> {
  const server = await startAuthServer({ url: database.url, clock, settings: { accessTokenTtl } });
  servers.push(server);
  return server;
}

async function isAdmitted(server: AuthServer, accessToken: string): Promise<boolean> {
  try {
    return (await server.authenticate(`Bearer ${accessToken}`)) !== null;
  } catch {
    return false;
  }
}

test('a token whose session was ended under the longer life does not come back to life', async () => {
  const { session, tokens } = await before.signIn(await before.createUser());
  await before.sessions.logout({ userId: session.userId, sessionId: session.id, origin: ORIGIN });
  clock.advance(20 * MINUTE);
  expect(await isAdmitted(await start(10 * MINUTE), tokens.accessToken)).toBe(false);
});

test('an older token counts for as long as the lower life says, remembered or not', async () => {
  const { tokens } = await before.signIn(await before.createUser());
  const now = await start(10 * MINUTE);
  expect(await isAdmitted(now, tokens.accessToken)).toBe(true);
  clock.advance(10 * MINUTE + 4 * SECOND);
  expect(await isAdmitted(now, tokens.accessToken)).toBe(true);
  clock.advance(SECOND);
  expect(await isAdmitted(now, tokens.accessToken)).toBe(false);
  expect(await isAdmitted(await start(10 * MINUTE), tokens.accessToken)).toBe(false);
});

test('while processes with both run, each admits no longer than it can know of ends, and a refresh helps', async () => {
  const now = await start(10 * MINUTE);
  const { tokens } = await before.signIn(await before.createUser());
  clock.advance(20 * MINUTE);
  expect(await isAdmitted(before, tokens.accessToken)).toBe(true);
  expect(await isAdmitted(now, tokens.accessToken)).toBe(false);
  const refreshed = await now.sessions.refresh(tokens.refreshToken, ORIGIN);
  for (const server of [before, now]) {
    expect(await isAdmitted(server, refreshed.tokens.accessToken)).toBe(true);
  }
});

test('an erasure by a process with the lower life keeps what one with the longer has to know', async () => {
  const { session, tokens } = await before.signIn(await before.createUser());
  const { userId, id: sessionId } = session;
  await before.sessions.logout({ userId, sessionId, origin: ORIGIN });
  clock.advance(20 * MINUTE);
  const { keep } = createKeepEndedSessions({ db: before.db, clock, config: AUTH_CONFIG });
  await before.db.$transaction(async (tx) => {
    await keep(tx, userId);
    await tx.session.deleteMany({ where: { userId } });
  });
  expect(await isAdmitted(await start(HOUR), tokens.accessToken)).toBe(false);
});
