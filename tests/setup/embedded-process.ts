import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from '../../src/database/embedded/running-process.js';

export interface EmbeddedProcess {
  child: ChildProcess;
  url: string;
  /** The postmaster's process id. */
  pid: number;
  /** Ends the process by closing its input, and with it its PostgreSQL. */
  stop: () => Promise<void>;
}

const started: ChildProcess[] = [];

/** Starts an embedded PostgreSQL from a Node process of its own, as `user` or as the one that runs the tests. */
export async function startElsewhere(
  dataDir: string,
  user: { uid?: number; gid?: number } = {},
): Promise<EmbeddedProcess> {
  const args = ['tests/setup/run-typescript.mjs', 'tests/database/embedded-process.ts', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], ...user });
  started.push(child);
  const [chunk] = await firstOutput(child);
  const said = JSON.parse(chunk.toString()) as { url: string; pid: number; error?: string };
  if (said.error !== undefined) throw new Error(said.error);
  const stop = async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return { child, url: said.url, pid: said.pid, stop };
}

/** What the child says first; rejects when it can't be started or ends without a word. */
async function firstOutput(child: ChildProcess): Promise<[Buffer]> {
  const silent = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The process said nothing and ended with ${String(signal ?? code)}.`);
  });
  return Promise.race([once(child.stdout!, 'data') as unknown as Promise<[Buffer]>, silent]);
}

/** Ends what a failed test left running. */
export async function endAllElsewhere(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.stdin?.end();
    await waitUntil(() => child.exitCode !== null, 30_000);
  }
}
