import { DAY, SECOND } from '../../../src/clock.js';
import { createOpaqueToken } from '../../../src/security/tokens/opaque-token.js';
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

const refresh = (token: string) => server.sessions.refresh(token, ORIGIN);
const refused = (code: string): unknown => expect.objectContaining({ code });

/** Asserts that no token of the family works any more, and that the end was committed and recorded. */
async function expectFamilyEnded(sessionId: string, accessToken: string, newest: string): Promise<void> {
  await expect(refresh(newest)).rejects.toEqual(refused('TOKEN_INVALID'));
  await expect((async () => server.authenticate(`Bearer ${accessToken}`))()).rejects.toEqual(
    refused('UNAUTHENTICATED'),
  );
  const session = await server.db.session.findUniqueOrThrow({ where: { id: sessionId } });
  expect(session.revokedAt).not.toBeNull();
  expect(session.revokedReason).toBe('token-reused');
  const events = await server.db.auditEvent.findMany({ where: { subjectId: session.userId } });
  const detected = events.filter((event) => event.action === 'session.reuse_detected');
  expect(detected).toMatchObject([{ data: { sessionId } }]);
  const held = await server.db.auditOrigin.findUnique({ where: { eventId: detected[0]?.id } });
  expect(held).toMatchObject({ origin: ORIGIN });
}

test('a token older than the immediate predecessor ends the session, within its 10 s too', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  const second = await refresh(tokens.refreshToken);
  const third = await refresh(second.tokens.refreshToken);
  await expect(refresh(tokens.refreshToken)).rejects.toEqual(refused('TOKEN_REUSED'));
  await expectFamilyEnded(session.id, third.tokens.accessToken, third.tokens.refreshToken);
});

test('the immediate predecessor after 10 s ends the session', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  const second = await refresh(tokens.refreshToken);
  server.clock.advance(10 * SECOND);
  await expect(refresh(tokens.refreshToken)).rejects.toEqual(refused('TOKEN_REUSED'));
  await expectFamilyEnded(session.id, second.tokens.accessToken, second.tokens.refreshToken);
});

test('the other sessions of the account go on', async () => {
  const userId = await server.createUser();
  const stolen = await server.signIn(userId);
  const other = await server.signIn(userId);
  await refresh(stolen.tokens.refreshToken);
  server.clock.advance(11 * SECOND);
  await expect(refresh(stolen.tokens.refreshToken)).rejects.toEqual(refused('TOKEN_REUSED'));
  await expect(refresh(other.tokens.refreshToken)).resolves.toMatchObject({ session: { userId } });
});

test('parallel replays of a stolen token, in two processes, end the session once', async () => {
  const other = await startAuthServer({ url: database.url, clock: server.clock });
  const { session, tokens } = await server.signIn(await server.createUser());
  await refresh(tokens.refreshToken);
  server.clock.advance(11 * SECOND);
  const answers = await Promise.allSettled(
    [server, other, server, other].map(({ sessions }) => sessions.refresh(tokens.refreshToken, ORIGIN)),
  );
  await other.stop();
  const codes = answers.map((answer) =>
    answer.status === 'rejected' ? (answer.reason as { code: unknown }).code : 'none',
  );
  expect(new Set(codes)).toEqual(new Set(['TOKEN_REUSED', 'TOKEN_INVALID']));
  const events = await server.db.auditEvent.findMany({ where: { subjectId: session.userId } });
  expect(events.filter((event) => event.action === 'session.reuse_detected')).toHaveLength(1);
});

test('unknown, malformed and expired tokens are invalid and end nothing', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  for (const token of [
    '',
    'x',
    tokens.accessToken,
    createOpaqueToken('refresh'),
    createOpaqueToken('oneTime'),
  ]) {
    await expect(refresh(token)).rejects.toEqual(refused('TOKEN_INVALID'));
  }
  const spent = tokens.refreshToken;
  await refresh(spent);
  server.clock.advance(AUTH_CONFIG.refreshTokenTtl + DAY);
  await expect(refresh(spent)).rejects.toEqual(refused('TOKEN_INVALID'));
  const { revokedAt } = await server.db.session.findUniqueOrThrow({ where: { id: session.id } });
  expect(revokedAt).toBeNull();
});

test.each([
  ['SUSPENDED', 'ACCOUNT_SUSPENDED'],
  ['DELETED', 'ACCOUNT_DELETED'],
  ['ERASED', 'TOKEN_INVALID'],
] as const)('a %s account cannot refresh', async (status, code) => {
  const userId = await server.createUser();
  const { tokens } = await server.signIn(userId);
  const deletedAt = status === 'SUSPENDED' ? null : server.clock.now();
  const left = status === 'ERASED' ? { email: null } : {};
  await server.db.user.update({ where: { id: userId }, data: { status, deletedAt, ...left } });
  await expect(refresh(tokens.refreshToken)).rejects.toEqual(refused(code));
});
