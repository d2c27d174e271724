/**
 * How long the import of 100,000 accounts with bcrypt hashes takes, and how much memory: `npm run bench:import`. The
 * operators' command itself, as a process of its own, on an embedded PostgreSQL of this run.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { createLog } from '../src/log.js';
import { processorSeconds } from './child-processes.js';
import { printMachine } from './report.js';

const ACCOUNTS = Number(process.argv[2] ?? 100_000);

const dataDir = await mkdtemp(join(tmpdir(), 'custodia-import-'));
const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('silent') });
try {
  const file = join(dataDir, 'accounts.jsonl');
  await writeAccounts(file);
  await measure(file, postgres.url);
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function writeAccounts(file: string): Promise<void> {
  const out = createWriteStream(file);
  for (let made = 0; made < ACCOUNTS; made += 1) {
    // Salt and tag at random: what they say does not matter until somebody signs in.
    const hash = `$2b$12$${randomBytes(53).toString('hex').slice(0, 53)}`;
    const profile = { fullName: `Person ${made}`, phoneNumber: `+49301${String(made).padStart(7, '0')}` };
    const record = { email: `person${made}@example.com`, isVerified: true, passwordHash: hash, profile };
    if (!out.write(`${JSON.stringify(record)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

async function measure(file: string, databaseUrl: string): Promise<void> {
  const started = performance.now();
  const child = spawn(process.execPath, [resolve('dist/cli/custodia.js'), 'users', 'import', file], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: join(dataDir, 'data'),
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  const memory: number[] = [];
  let processor = 0;
  const sample = async () => {
    while (child.exitCode === null && child.signalCode === null) {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN);
      if (!Number.isNaN(kilobytes)) memory.push(kilobytes / 1024);
      processor = Math.max(processor, processorSeconds(child.pid ?? 0) || 0);
      await pause(250);
    }
  };
  await Promise.all([ended, sample()]);
  const seconds = (performance.now() - started) / 1_000;
  printMachine();
  const part = (from: number, to: number) =>
    Math.max(...memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to))).toFixed(0);
  console.log(`\n${ACCOUNTS} accounts in ${seconds.toFixed(1)} s (${(ACCOUNTS / seconds).toFixed(0)}/s)`);
  console.log(`processor time of the command: ${processor.toFixed(1)} s (without PostgreSQL's)`);
  console.log(
    `resident memory, most in each third of the time: ${part(0, 1 / 3)}, ${part(1 / 3, 2 / 3)}, ${part(2 / 3, 1)} MiB`,
  );
}
