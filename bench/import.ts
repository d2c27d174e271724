/**
 * How long the import of 100,000 accounts with bcrypt hashes takes, and how much memory: `npm run bench:import`, or
 * `npm run bench:import -- 1000000`. One line in 50 besides is broken. The operators' command itself, as a process of its
 * own, on an embedded PostgreSQL of this run. It ends with an error when a line became something else than it must, or
 * when memory grew with the file.
 */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { createLog } from '../src/log.js';
import { processorSeconds } from './child-processes.js';
import { checkImportReport, writeImportFile, type ImportFile } from './import-file.js';
import { printMachine } from './report.js';

const ACCOUNTS = Number(process.argv[2] ?? 100_000);
/** Of the most before the last third of the time; garbage is collected when it is convenient. */
const GROWTH = 1.25;
/** A shorter run only shows a process that fills its memory for the first time; seconds. */
const SETTLED = 60;

const dataDir = await mkdtemp(join(tmpdir(), 'custodia-import-'));
const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('silent') });
try {
  const path = join(dataDir, 'accounts.jsonl');
  const file = await writeImportFile(path, ACCOUNTS);
  await measure(path, file, postgres.url);
  await requireAccounts(postgres.url);
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** What the report says is there. */
async function requireAccounts(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const count = async (table: string) =>
    Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count);
  const found = [await count('users'), await count("audit_events WHERE action = 'user.imported'")];
  await client.end();
  if (found.some((rows) => rows !== ACCOUNTS)) throw new Error(`In the database: ${found.join(' and ')}`);
}

async function measure(path: string, file: ImportFile, databaseUrl: string): Promise<void> {
  const started = performance.now();
  const child = spawn(process.execPath, [resolve('dist/cli/custodia.js'), 'users', 'import', path], {
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
    Math.max(...memory.slice(Math.floor(memory.length * from), Math.ceil(memory.length * to)));
  const thirds = [part(0, 1 / 3), part(1 / 3, 2 / 3), part(2 / 3, 1)];
  console.log(`\n${ACCOUNTS} accounts in ${seconds.toFixed(1)} s (${(ACCOUNTS / seconds).toFixed(0)}/s)`);
  console.log(`load of the machine over the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)}`);
  console.log(`processor time of the command: ${processor.toFixed(1)} s (without PostgreSQL's)`);
  console.log(
    `resident memory, most in each third of the time: ${thirds.map((most) => most.toFixed(0)).join(', ')} MiB`,
  );
  console.log('\nEach line became what it must:');
  for (const [kind, count] of await checkImportReport(`${path}.report.jsonl`, file))
    console.log(`${String(count).padStart(9)}  ${kind}`);
  if (seconds > SETTLED && part(2 / 3, 1) > GROWTH * part(0, 2 / 3))
    throw new Error('Memory grew with the file.');
}
