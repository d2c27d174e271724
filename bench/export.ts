import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { createLog } from '../src/log.js';
import { generateKeyRing } from '../src/privacy/key-ring.js';
import { prepareSubject } from './export-subject.js';

// `npm run bench:export -- 1000000` makes the export of a person with that many events in a process whose heap is
// bounded, and prints how long it took, how large the file is and the peak of the process's memory.

const HEAP_MIB = 96;

const events = Number(process.argv[2] ?? 1_000_000);
const dataDir = await mkdtemp(join(tmpdir(), 'custodia-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn') });
try {
  const ring = generateKeyRing();
  await writeFile(join(dataDir, 'ring.json'), ring, { mode: 0o600 });
  const { exportId, userId } = await prepareSubject({ url: postgres.url, dataDir, events });
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MIB}`,
      fileURLToPath(new URL('export-job.js', import.meta.url)),
      postgres.url,
      dataDir,
      exportId,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`The export failed with ${code}.`);
  const seconds = (performance.now() - started) / 1_000;
  const folder = join(dataDir, 'exports', userId);
  const [file = ''] = await readdir(folder);
  const { size } = await stat(join(folder, file));
  const { heap, rss } = JSON.parse(output) as { heap: number; rss: number };
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  process.stdout.write(
    `${events} events in ${seconds.toFixed(1)} s (${Math.round(events / seconds)}/s), file ${mib(size)}, ` +
      `peak of the heap ${mib(heap)} of ${HEAP_MIB} MiB allowed, of all memory ${mib(rss)}\n`,
  );
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
