import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../setup/eventually.js';
import { startFullServer } from '../setup/full-server.js';

const VITE = 'node_modules/vite/bin/vite.js';
const CONFIG = ['--config', 'examples/spa/vite.config.ts', '--logLevel', 'error'];

/** The application as `npm run example:spa` serves it, built, in front of an account server of this process. */
export async function startSpa() {
  const outDir = await mkdtemp(join(tmpdir(), 'custodia-spa-'));
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const [server] = await Promise.all([
    startFullServer({ PUBLIC_URL: origin, APP_URL: origin, TRUSTED_PROXIES: '1' }),
    build(outDir),
  ]);
  const preview = vite(['preview', '--port', String(port), '--outDir', outDir], { CUSTODIA_URL: server.url });
  await eventually(async () => expect((await fetch(origin)).ok).toBe(true));
  return {
    origin,
    server,
    async stop(): Promise<void> {
      preview.kill();
      await once(preview, 'exit');
      await server.stop();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

async function build(outDir: string): Promise<void> {
  const [code] = (await once(vite(['build', '--outDir', outDir]), 'exit')) as [number | null];
  if (code !== 0) throw new Error('The application does not build.');
}

function vite(args: string[], env: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, [VITE, ...args, ...CONFIG], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
