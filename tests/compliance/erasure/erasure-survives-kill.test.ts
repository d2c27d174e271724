import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generateKeyRing, loadKeyRing } from '../../../src/privacy/key-ring.js';
import { REGISTER } from '../../../src/privacy/register.js';
import { ERASURE_STEPS } from '../../../src/services/compliance/erasure/carry-out-erasure.js';
import { planErasure } from '../../../src/services/compliance/erasure/erasure-plan.js';
import { inParallel } from '../../setup/in-parallel.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';
import { beginErasure, openErasureWorkshop, type ErasureWorkshop } from './erasure-workshop.js';

const ring = generateKeyRing();
let database: TestDatabase;
let dataDir: string;
let workshop: ErasureWorkshop;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-erasure-'));
  await writeFile(join(dataDir, 'ring.json'), ring, { mode: 0o600 });
  workshop = await openErasureWorkshop({ url: database.url, dataDir, keyRing: loadKeyRing(ring) });
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await workshop?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Carries out the erasure in a process that ends at `end`; answers the signal that ended it. */
async function runInProcess(erasureId: string, end: string): Promise<NodeJS.Signals | null> {
  const args = ['tests/setup/run-typescript.mjs', 'tests/compliance/erasure/erasure-process.ts'];
  const child = spawn(
    process.execPath,
    [...args, database.url, dataDir, join(dataDir, 'ring.json'), erasureId, end],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

/** What there is of somebody after the erasure, without ids and times. */
async function endState(userId: string): Promise<object> {
  const plan = planErasure(REGISTER);
  const left: Record<string, number> = {};
  for (const { table, owner } of [...plan.deleted, plan.keys]) {
    const { rows } = await client.query(`SELECT 1 FROM "${table}" WHERE "${owner}" = $1`, [userId]);
    if (rows.length > 0) left[table] = rows.length;
  }
  const { rows: users } = await client.query<Record<string, unknown>>('SELECT * FROM users WHERE id = $1', [
    userId,
  ]);
  const { rows: requests } = await client.query<{
    status: string;
    reason: string | null;
    signed: boolean;
    steps: string[];
  }>(
    'SELECT status::text, reason, receipt IS NOT NULL AS signed, steps FROM erasure_requests WHERE user_id = $1',
    [userId],
  );
  const { rows: events } = await client.query<{ action: string; times: string }>(
    `SELECT action, count(*) AS times FROM audit_events WHERE subject_id = $1 AND action IN ('user.erased', 'erasure.completed') GROUP BY 1 ORDER BY 1`,
    [userId],
  );
  const ledger = await readFile(workshop.config.erasureLedgerFile, 'utf8');
  return {
    left,
    account: Object.entries(users[0] ?? {}).flatMap(([name, value]) => (value === null ? [] : [name])),
    requests: requests.map(({ steps, ...rest }) => ({ ...rest, steps: steps.length })),
    events,
    isInLedger: ledger.includes(userId),
  };
}

const DONE = {
  left: {},
  account: ['id', 'is_verified', 'status', 'created_at', 'deleted_at'],
  requests: [{ status: 'COMPLETED', reason: null, signed: true, steps: 8 }],
  events: [
    { action: 'erasure.completed', times: '1' },
    { action: 'user.erased', times: '1' },
  ],
  isInLedger: true,
};

async function killAndFinish(end: string): Promise<NodeJS.Signals | null> {
  const { userId, erasureId } = await beginErasure(workshop, 'ada');
  const signal = await runInProcess(erasureId, end);
  await workshop.erasures.makeSafe();
  await workshop.erasures.carryOut(erasureId);
  await workshop.erasures.carryOut(erasureId); // a job may come twice
  expect(await endState(userId)).toEqual(DONE);
  return signal;
}

const EVERY_MOMENT = ERASURE_STEPS.flatMap((step) => [`before:${step}`, `after:${step}`]);
/** Those after which the outside world differs; `npm run stress:erasure` tries every one. */
const MOMENTS = ['after:access', 'after:ledger', 'before:destroy', 'after:destroy', 'after:receipt'];
const RANDOM_KILLS = Number(process.env.RANDOM_KILLS ?? 0);

test('killed before or after a step and taken up again, an erasure ends the same', async () => {
  await inParallel(RANDOM_KILLS > 0 ? EVERY_MOMENT : MOMENTS, async (end) => {
    expect({ end, signal: await killAndFinish(end) }).toEqual({ end, signal: 'SIGKILL' });
  });
}, 900_000);

test('killed at random moments and taken up again, an erasure ends the same', async () => {
  const signals: unknown[] = [];
  await inParallel(
    Array.from({ length: RANDOM_KILLS || 2 }, () => String(1 + Math.floor(Math.random() * 400))),
    async (end) => void signals.push(await killAndFinish(end)),
  );
  if (RANDOM_KILLS > 0) {
    const killed = signals.filter((signal) => signal === 'SIGKILL').length;
    process.stdout.write(`${killed} of ${signals.length} processes were killed before they had finished.\n`);
  }
}, 1_800_000);

test.each(['access', 'ledger', 'destroy'] as const)(
  'an erasure whose data key is gone before step %s ends the same, open cases too',
  async (step) => {
    const { userId, erasureId } = await beginErasure(workshop, 'ada');
    const open = await workshop.db.dataSubjectRequest.create({
      data: {
        userId,
        type: 'RECTIFICATION',
        channel: 'letter',
        receivedAt: new Date(),
        dueAt: new Date(),
        identityProof: 'ID card',
      },
      select: { id: true },
    });
    const before = ERASURE_STEPS[ERASURE_STEPS.indexOf(step) - 1];
    if (before) await workshop.erasures.carryOut(erasureId, before);
    await client.query('DELETE FROM data_keys WHERE user_id = $1', [userId]);
    await workshop.erasures.makeSafe();
    await workshop.erasures.carryOut(erasureId);
    expect(await endState(userId)).toEqual(DONE);
    const { rows } = await client.query<object>(
      `SELECT type::text, status::text, decision::text FROM data_subject_requests WHERE user_id = $1 ORDER BY type::text`,
      [userId],
    );
    expect(rows).toEqual([
      { type: 'ERASURE', status: 'CLOSED', decision: 'GRANTED' },
      { type: 'RECTIFICATION', status: 'CLOSED', decision: 'WITHDRAWN' },
    ]);
    const closed = await workshop.db.auditEvent.findMany({
      where: { subjectId: userId, action: 'case.closed' },
    });
    expect(closed.map(({ data }) => data)).toContainEqual({ caseId: open.id, decision: 'WITHDRAWN' });
  },
);

test('what was under way while the rows went is swept up', async () => {
  const { userId, erasureId } = await beginErasure(workshop, 'ada');
  await workshop.erasures.carryOut(erasureId, 'destroy');
  // By transactions that had begun before, and waited for the erasure to commit.
  await client.query(
    `INSERT INTO audit_origins (event_id, user_id, at, origin) SELECT gen_random_uuid(), $1, now(), to_jsonb('c1.1.' || repeat('A', 60))`,
    [userId],
  );
  await client.query(`INSERT INTO data_key_rotations (user_id, stage, at) VALUES ($1, 'done', now())`, [
    userId,
  ]);
  await workshop.erasures.carryOut(erasureId);
  expect(await endState(userId)).toEqual(DONE);
});

test('an erasure that cannot begin keeps no other erasure that is due from beginning, or from being taken up', async () => {
  const actors = [];
  for (const name of ['broken', 'ada']) {
    const user = { email: `${name}-${crypto.randomUUID()}@example.com` };
    const { id } = await workshop.db.user.create({ data: user, select: { id: true } });
    await workshop.erasures.request({ actorId: id, origin: { ipAddress: null, userAgent: null } }, null);
    actors.push(id);
  }
  const [broken, due] = actors;
  const stalled = await beginErasure(workshop, 'grace');
  const jobs = async () => {
    const { rows } = await client.query(
      `SELECT 1 FROM pgboss.job WHERE name = 'erasure.carry-out' AND data->>'erasureId' = $1`,
      [stalled.erasureId],
    );
    return rows.length;
  };
  const before = await jobs();
  await client.query(`UPDATE erasure_requests SET started_at = 'epoch' WHERE id = $1`, [stalled.erasureId]);
  await client.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
    CREATE TRIGGER refuse BEFORE UPDATE OF started_at ON erasure_requests
      FOR EACH ROW WHEN (NEW.user_id = '${broken}') EXECUTE FUNCTION refuse()`);
  for (const [userId, moment] of [
    [broken, '1970-01-01'],
    [due, '1970-01-02'],
  ]) {
    await client.query('UPDATE erasure_requests SET scheduled_for = $2 WHERE user_id = $1', [userId, moment]);
  }
  await workshop.erasures.runDue();
  const { rows } = await client.query<{ user_id: string; status: string }>(
    'SELECT user_id, status::text FROM erasure_requests WHERE user_id = ANY ($1)',
    [actors],
  );
  expect(Object.fromEntries(rows.map((row) => [row.user_id, row.status]))).toEqual({
    [broken!]: 'SCHEDULED',
    [due!]: 'RUNNING',
  });
  expect(await jobs()).toBe(before + 1);
  for (let minute = 0; minute < 3; minute += 1) await workshop.erasures.runDue();
  expect(await jobs()).toBe(before + 1);
  await client.query('DROP TRIGGER refuse ON erasure_requests');
  await client.query('DELETE FROM erasure_requests WHERE user_id = $1', [broken]);
});

test('two processes that carry out one erasure at once end the same', async () => {
  const { userId, erasureId } = await beginErasure(workshop, 'ada');
  await Promise.all([runInProcess(erasureId, ''), workshop.erasures.carryOut(erasureId)]);
  expect(await endState(userId)).toEqual(DONE);
});
