import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { build, createServer, preview } from 'vite';
import { startAccountServer } from './account-server.js';

// `npm run example:spa [-- --port 4300] [--dev]`: the account server, and in front of it, on one origin, the application.
// With `--dev` Vite serves the sources and follows changes of them; else the application is built first.

const CONFIG = 'examples/spa/vite.config.ts';
const DATA_DIR = '.data/example-spa';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '4300' }, dev: { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  const origin = `http://localhost:${port}`;
  const accounts = await startAccountServer({
    port: port + 1,
    origin,
    env: { DATA_DIR, LOG_LEVEL: 'warn', ...process.env },
  });
  process.env.CUSTODIA_URL = accounts.url;
  const app = await serveApp(port, values.dev).catch(async (error: unknown) => {
    await accounts.stop();
    throw error;
  });
  print(`\nOpen ${origin} and register. Links in mails are printed here. Ctrl-C ends it.\n`);
  try {
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), accounts.ended]);
  } finally {
    await Promise.all([accounts.stop(), app.close()]);
  }
}

async function serveApp(port: number, isDevelopment: boolean): Promise<{ close(): Promise<void> }> {
  const common = { configFile: CONFIG, logLevel: 'warn' } as const;
  if (isDevelopment) {
    const server = await createServer({ ...common, server: { port } });
    return server.listen();
  }
  await build(common);
  return preview({ ...common, preview: { port } });
}

await run().catch((error: unknown) => {
  process.stderr.write(`The example failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
