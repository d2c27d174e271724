import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createPace } from '../../src/database/re-sealing/pace.js';
import { replaceDataKeys } from '../../src/database/re-sealing/replace-data-keys.js';
import { createUpkeepPool } from '../../src/database/re-sealing/sql.js';
import { createWrappedKeys } from '../../src/database/re-sealing/wrapped-keys.js';
import { createLog } from '../../src/log.js';
import { generationOf } from '../../src/privacy/envelope.js';
import { createKeyGenerations } from '../../src/privacy/key-generations.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { eventually } from '../setup/eventually.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

// A request that is in the midst of its transaction for longer than the grace, while the data key of its account is
// replaced: what it has sealed nobody else sees yet, and the key that it lies under must not go.

const privacy = createPrivacy({ keyRing: testKeyRing() });
let database: TestDatabase;
let db: Database;
let pool: ReturnType<typeof createUpkeepPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, privacy, poolSize: 3 });
  pool = createUpkeepPool(database.ownerUrl, createLog('silent'));
});
afterAll(async () => {
  await db.$disconnect();
  await pool.close();
  await database.drop();
});

/** Replaces the key, without a grace; what is about to drop the old generation waits for `mayDrop`. */
function replaceKey(userId: string, reached: () => void, mayDrop: Promise<void>): Promise<void> {
  const isReSealed = async () =>
    (await under(userId)).generation === 2 && (await stageOf(userId)) === 'active';
  const step = async () => {
    if (!(await isReSealed())) return;
    reached();
    await mayDrop;
  };
  return replaceDataKeys({
    ...pool,
    privacy,
    keys: createWrappedKeys(pool.sql, pool.sql, null),
    generations: createKeyGenerations(testKeyRing().encryption),
    pace: { step, rest: (milliseconds) => createPace(null).rest(milliseconds) },
    since: new Date(Date.now() + 60_000),
    userId,
    grace: 0,
    onRow: ({ error }) => expect(error).toBeNull(),
  });
}

async function under(userId: string) {
  const [row] = await pool.sql<{ email: string; key: string }>(
    'SELECT email, wrapped_key AS key FROM users JOIN data_keys ON user_id = id WHERE id = $1',
    [userId],
  );
  return { generation: generationOf(row!.email), wrapped: row!.key };
}

const stageOf = async (userId: string) => (await db.dataKeyRotation.findUnique({ where: { userId } }))?.stage;

test('the old key stays until the request has ended, and then nothing lies under it', async () => {
  const { id } = await db.user.create({ data: { email: 'ada@example.com' } });
  const read = await privacy.dataKeys.open(id, (await under(id)).wrapped); // by the request, before it stalls
  let drop = () => {};
  const mayDrop = new Promise<void>((resolve) => (drop = resolve));
  let reached = () => {};
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const rotation = replaceKey(id, () => reached(), mayDrop);
  await Promise.race([isReached, rotation]);

  const request = new pg.Client({ connectionString: database.ownerUrl });
  request.on('error', () => undefined); // the database is dropped beneath it where the test fails
  await request.connect();
  await request.query('BEGIN');
  await request.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [id]);
  const sessionId = randomUUID();
  const sealed = privacy.seal(read, { model: 'Session', field: 'ipAddress', rowId: sessionId }, '192.0.2.1');
  expect(generationOf(sealed)).toBe(1);
  await request.query(
    `INSERT INTO sessions (id, user_id, expires_at, auth_time, ip_address) VALUES ($1, $2, now(), now(), $3)`,
    [sessionId, id, sealed],
  );
  drop();
  await eventually(async () => {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
      AND wait_event_type = 'Lock' AND query = 'SELECT 1 FROM users WHERE id = $1::uuid FOR UPDATE'`;
    expect(await pool.sql(waiting)).toHaveLength(1);
    expect(await stageOf(id)).toBe('active');
  });
  await request.query('COMMIT');
  await request.end();
  await rotation;
  expect(await stageOf(id)).toBe('done');
  expect(await db.session.findUnique({ where: { id: sessionId } })).toMatchObject({ ipAddress: '192.0.2.1' });
  const [row] = await pool.sql<{ ip: string }>('SELECT ip_address AS ip FROM sessions');
  expect(generationOf(row!.ip)).toBe(2);
});
