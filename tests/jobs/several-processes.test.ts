import { setTimeout as sleep } from 'node:timers/promises';
import { createJobSetup, until } from './job-setup.js';

let setup: Awaited<ReturnType<typeof createJobSetup>>;

beforeEach(async () => {
  setup = await createJobSetup();
});
afterEach(() => setup.close());

test('processes that start at once on an empty database share the jobs: each runs once', async () => {
  const runs: string[] = [];
  const workers = new Set<number>();
  const processes = [1, 2, 3, 4].map((number) => {
    const jobs = setup.newProcess();
    for (const name of ['share', 'other', 'third']) {
      jobs.handle(
        name,
        async ({ id }) => {
          runs.push(String(id));
          workers.add(number);
          await sleep(5);
        },
        { concurrency: 2 },
      );
    }
    return jobs;
  });
  await Promise.all(processes.map((jobs) => jobs.start()));

  const ids = Array.from({ length: 60 }, (_, index) => `job ${index}`);
  await setup.db.$transaction(async (tx) => {
    for (const id of ids) await processes[0]?.enqueue(tx, 'share', { id });
  });
  await until(() => runs.length >= ids.length);
  await sleep(200);
  expect([...runs].sort()).toEqual([...ids].sort());
  expect(workers.size).toBeGreaterThan(1);
});

test('no more jobs of one name run in a process than allowed', async () => {
  const jobs = setup.newProcess();
  let running = 0;
  let most = 0;
  let ended = 0;
  jobs.handle(
    'narrow',
    async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(30);
      running -= 1;
      ended += 1;
    },
    { concurrency: 3 },
  );
  await jobs.start();
  await setup.db.$transaction(async (tx) => {
    for (let id = 0; id < 12; id += 1) await jobs.enqueue(tx, 'narrow', { id });
  });
  await until(() => ended === 12);
  expect(most).toBe(3);
});

test('a later start brings the options of a queue up to date', async () => {
  for (const retryLimit of [2, 7]) {
    const jobs = setup.newProcess();
    jobs.handle('tuned', async () => {}, { retryLimit });
    await jobs.start();
    await jobs.stop();
  }
  const rows = await setup.db
    .$queryRaw`SELECT retry_limit, dead_letter FROM pgboss.queue WHERE name = 'tuned'`;
  expect(rows).toEqual([{ retry_limit: 7, dead_letter: 'tuned.dead' }]);
});
