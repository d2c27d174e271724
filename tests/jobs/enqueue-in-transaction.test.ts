import { setTimeout as sleep } from 'node:timers/promises';
import { createJobSetup, until } from './job-setup.js';

let setup: Awaited<ReturnType<typeof createJobSetup>>;
const done: string[] = [];

async function startJobs() {
  const jobs = setup.newProcess();
  jobs.handle('note', async ({ id }) => void done.push(String(id)));
  await jobs.start();
  return jobs;
}

beforeAll(async () => {
  setup = await createJobSetup();
});
beforeEach(() => {
  done.length = 0;
});
afterAll(() => setup.close());

test('a job runs once its transaction has committed, and not before', async () => {
  const jobs = await startJobs();
  await setup.db.$transaction(async (tx) => {
    await jobs.enqueue(tx, 'note', { id: 'committed' });
    await sleep(300);
    expect(done).toEqual([]);
  });
  await until(() => done.length === 1);
  await jobs.stop();
});

test('a rolled back transaction leaves no job', async () => {
  const jobs = await startJobs();
  const attempt = setup.db.$transaction(async (tx) => {
    await jobs.enqueue(tx, 'note', { id: 'rolled back' });
    throw new Error('changed my mind');
  });
  await expect(attempt).rejects.toThrow('changed my mind');
  const rows = await setup.db.$queryRaw`SELECT id FROM pgboss.job WHERE data->>'id' = 'rolled back'`;
  expect(rows).toEqual([]);
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'note', { id: 'next' }));
  await until(() => done.includes('next'));
  expect(done).toEqual(['next']);
  await jobs.stop();
});

test('data arrives as it was given', async () => {
  const jobs = setup.newProcess();
  const data = { text: `quote ' and \\ and ü`, count: 3, yes: true };
  const received: unknown[] = [];
  jobs.handle('echo', async (given, { attempt }) => void received.push(given, attempt));
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'echo', data));
  await until(() => received.length === 2);
  expect(received).toEqual([data, 1]);
  await jobs.stop();
});

test('a job for later waits', async () => {
  const jobs = await startJobs();
  await setup.db.$transaction(async (tx) => {
    await jobs.enqueue(tx, 'note', { id: 'later' }, { startAfter: new Date(Date.now() + 3_600_000) });
    await jobs.enqueue(tx, 'note', { id: 'now' });
  });
  await until(() => done.includes('now'));
  await sleep(200);
  expect(done).toEqual(['now']);
  await jobs.stop();
});

test('a job that nobody ever declared is an error, not a silent loss', async () => {
  const jobs = await startJobs();
  const attempt = setup.db.$transaction((tx) => jobs.enqueue(tx, 'nonsense', { id: 'x' }));
  await expect(attempt).rejects.toThrow('There is no queue for the job nonsense.');
  await jobs.stop();
});

test('a schedule is kept once for all processes', async () => {
  const processes = [setup.newProcess(), setup.newProcess()];
  for (const jobs of processes) {
    jobs.handle('sweep', async () => {});
    jobs.schedule('sweep', '15 3 * * *');
  }
  await Promise.all(processes.map((jobs) => jobs.start()));
  const rows = await setup.db.$queryRaw`SELECT name, cron, timezone FROM pgboss.schedule`;
  expect(rows).toEqual([{ name: 'sweep', cron: '15 3 * * *', timezone: 'UTC' }]);
  await Promise.all(processes.map((jobs) => jobs.stop()));
});
