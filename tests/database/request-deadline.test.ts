import pg from 'pg';
import { createDatabase, type Database, type Transaction } from '../../src/database/client.js';
import { createUpkeepPool } from '../../src/database/re-sealing/sql.js';
import { createCancellingPool, withDeadline } from '../../src/database/request-deadline.js';
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
  server = await startFullServer({ REQUEST_TIMEOUT: '4s' });
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

/** Whether a statement waits for the lock before the request is answered. */
async function waitsBefore(answer: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  void answer.finally(() => (isOver = true));
  while (!isOver) if ((await waiting()) > 0) return true;
  return false;
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
    // On a busy machine its time may be over before it has come to the lock: then it is sent once more.
    await eventually(async () => {
      const code = send();
      const wasWaiting = await waitsBefore(code);
      expect(await code).toBe('TIMED_OUT');
      expect(wasWaiting).toBe(true);
    });
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

describe('a transaction of a request whose time is up', () => {
  const time = new Date('2030-01-01');
  const write = (tx: Transaction) =>
    tx.idempotentRequest.create({
      data: { id: 'late', fingerprint: '', lockedUntil: time, createdAt: time },
      select: { id: true },
    });
  let db: Database;
  beforeAll(() => {
    const privacy = createPrivacy({ keyRing: testKeyRing() });
    db = createDatabase({ url: server.databaseUrl, privacy, poolSize: 1 });
  });
  afterEach(() => owner.query('DELETE FROM idempotent_requests'));
  afterAll(() => db.$disconnect());

  test('is rolled back in place of its commit, and gives its connection back', async () => {
    await db.$connect();
    let hasWritten = false;
    let goOn = () => {};
    const waits = new Promise<void>((resolve) => (goOn = resolve));
    let transaction: Promise<unknown> = Promise.resolve();
    const request = withDeadline(500, () => {
      transaction = db.$transaction(async (tx) => {
        await write(tx);
        hasWritten = true;
        await waits; // for something that no cancelled statement ends
      });
      transaction.catch(() => undefined);
      return transaction;
    });
    await expect(request).rejects.toMatchObject({ code: 'TIMED_OUT' });
    expect(hasWritten).toBe(true);
    goOn();
    await expect(transaction).rejects.toMatchObject({ code: 'TIMED_OUT' });
    expect(await db.idempotentRequest.count()).toBe(0);
  });

  test('is answered when its commit was under way', async () => {
    await owner.query(`
      CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON idempotent_requests
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit();
      SELECT pg_advisory_lock(7)`);
    const request = withDeadline(1_000, () => db.$transaction(write));
    // Of two timers of the same length, the one set first ends first.
    const timeIsUp = withDeadline(1_000, () => new Promise(() => undefined));
    await eventually(async () => expect(await waiting()).toBe(1));
    await expect(timeIsUp).rejects.toMatchObject({ code: 'TIMED_OUT' });
    await owner.query('SELECT pg_advisory_unlock(7)');
    expect(await request).toEqual({ id: 'late' });
    expect(await db.idempotentRequest.count()).toBe(1);
    await owner.query('DROP TRIGGER slow_commit ON idempotent_requests');
  });
});

test('a pool that has ended has closed its connections: PostgreSQL may stop then, and reports nothing', async () => {
  const pool = createCancellingPool({ connectionString: server.databaseUrl, max: 8 });
  let closed = 0;
  pool.on('remove', () => void (closed += 1));
  const clients = await Promise.all(Array.from({ length: 8 }, () => pool.connect()));
  for (const client of clients) client.release();
  await pool.end();
  expect(closed).toBe(8);
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
