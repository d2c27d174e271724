import pg from 'pg';
import { hashOpaqueToken } from '../../../src/security/tokens/opaque-token.js';
import { ORIGIN, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
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

/** Every row of every table, as text. */
async function dumpDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const tables = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    const rows: string[] = [];
    for (const { tablename } of tables.rows) {
      const { rows: found } = await client.query(`SELECT t::text AS row FROM "${tablename}" t`);
      rows.push(...found.map(({ row }) => `${tablename}: ${row}`));
    }
    return rows.join('\n');
  } finally {
    await client.end();
  }
}

test('the database holds hashes of refresh tokens, and no token', async () => {
  const { tokens } = await server.signIn(await server.createUser());
  const refreshed = await server.sessions.refresh(tokens.refreshToken, ORIGIN);
  const dump = await dumpDatabase();
  for (const issued of [tokens, refreshed.tokens]) {
    expect(dump).toContain(hashOpaqueToken(issued.refreshToken)); // the search can find what is there
    expect(dump).not.toContain(issued.refreshToken);
    expect(dump).not.toContain(issued.refreshToken.slice(7, 50));
    expect(dump).not.toContain(Buffer.from(issued.refreshToken).toString('base64url').slice(0, 40));
    expect(dump).not.toContain(issued.accessToken.split('.')[2]);
  }
  expect(dump).not.toContain('cst_rt_');
});

test('a session keeps address and user agent sealed', async () => {
  const { session } = await server.signIn(await server.createUser());
  expect(session).toMatchObject(ORIGIN);
  const dump = await dumpDatabase();
  expect(dump).toContain(session.id);
  expect(dump).not.toContain(ORIGIN.ipAddress);
  expect(dump).not.toContain(ORIGIN.userAgent);
});

test('only the immediate predecessor keeps an envelope, so nobody can follow the chain of tokens', async () => {
  const { session, tokens } = await server.signIn(await server.createUser());
  let newest = tokens.refreshToken;
  for (let times = 0; times < 4; times += 1) {
    newest = (await server.sessions.refresh(newest, ORIGIN)).tokens.refreshToken;
  }
  const rows = await server.db.refreshToken.findMany({
    where: { sessionId: session.id },
    orderBy: { sequence: 'asc' },
  });
  expect(rows.map(({ successorEnvelope }) => successorEnvelope !== null)).toEqual([
    false,
    false,
    false,
    true,
    false,
  ]);
});

test('an audit event names the session by id and keeps no token', async () => {
  const userId = await server.createUser();
  const { session } = await server.signIn(userId);
  const events = await server.db.auditEvent.findMany({ where: { subjectId: userId } });
  expect(events).toMatchObject([
    { action: 'session.created', data: { sessionId: session.id, amr: ['pwd'] } },
  ]);
  const held = await server.db.auditOrigin.findMany({ where: { userId } });
  expect(held.map(({ origin }) => origin)).toEqual([{ ...ORIGIN, salt: expect.any(String) as string }]);
});
