import pg from 'pg';
import { MINUTE } from '../../../src/clock.js';
import { ORIGIN, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { eventually } from '../../setup/eventually.js';
import { movableClock } from '../../setup/movable-clock.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

// Two sets of everything that a process has: clients, keys, caches, listeners. Nothing but the database joins them.
const clock = movableClock();
let database: TestDatabase;
let here: AuthServer;
let there: AuthServer;

beforeEach(async () => {
  database = await createTestDatabase();
  here = await startAuthServer({ url: database.url, clock });
  there = await startAuthServer({ url: database.url, clock });
});
afterEach(async () => {
  await here?.stop();
  await there?.stop();
  await database?.drop();
});

async function isAdmitted(server: AuthServer, accessToken: string): Promise<boolean> {
  try {
    return (await server.authenticate(`Bearer ${accessToken}`)) !== null;
  } catch {
    return false;
  }
}

async function expectDeadEverywhere(accessToken: string): Promise<void> {
  expect(await isAdmitted(here, accessToken)).toBe(false);
  await eventually(async () => expect(await isAdmitted(there, accessToken)).toBe(false));
}

async function signInTwice() {
  const userId = await here.createUser();
  const one = await here.signIn(userId);
  const other = await here.signIn(userId);
  const holder = { userId, sessionId: one.session.id, origin: ORIGIN };
  for (const { tokens } of [one, other]) {
    expect(await isAdmitted(here, tokens.accessToken)).toBe(true);
    expect(await isAdmitted(there, tokens.accessToken)).toBe(true);
  }
  return { userId, one, other, holder };
}

/** Runs SQL on a connection that is none of the servers'. */
async function runSql(sql: string): Promise<pg.QueryResult<{ id: string }>> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

const CUT_LISTENERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'custodia-listener'`;

test('logout ends the access token in both processes and leaves the other session', async () => {
  const { one, other, holder } = await signInTwice();
  await here.sessions.logout(holder);
  await expectDeadEverywhere(one.tokens.accessToken);
  expect(await isAdmitted(there, other.tokens.accessToken)).toBe(true);
  await expect(there.sessions.refresh(one.tokens.refreshToken, ORIGIN)).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
});

test('revoking one session, and all others, reaches both processes', async () => {
  const { one, other, holder } = await signInTwice();
  expect(await here.sessions.revokeOthers(holder)).toBe(1);
  await expectDeadEverywhere(other.tokens.accessToken);
  expect(await here.sessions.revoke(holder, one.session.id)).toBe(1);
  await expectDeadEverywhere(one.tokens.accessToken);
});

test('ending every session in the transaction of a change counts only once it commits', async () => {
  const { userId, one, other } = await signInTwice();
  const failing = here.db.$transaction(async (tx) => {
    await here.sessions.endAll(tx, userId, { reason: 'password-reset' });
    throw new Error('the change failed');
  });
  await expect(failing).rejects.toThrow('the change failed');
  expect(await isAdmitted(here, one.tokens.accessToken)).toBe(true);
  expect(await isAdmitted(there, one.tokens.accessToken)).toBe(true);
  // It may yet be committed, and is asked for at each request, no longer than a transaction can take.
  expect(here.endedSessions.has(one.session.id)).toBeInstanceOf(Promise);
  clock.advance(MINUTE + 1);
  await eventually(() => expect(here.endedSessions.has(one.session.id)).toBe(false));

  await here.db.$transaction((tx) => here.sessions.endAll(tx, userId, { reason: 'password-reset' }));
  await expectDeadEverywhere(one.tokens.accessToken);
  await expectDeadEverywhere(other.tokens.accessToken);
});

test('hundreds of sessions end by one announcement', async () => {
  const userId = await here.createUser();
  const now = clock.now();
  const times = { createdAt: now, lastSeenAt: now, authTime: now, expiresAt: new Date(now.getTime() + 1e6) };
  for (let made = 0; made < 450; made += 150) {
    await runSql(`INSERT INTO sessions (user_id, created_at, last_seen_at, auth_time, expires_at, amr)
      SELECT '${userId}', '${times.createdAt.toISOString()}', now(), now(), now() + interval '1 day', '{pwd}'
      FROM generate_series(1, 150)`);
  }
  const { session, tokens } = await here.signIn(userId);
  const last = { userId, sessionId: session.id, origin: ORIGIN };
  expect(await here.sessions.revokeOthers(last)).toBe(450);
  const ended = await runSql(`SELECT id FROM sessions WHERE revoked_at IS NOT NULL`);
  expect(ended.rows).toHaveLength(450);
  await eventually(() => {
    for (const { id } of ended.rows) expect(there.endedSessions.has(id)).toBe(true);
  });
  expect(await isAdmitted(there, tokens.accessToken)).toBe(true);
});

test('what was revoked while the listening connection was down is known, then and after it came back', async () => {
  const { one, other, holder } = await signInTwice();
  await runSql(CUT_LISTENERS);
  await eventually(() => expect(there.endedSessions.isLive()).toBe(false));
  await here.sessions.logout(holder);
  // From the commit on, with or without the listener.
  expect(await isAdmitted(there, one.tokens.accessToken)).toBe(false);
  expect(await isAdmitted(there, other.tokens.accessToken)).toBe(true);

  await eventually(() => expect(there.endedSessions.isLive()).toBe(true));
  expect(there.endedSessions.has(one.session.id)).toBe(true);
  await here.sessions.logout({ ...holder, sessionId: other.session.id });
  await expectDeadEverywhere(other.tokens.accessToken);
});

test('a process that starts later knows what was revoked before', async () => {
  const { one, holder } = await signInTwice();
  await here.sessions.logout(holder);
  const late = await startAuthServer({ url: database.url, clock });
  try {
    expect(late.endedSessions.has(one.session.id)).toBe(true);
    expect(await isAdmitted(late, one.tokens.accessToken)).toBe(false);
  } finally {
    await late.stop();
  }
});

test('while nothing listens, a session whose rows are gone counts as ended', async () => {
  const { userId, one } = await signInTwice();
  await there.endedSessions.stop();
  await here.db.user.delete({ where: { id: userId } });
  expect(await isAdmitted(there, one.tokens.accessToken)).toBe(false);
});
