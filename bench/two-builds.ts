import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { createLog } from '../src/log.js';
import { createAccounts, loginRequest, refreshRequest, type BenchAccount } from './accounts.js';
import { processorSeconds, startCustodia, type ServerProcess } from './child-processes.js';
import { openRawConnection, type RawConnection } from './raw-connection.js';
import { printComparison, printMachine } from './report.js';
import { inTurns, type Sample } from './rounds.js';
import { findFreePort, productionSettings, startMailSink } from './stage.js';
import { quantile } from './statistics.js';

// `npm run bench:builds -- MAIN [ROUNDS SECONDS]`: signing in and refreshing by this build against those of another one,
// such as that of the commit before (`../before/dist/main.js`), on one database and in turns. Argon2id is as cheap as it
// can be: what is compared is all that is not the hash.

const CONNECTIONS = 8;
const [other, rounds = '7', seconds = '3'] = process.argv.slice(2);
if (other === undefined) throw new Error('Name the file that starts the other build.');

interface Build {
  name: string;
  server: ServerProcess;
  accounts: BenchAccount[];
}

/** What one connection does again and again: sends a request, and takes from the answer what the next one needs. */
type Step = (connection: RawConnection) => Promise<void>;

const dataDir = await mkdtemp(join(tmpdir(), 'custodia-bench-'));
const stops: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
try {
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn') });
  stops.push(() => postgres.stop());
  const mailbox = await startMailSink();
  stops.push(mailbox.stop);
  const origin = `http://127.0.0.1:${await findFreePort()}`;
  const place = { dataDir, databaseUrl: postgres.url, origin, mailPort: mailbox.port };
  // Elsewhere than in production, which refuses so cheap a hash.
  const cheap = {
    NODE_ENV: 'test',
    ARGON2_MEMORY_KIB: '1024',
    ARGON2_TIME_COST: '1',
    ARGON2_PARALLELISM: '1',
  };
  const settings = { ...productionSettings(place), ...cheap };
  const start = async (name: string, main: string) => {
    const own = { ...settings, DATA_DIR: join(dataDir, name) };
    const server = await startCustodia(resolve(main), await findFreePort(), own);
    stops.push(() => server.stop());
    return { name, server };
  };
  const started = [await start('this build', 'dist/main.js'), await start('the other', other)];
  const accounts = await createAccounts(`http://127.0.0.1:${started[0]?.server.port}`, 2 * CONNECTIONS);
  const builds = started.map((build, index) => ({
    ...build,
    accounts: accounts.slice(index * CONNECTIONS, (index + 1) * CONNECTIONS),
  }));
  printMachine();
  const compareBy = (begin: (build: Build, account: BenchAccount) => Promise<Step>) =>
    inTurns(builds, Number(rounds), (build) => measure(build, (account) => begin(build, account)));
  printComparison('login, the hash aside', await compareBy(async (_build, account) => signingIn(account)));
  printComparison('refreshSession', await compareBy(refreshing));
} finally {
  for (const stop of stops.splice(0).reverse()) await stop();
}

/** Signs in again and again. */
function signingIn({ email, password }: BenchAccount): Step {
  const request = loginRequest(email, password);
  return async (connection) => void (await askForTokens(connection, request));
}

/** Signs in, and then exchanges each refresh token for the next. */
async function refreshing({ server }: Build, { email, password }: BenchAccount): Promise<Step> {
  const connection = await openRawConnection('127.0.0.1', server.port);
  let token = await askForTokens(connection, loginRequest(email, password));
  connection.close();
  return async (next) => {
    token = await askForTokens(next, refreshRequest(token));
  };
}

/** Sends a request whose answer holds tokens, and returns the refresh token. */
async function askForTokens(connection: RawConnection, request: Buffer): Promise<string> {
  const { status, body } = await connection.exchange(request);
  const token = /"refreshToken":"([^"]+)"/.exec(body)?.[1];
  if (status !== 200 || token === undefined)
    throw new Error(`A wrong answer: ${status} ${body.slice(0, 500)}`);
  return token;
}

/** One round: each account over a connection of its own. */
async function measure(
  { server, accounts }: Build,
  begin: (account: BenchAccount) => Promise<Step>,
): Promise<Sample> {
  const latencies: number[] = [];
  const drives = await Promise.all(
    accounts.map(async (account) => ({
      step: await begin(account),
      connection: await openRawConnection('127.0.0.1', server.port),
    })),
  );
  const processorBefore = processorSeconds(server.pid);
  const startedAt = performance.now();
  const end = startedAt + Number(seconds) * 1_000;
  const drive = async ({ step, connection }: { step: Step; connection: RawConnection }) => {
    while (performance.now() < end) {
      const sentAt = performance.now();
      await step(connection);
      latencies.push(performance.now() - sentAt);
    }
    connection.close();
  };
  await Promise.all(drives.map(drive));
  const perSecond = latencies.length / ((performance.now() - startedAt) / 1_000);
  const processorMicros = ((processorSeconds(server.pid) - processorBefore) / latencies.length) * 1e6;
  return { perSecond, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), processorMicros };
}
