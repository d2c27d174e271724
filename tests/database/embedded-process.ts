import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { createLog } from '../../src/log.js';

// Starts the embedded PostgreSQL on the folder of its first argument, says where it is, and stops it when its
// input ends. What keeps it from starting is said on the same line.
try {
  const dataDir = process.argv[2] ?? '';
  const server = await startEmbeddedPostgres({
    dataDir,
    log: createLog('silent'),
    settings: { fsync: 'off' },
  });
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid })}\n`);
  await new Promise((resolve) => process.stdin.on('close', resolve).resume());
  await server.stop();
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: (error as Error).message })}\n`);
}
