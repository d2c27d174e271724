import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findStartMark, waitUntil } from '../../src/database/embedded/running-process.js';

// The built server (`dist/main.js`; `npm test` builds it) as a process of its own.

export interface ServerProcess {
  child: ChildProcess;
  /** Settles with the exit code, or null when a signal ended the process. */
  ended: Promise<number | null>;
  /** What it wrote so far, on both streams. */
  output: () => string;
}

export interface ReadyServer extends ServerProcess {
  url: string;
}

/** How long a start may take on a machine that does much else besides; milliseconds. */
const START_LIMIT = 120_000;
const SETTINGS = {
  NODE_ENV: 'development',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'warn',
  ARGON2_MEMORY_KIB: '19456',
  ARGON2_TIME_COST: '2',
  ARGON2_PARALLELISM: '1',
  // All tests come from one address.
  GUARD_REGISTRATIONS_PER_HOUR: '1000000',
};
const started: ServerProcess[] = [];

/** How README starts it, without the build before; npm neither looks for a newer one of itself nor keeps logs. */
const NPM = ['npm', 'start', '--ignore-scripts', '--no-update-notifier', '--logs-max=0'] as const;

interface Way {
  /** `npm start` instead, as the leader of a process group, as a terminal starts it. */
  throughNpm?: boolean;
}

/** Starts the server with nothing in its environment but these settings (undefined: unset), and returns at once. */
export function spawnServer(
  settings: Record<string, string | undefined>,
  { throughNpm = false }: Way = {},
): ServerProcess {
  const { PATH, HOME } = process.env;
  const [program, ...args] = throughNpm ? NPM : ([process.execPath, 'dist/main.js'] as const);
  const child = spawn(program, args, {
    env: { PATH, HOME, ...SETTINGS, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: throughNpm,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const server = { child, ended, output: () => text };
  started.push(server);
  return server;
}

/** Starts the server and returns once it says that it is ready. */
export async function startServer(
  settings: Record<string, string | undefined>,
  way: Way = {},
): Promise<ReadyServer> {
  const server = spawnServer(settings, way);
  const find = () => /Custodia is ready at (\S+)/.exec(server.output())?.[1];
  await waitUntil(() => find() !== undefined || hasEnded(server), START_LIMIT);
  const url = find();
  if (url === undefined) throw new Error(`The server did not start: ${server.output()}`);
  return { ...server, url: settings.PORT === undefined ? url : `http://127.0.0.1:${settings.PORT}` };
}

/**
 * A port that nobody listens on now, for a server whose PUBLIC_URL does not tell it, or that comes back on it.
 * It lies below those that systems give to connections and to listeners on port 0 (Linux: 32768 and up; RFC 6335:
 * 49152 and up), so that nothing takes it before the server does.
 */
export async function findFreePort(): Promise<string> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return String(port);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => void probe.close(() => resolve(true)));
  });
}

/** Sends the signal and returns the exit code. */
export async function stopServer(
  { child, ended }: ServerProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | null> {
  child.kill(signal);
  return ended;
}

/** Sends the signal to npm and to the server alike, as Ctrl-C at a terminal does. False when neither is there. */
export function signalGroup({ child }: ServerProcess, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-child.pid!, signal);
  } catch {
    return false;
  }
}

/** Ends every server that is still running, and its PostgreSQL with it. */
export async function stopAllServers(): Promise<void> {
  await Promise.all(
    started.splice(0).map(async (server) => {
      if (hasEnded(server)) return;
      server.child.kill('SIGTERM');
      if (!(await waitUntil(() => hasEnded(server), 10_000))) await stopServer(server, 'SIGKILL');
    }),
  );
}

/** The process id of the embedded PostgreSQL of a data folder. */
export async function findPostgresPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

/** Whether the process is gone, now or within half a minute. */
export async function isGone(pid: number): Promise<boolean> {
  return waitUntil(async () => (await findStartMark(pid)) === null, 30_000);
}

function hasEnded({ child }: ServerProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export interface Account {
  email: string;
  password: string;
}

/** Signs a new person up over REST. */
export async function signUp(url: string): Promise<Account> {
  const account = {
    email: `${randomBytes(6).toString('hex')}@example.com`,
    password: randomBytes(12).toString('base64url'),
  };
  const response = await post(`${url}/api/v1/auth/register`, account);
  if (response.status !== 201) throw new Error(`Signing up answered ${response.status}.`);
  return account;
}

/** Signs in over REST and returns the access token. */
export async function signIn(url: string, account: Account): Promise<string> {
  const response = await post(`${url}/api/v1/auth/login`, account);
  if (response.status !== 200) throw new Error(`Signing in answered ${response.status}.`);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
