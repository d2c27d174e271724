import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = 'dist/main.js';
const START_ATTEMPTS = 240;

export interface AccountServerOptions {
  port: number;
  /** Where browsers reach the application, and the account server behind it. */
  origin: string;
  /** Further settings; DATA_DIR and DATABASE_URL among them. */
  env: NodeJS.ProcessEnv;
}

/** Starts the account server for an application that hands its requests on; done when it answers. */
export async function startAccountServer({ port, origin, env }: AccountServerOptions) {
  const url = `http://127.0.0.1:${port}`;
  if (await isReady(url)) throw new Error(`Another server answers at ${url} already; choose another --port.`);
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...env,
      HOST: '127.0.0.1',
      PORT: String(port),
      // Tokens are issued, and links in mails lead, where the browser is: to the application's origin.
      PUBLIC_URL: origin,
      APP_URL: origin,
      // The application's proxy names the client in X-Forwarded-For.
      TRUSTED_PROXIES: '1',
    },
    // Its mails come as files, and the links in them on its standard output.
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  // Vite ends this process by itself at a SIGTERM: the account server does not outlive it.
  process.once('exit', () => child.kill('SIGTERM'));

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
  }

  for (let attempt = 0; attempt < START_ATTEMPTS && child.exitCode === null; attempt += 1) {
    if (await isReady(url)) return { url, ended, stop };
    await sleep(250);
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
