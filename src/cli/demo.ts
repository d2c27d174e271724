import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../app/start-server.js';
import { readConfig } from '../config.js';
import { createLog } from '../log.js';
import { liveOneAccount } from './demo/account-life.js';
import { createDemoClient } from './demo/client.js';
import { createMailbox } from './demo/mailbox.js';
import { shortenTokens } from './demo/show.js';

// `npm run demo [-- URL]`: drives a server through the life of one account and shows each operation with its
// answer. The environment that `npm start` was given leads it to the server (PORT, PUBLIC_URL) and its mails
// (DATA_DIR). Without a running server it starts one in a folder of its own, and removes both afterwards.

const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface DemoServer {
  url: string;
  dataDir: string;
  stop(): Promise<void>;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch {
    return false;
  }
}

/** The server at the address that was given or at the configured one; else one of our own. */
async function findServer(given: string | undefined): Promise<DemoServer> {
  const { PORT, PUBLIC_URL, DATA_DIR } = process.env;
  const { publicUrl, dataDir } = readConfig({ NODE_ENV: 'development', PORT, PUBLIC_URL, DATA_DIR }).config;
  const url = given ?? publicUrl;
  if (await answers(url)) {
    print(`Using the server at ${url}`);
    return { url, dataDir, stop: async () => undefined };
  }
  if (given !== undefined) throw new Error(`No server answers at ${given}.`);
  print(`No server answers at ${url}: starting one for this demo.`);
  return startOwnServer();
}

async function startOwnServer(): Promise<DemoServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-demo-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    const { config } = readConfig({
      NODE_ENV: 'development',
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    });
    const server = await startServer(config, {
      log: createLog(config.logLevel),
      print: (line) => print(shortenTokens(line)),
    });
    return { url: server.url, dataDir, stop: () => server.stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function run(): Promise<void> {
  const server = await findServer(process.argv[2]);
  try {
    const client = createDemoClient(server.url, print);
    const mailbox = createMailbox(server.dataDir);
    await Promise.race([liveOneAccount({ client, mailbox, print }), interruption()]);
    print('\nThe demo ran to its end: every answer was the expected one.');
  } finally {
    await server.stop();
  }
}

/** Rejects when somebody presses Ctrl-C, so that a server of our own is stopped and its folder removed. */
function interruption(): Promise<never> {
  return new Promise((_resolve, reject) =>
    process.once('SIGINT', () => reject(new Error('it was interrupted.'))),
  );
}

// `npm run demo | head`: the server of our own is to be stopped all the same.
process.stdout.on('error', () => undefined);

await run().catch((error: unknown) => {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
