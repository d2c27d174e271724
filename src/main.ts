import { findKeyRingProblems } from './app/key-ring.js';
import { startServer } from './app/start-server.js';
import { SECOND } from './clock.js';
import { ConfigError, readConfig } from './config.js';
import { StartError } from './database/start-error.js';
import { createLog } from './log.js';
import { KeyRingError } from './privacy/privacy-errors.js';

/** A stop that takes longer than this is cut short. */
const STOP_LIMIT = 9 * SECOND;

const BY_SIGNAL = 'Asked to stop.';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

// Whoever reads our output may go away first: with `npm start | tee log`, Ctrl-C ends `tee` at once.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

await run().catch(fail);

async function run(): Promise<void> {
  const { config, warnings } = readConfig(process.env, findKeyRingProblems);
  const log = createLog(config.logLevel);
  for (const warning of warnings) print(`Warning: ${warning}`);
  const stopRequested = waitForSignal();
  const server = await startServer(config, { log, print });
  print(`Custodia is ready at ${server.url}`);
  print(
    `  GraphQL  ${server.url}/graphql${config.environment === 'production' ? '' : ' (Apollo Sandbox in a browser)'}`,
  );
  print(`  REST     ${server.url}/api/v1/openapi.json`);
  if (config.smtpUrl === null) print(`  Mails    ${config.dataDir}/mail`);
  const reason = await Promise.race([stopRequested, server.broken]);
  print(`${reason} Stopping.`);
  await server.stop();
  process.exit(reason === BY_SIGNAL ? 0 : 1);
}

/**
 * From the first signal on the process has `STOP_LIMIT` to end, also when it comes amid the start. Further ones change
 * nothing: one Ctrl-C under `npm start` comes twice, from the terminal and from npm, and requests are still under way.
 */
function waitForSignal(): Promise<string> {
  const requested = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(BY_SIGNAL));
  });
  void requested.then(() => setTimeout(cutShort, STOP_LIMIT).unref());
  return requested;
}

function cutShort(): never {
  print('The stop took too long and was cut short.');
  process.exit(1);
}

/** What the operator can mend is said in its own words; anything else is a defect and keeps its stack. */
function fail(error: unknown): never {
  const mendable =
    error instanceof ConfigError || error instanceof StartError || error instanceof KeyRingError;
  const text = mendable
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
