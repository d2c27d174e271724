import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJobSetup, until } from './job-setup.js';

let setup: Awaited<ReturnType<typeof createJobSetup>>;

beforeEach(async () => {
  setup = await createJobSetup();
});
afterEach(() => setup.close());

const never = () => new Promise<void>(() => {});

test('a job whose process was killed starts again elsewhere when its time is over', async () => {
  const options = { expireInSeconds: 2, retryDelaySeconds: 0 };
  const surviving = setup.newProcess({ maintenanceIntervalSeconds: 1 });
  const attempts: number[] = [];
  surviving.handle('precious', async (_data, { attempt }) => void attempts.push(attempt), options);

  const doomed = spawn(
    process.execPath,
    ['tests/setup/run-typescript.mjs', 'tests/jobs/hanging-process.ts', setup.url],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const exited = once(doomed, 'exit');
  await until(async () => (await queueNames()).includes('precious'));
  await setup.db.$transaction((tx) => surviving.enqueue(tx, 'precious', { id: '1' }));
  await once(doomed.stdout, 'data');
  doomed.kill('SIGKILL');
  await exited;

  await surviving.start();
  await until(() => attempts.length === 1);
  expect(attempts).toEqual([2]);
});

test('stopping waits for the job that runs, and records its end', async () => {
  const jobs = setup.newProcess();
  let ended = false;
  let started = false;
  jobs.handle('calm', async () => {
    started = true;
    await sleep(300);
    ended = true;
  });
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'calm', { id: '1' }));
  await until(() => started);
  await jobs.stop({ timeout: 5_000 });
  expect(ended).toBe(true);
  expect(await stateOf('calm')).toBe('completed');
  // PostgreSQL notices the end of a connection a moment later.
  await until(async () => (await openConnections()) === 0);
});

test('stopping gives a job back that does not end in time, and aborts it', async () => {
  const jobs = setup.newProcess();
  const signals: AbortSignal[] = [];
  jobs.handle('stubborn', (_data, { signal }) => {
    signals.push(signal);
    return never();
  });
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'stubborn', { id: '1' }));
  await until(() => signals.length === 1);
  await jobs.stop({ timeout: 100 });
  expect(signals[0]?.aborted).toBe(true);
  expect(await stateOf('stubborn')).toBe('retry');
  await until(async () => (await openConnections()) === 0);
});

test('jobs go on after every connection was lost', async () => {
  const jobs = setup.newProcess();
  const done: unknown[] = [];
  jobs.handle('steady', async ({ id }) => void done.push(id), { retryDelaySeconds: 0, expireInSeconds: 1 });
  await jobs.start();
  await cutConnections();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'steady', { id: '1' }));
  await until(() => done.length >= 1);
});

test('stopping twice, or before a start, does no harm', async () => {
  const jobs = setup.newProcess();
  await jobs.stop();
  await jobs.stop();
});

async function cutConnections(): Promise<void> {
  await setup.db.$queryRaw`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'custodia-jobs' AND datname = current_database()`;
}

async function openConnections(): Promise<number> {
  const [row] = await setup.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE application_name = 'custodia-jobs' AND datname = current_database()`;
  return row?.count ?? -1;
}

async function queueNames(): Promise<string[]> {
  const [installed] = await setup.db.$queryRaw<
    { queue: string | null }[]
  >`SELECT to_regclass('pgboss.queue')::text AS queue`;
  if (!installed?.queue) return [];
  const rows = await setup.db.$queryRaw<{ name: string }[]>`SELECT name FROM pgboss.queue`;
  return rows.map(({ name }) => name);
}

async function stateOf(name: string): Promise<string | undefined> {
  const [row] = await setup.db.$queryRaw<{ state: string }[]>`
    SELECT state::text AS state FROM pgboss.job WHERE name = ${name}`;
  return row?.state;
}
