import { after, SECOND } from '../../../src/clock.js';
import { AUTH_CONFIG, ORIGIN, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

let database: TestDatabase;
let server: AuthServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startAuthServer({ url: database.url });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

test('50 parallel refreshes of one token give one successor and no logout', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  const refreshed = await Promise.all(
    Array.from({ length: 50 }, () => server.sessions.refresh(tokens.refreshToken, ORIGIN)),
  );
  const successors = new Set(refreshed.map((answer) => answer.tokens.refreshToken));
  expect(successors.size).toBe(1);
  expect(successors).not.toContain(tokens.refreshToken);
  expect(await server.db.refreshToken.count({ where: { sessionId: session.id } })).toBe(2);
  const [successor] = successors;
  const next = await server.sessions.refresh(successor!, ORIGIN);
  expect(next.session.id).toBe(session.id);
  expect(await server.authenticate(`Bearer ${next.tokens.accessToken}`)).toMatchObject({
    sessionId: session.id,
  });
});

test('parallel refreshes in five processes agree on the successor', async () => {
  const servers = [server];
  while (servers.length < 5) {
    servers.push(await startAuthServer({ url: database.url, clock: server.clock }));
  }
  try {
    const { session, tokens } = await server.signIn(await server.createUser());
    const refreshed = await Promise.all(
      [...servers, ...servers].map(({ sessions }) => sessions.refresh(tokens.refreshToken, ORIGIN)),
    );
    expect(new Set(refreshed.map((answer) => answer.tokens.refreshToken)).size).toBe(1);
    expect(await server.db.refreshToken.count({ where: { sessionId: session.id } })).toBe(2);
  } finally {
    await Promise.all(servers.slice(1).map((other) => other.stop()));
  }
});

test('the immediate predecessor gets the same successor within 10 s', async () => {
  const { tokens } = await server.signIn(await server.createUser());
  const first = await server.sessions.refresh(tokens.refreshToken, ORIGIN);
  server.clock.advance(10 * SECOND - 1);
  const again = await server.sessions.refresh(tokens.refreshToken, ORIGIN);
  expect(again.tokens.refreshToken).toBe(first.tokens.refreshToken);
  expect(again.tokens.refreshTokenExpiresAt).toEqual(first.tokens.refreshTokenExpiresAt);
});

test('a refresh prolongs the session and notes where it came from', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  server.clock.advance(60 * SECOND);
  const origin = { ipAddress: '198.51.100.9', userAgent: 'Another browser' };
  const refreshed = await server.sessions.refresh(tokens.refreshToken, origin);
  expect(refreshed.session).toMatchObject({ ...origin, createdAt: session.createdAt, amr: ['pwd'] });
  expect(refreshed.session.lastSeenAt).toEqual(server.clock.now());
  expect(refreshed.session.expiresAt.getTime() - session.expiresAt.getTime()).toBe(60 * SECOND);
  expect(refreshed.session.authTime).toEqual(session.authTime);
});

test('an address that was cleared meanwhile is noted again by a refresh from the same place', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  await server.sessions.clearOrigins(after(server.clock.now(), SECOND), 10_000);
  const findStored = () => server.db.session.findUniqueOrThrow({ where: { id: session.id } });
  expect(await findStored()).toMatchObject({ ipAddress: null, userAgent: null });
  const refreshed = await server.sessions.refresh(tokens.refreshToken, ORIGIN);
  expect(refreshed.session).toMatchObject(ORIGIN);
  expect(await findStored()).toMatchObject(ORIGIN);
});

test('only the immediate predecessor keeps its successor, and expired tokens go', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  const family = () =>
    server.db.refreshToken.findMany({
      where: { sessionId: session.id },
      orderBy: { sequence: 'asc' },
      select: { sequence: true, usedAt: true, successorEnvelope: true, createdAt: true },
    });
  const usedAt: Date[] = [];
  let newest = tokens.refreshToken;
  for (let times = 0; times < 3; times += 1) {
    server.clock.advance(AUTH_CONFIG.refreshTokenTtl * 0.4);
    usedAt.push(server.clock.now());
    newest = (await server.sessions.refresh(newest, ORIGIN)).tokens.refreshToken;
  }
  expect(await family()).toEqual([
    { sequence: 2, usedAt: usedAt[1], successorEnvelope: null, createdAt: usedAt[0] },
    { sequence: 3, usedAt: usedAt[2], successorEnvelope: expect.any(String), createdAt: usedAt[1] },
    { sequence: 4, usedAt: null, successorEnvelope: null, createdAt: usedAt[2] },
  ]);
});
