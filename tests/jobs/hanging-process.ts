import { createJobs } from '../../src/jobs/jobs.js';
import { createLog } from '../../src/log.js';

// A process that takes a job and never ends it: for tests that kill it. Says `started` when it has the job.

const jobs = createJobs({ databaseUrl: process.argv.at(-1) ?? '', log: createLog('warn', process.stderr) });
jobs.handle(
  'precious',
  () => {
    process.stdout.write('started\n');
    return new Promise(() => {});
  },
  { expireInSeconds: 2, retryDelaySeconds: 0 },
);
await jobs.start();
