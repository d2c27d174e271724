import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { findFreePort } from './server-process.js';

// A real Redis or Valkey, Debian's for example, on a free port; it keeps nothing on disk.

const PLACES = ['/usr/bin/redis-server', '/usr/bin/valkey-server', '/usr/local/bin/redis-server'];

export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

/** The server's executable; null where this machine has none. */
export function findRedis(): string | null {
  return process.env.REDIS_SERVER_PATH ?? PLACES.find((path) => existsSync(path)) ?? null;
}

/** Starts a server, on this port if one is given, and returns once it takes connections. */
export async function startRedis(path: string, port?: string): Promise<RedisServer> {
  const chosen = port ?? (await findFreePort());
  const child = spawn(path, ['--port', chosen, '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await isReady(child);
  return {
    url: `redis://127.0.0.1:${chosen}`,
    /** Also when it has ended already. */
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function isReady(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready to accept connections')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`Redis did not start (exit code ${code}).`)));
  });
}
