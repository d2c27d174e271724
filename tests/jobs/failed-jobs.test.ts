import { PermanentFailure } from '../../src/jobs/job-failure.js';
import { createJobSetup, until } from './job-setup.js';

let setup: Awaited<ReturnType<typeof createJobSetup>>;

beforeEach(async () => {
  setup = await createJobSetup();
});
afterEach(() => setup.close());

/** An error as mail servers cause it: personal data in its message and its fields. */
function leakyError(): Error {
  return Object.assign(new Error('550 <ada@example.com> unknown'), {
    code: 'EENVELOPE',
    rejected: ['ada@example.com'],
  });
}

async function everythingStored(): Promise<string> {
  const rows = await setup.db.$queryRaw`
    SELECT row_to_json(j)::text AS row FROM pgboss.job j
    UNION ALL SELECT row_to_json(a)::text FROM pgboss.archive a`;
  return JSON.stringify(rows);
}

test('a failed attempt is repeated until it succeeds', async () => {
  const jobs = setup.newProcess();
  const attempts: number[] = [];
  jobs.handle(
    'flaky',
    async (_data, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw leakyError();
    },
    { retryLimit: 5, retryDelaySeconds: 0 },
  );
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'flaky', { id: '1' }));
  await until(() => attempts.length === 3);
  expect(attempts).toEqual([1, 2, 3]);
});

test('a job that used up its attempts is logged, cleared up after and ends in the dead letters', async () => {
  const jobs = setup.newProcess();
  const dead: unknown[] = [];
  let attempts = 0;
  jobs.handle(
    'doomed',
    async () => {
      attempts += 1;
      throw leakyError();
    },
    { retryLimit: 1, retryDelaySeconds: 0, onDead: async (data) => void dead.push(data) },
  );
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'doomed', { id: '42' }));
  await until(() => dead.length === 1);
  expect(attempts).toBe(2);
  expect(dead).toEqual([{ id: '42' }]);
  expect(setup.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      job: 'doomed',
      msg: expect.stringContaining('given up') as string,
    }),
  );
});

test('a permanent failure is not tried again', async () => {
  const jobs = setup.newProcess();
  const dead: unknown[] = [];
  let attempts = 0;
  jobs.handle(
    'refused',
    async () => {
      attempts += 1;
      throw new PermanentFailure('refused_by_somebody', { cause: leakyError() });
    },
    { retryLimit: 5, retryDelaySeconds: 0, onDead: async (data) => void dead.push(data) },
  );
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'refused', { id: '42' }));
  await until(() => dead.length === 1);
  expect(attempts).toBe(1);
  expect(setup.lines).toContainEqual(
    expect.objectContaining({ job: 'refused', reason: 'refused_by_somebody' }),
  );
});

test('neither the tables nor the log keep what an error says', async () => {
  const jobs = setup.newProcess();
  const dead: unknown[] = [];
  const onDead = async (data: unknown) => void dead.push(data);
  jobs.handle('leaky', () => Promise.reject(leakyError()), { retryLimit: 1, retryDelaySeconds: 0, onDead });
  jobs.handle('final', () => Promise.reject(new PermanentFailure('no', { cause: leakyError() })), { onDead });
  await jobs.start();
  await setup.db.$transaction(async (tx) => {
    await jobs.enqueue(tx, 'leaky', { id: '1' });
    await jobs.enqueue(tx, 'final', { id: '2' });
  });
  await until(() => dead.length === 2);
  const stored = await everythingStored();
  expect(stored).toContain('EENVELOPE');
  expect(stored).not.toContain('ada@');
  expect(JSON.stringify(setup.lines)).toContain('EENVELOPE');
  expect(JSON.stringify(setup.lines)).not.toContain('ada@');
});

test('an attempt that takes too long is aborted and repeated', async () => {
  const jobs = setup.newProcess();
  const reasons: unknown[] = [];
  jobs.handle(
    'slow',
    (_data, { signal }) => {
      if (reasons.length > 0) return Promise.resolve(void reasons.push('second attempt'));
      return new Promise(() => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
      });
    },
    { expireInSeconds: 1, retryDelaySeconds: 0 },
  );
  await jobs.start();
  await setup.db.$transaction((tx) => jobs.enqueue(tx, 'slow', { id: '1' }));
  await until(() => reasons.length === 2);
  expect(reasons).toEqual(['expired', 'second attempt']);
});
