import { once } from 'node:events';

/** Ends the PostgreSQL that start-postgres.ts started. */
export default async function stopPostgres(): Promise<void> {
  // `jest --watch` starts another one later.
  if (globalThis.usualTemporaryFolder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = globalThis.usualTemporaryFolder;
  const child = globalThis.testPostgres;
  if (!child || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  await ended;
}
