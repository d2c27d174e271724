import pg from 'pg';
import { createDatabase } from '../../src/database/client.js';
import { createUpkeepPool } from '../../src/database/re-sealing/sql.js';
import { createLog } from '../../src/log.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { startCuttableConnection } from '../key-stores/cut-connection.js';
import { eventually } from '../setup/eventually.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { testKeyRing } from '../setup/test-keys.js';

let server: FullServer;
let owner: pg.Client;
let token: string;
beforeAll(async () => {
  server = await startFullServer({ REQUEST_TIMEOUT: '1s' });
  owner = new pg.Client(server.ownerUrl);
  await owner.connect();
  const input = { email: 'ada@example.com', password: PASSWORD };
  await server.rest('POST', '/api/v1/auth/register', input);
  token = String((await server.rest('POST', '/api/v1/auth/login', input)).body?.access_token);
});
afterAll(async () => {
  await owner.end();
  await server.stop();
});

const UPDATE = `mutation ($name: String) {
  updateProfile(input: { fullName: $name }) { user { profile { fullName } } }
}`;

/** Statements of the server that wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await owner.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return Number(rows[0]?.count);
}

async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  await owner.query('BEGIN');
  await owner.query('LOCK TABLE user_profiles IN ACCESS EXCLUSIVE MODE');
  try {
    return await work();
  } finally {
    await owner.query('ROLLBACK');
  }
}

const viaGraphql = async () => {
  const { errors } = await server.graphql(UPDATE, { name: 'Late' }, token);
  return errors?.[0]?.extensions.code;
};
const viaRest = async () =>
  (await server.rest('PUT', '/api/v1/users/me', { full_name: 'Late' }, token)).body?.code;
const nameNow = async () => {
  const { body } = await server.rest('GET', '/api/v1/users/me', undefined, token);
  return (body?.profile as { full_name: string | null }).full_name;
};

test.each([
  ['GraphQL', viaGraphql],
  ['GraphQL, as compiled code', viaGraphql],
  ['GraphQL, past Apollo Server', viaGraphql],
  ['REST', viaRest],
])('a request that takes too long is stopped, in PostgreSQL too: %s', async (_way, send) => {
  await whileLocked(async () => {
    const code = send();
    await eventually(async () => expect(await waiting()).toBeGreaterThan(0));
    expect(await code).toBe('TIMED_OUT');
    await eventually(async () => expect(await waiting()).toBe(0));
  });
  expect(await nameNow()).toBeNull();
});

test('the connections serve the next requests as before', async () => {
  await whileLocked(() => Promise.all(Array.from({ length: 20 }, viaGraphql)));
  for (let time = 0; time < 20; time += 1) {
    const { errors } = await server.graphql(UPDATE, { name: `Ada ${time}` }, token);
    expect(errors).toBeUndefined();
  }
  expect(await nameNow()).toBe('Ada 19');
});

test('a connection that is lost costs what waits for it, not the process', async () => {
  const way = await startCuttableConnection(server.databaseUrl);
  const db = createDatabase({
    url: way.url,
    privacy: createPrivacy({ keyRing: testKeyRing() }),
    poolSize: 2,
  });
  const upkeep = createUpkeepPool(way.url, createLog('silent'));
  const nobody = '00000000-0000-4000-8000-000000000000';
  const waits = Promise.allSettled([
    db.$queryRaw`SELECT pg_sleep(60)::text`.then(),
    db.$transaction((tx) => tx.$queryRaw`SELECT pg_sleep(60)::text`),
    upkeep.whileHeld(nobody, (sql) => sql('SELECT pg_sleep(60)')),
  ]);
  const sleepers = `FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active'`;
  await eventually(async () => expect((await owner.query(`SELECT ${sleepers}`)).rowCount).toBe(3));
  way.cut();
  expect((await waits).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  way.mend();
  expect(await db.user.count()).toBe(1);
  await Promise.all([upkeep.close(), db.$disconnect(), way.close()]);
  await owner.query(`SELECT pg_terminate_backend(pid) ${sleepers}`);
});
