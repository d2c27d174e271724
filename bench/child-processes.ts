import { fork, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BareServerJob } from './bare-server.js';
import type { LoadJob, LoadResult } from './load.js';

export interface ServerProcess {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** Starts the built server as an operator would and waits until it says that it is ready. */
export async function startCustodia(
  mainFile: string,
  port: number,
  env: Record<string, string>,
  nodeOptions: string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...nodeOptions, mainFile], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env, PORT: String(port) },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`Custodia ended with ${child.exitCode} at its start`);
    if (Date.now() > deadline) throw new Error('Custodia did not become ready');
    await sleep(100);
  }
  return { pid: child.pid ?? 0, port, stop: () => stopChild(child) };
}

/** Starts the bare server; it picks its port. */
export async function startBareServer(job: BareServerJob): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL('./bare-server.js', import.meta.url)));
  child.send(job);
  const { port } = await nextMessage<{ port: number }>(child);
  return { pid: child.pid ?? 0, port, stop: () => stopChild(child) };
}

export interface LoadGenerator {
  run(job: LoadJob): Promise<LoadResult>;
  stop(): Promise<void>;
}

/** Starts the load generator: one process for the whole run, so that it is warm for every round. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(fileURLToPath(new URL('./load.js', import.meta.url)));
  return {
    async run(job) {
      child.send(job);
      const answer = await nextMessage<{ result?: LoadResult; error?: string }>(child);
      if (answer.result === undefined) throw new Error(`The load generator failed: ${answer.error}`);
      return answer.result;
    },
    stop: () => stopChild(child),
  };
}

/** Seconds of processor time that a process has used so far; NaN where there is no /proc. */
export function processorSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A child process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
