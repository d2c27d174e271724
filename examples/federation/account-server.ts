import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = 'dist/main.js';
const START_ATTEMPTS = 120;

export interface AccountServer {
  url: string;
  stop(): Promise<void>;
}

/** The account server at this address; where none answers, one of our own, in a folder that goes with it. */
export async function findAccountServer(url: string, print: (line: string) => void): Promise<AccountServer> {
  if (await isReady(url)) {
    print(`Using the account server at ${url}`);
    return { url, stop: async () => undefined };
  }
  print(`No account server answers at ${url}: starting one.`);
  return startAccountServer(url);
}

async function startAccountServer(url: string): Promise<AccountServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-federation-'));
  const { hostname, port } = new URL(url);
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, HOST: hostname, PORT: port, DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
  for (let attempt = 0; attempt < START_ATTEMPTS && child.exitCode === null; attempt += 1) {
    if (await isReady(url)) return { url, stop };
    await sleep(500);
  }
  await stop();
  throw new Error(`The account server did not start at ${url}.`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** Registers somebody and signs them in. */
export async function signUp(url: string, name: string): Promise<{ id: string; token: string }> {
  const email = `${name.toLowerCase()}-${randomUUID()}@example.com`;
  const credentials = { email, password: 'correct horse battery staple' };
  const { id } = await post(url, '/api/v1/auth/register', { ...credentials, full_name: name });
  const { access_token: token } = await post(url, '/api/v1/auth/login', credentials);
  return { id: String(id), token: String(token) };
}

async function post(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  return (await response.json()) as Record<string, unknown>;
}
