import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { createLog } from '../src/log.js';
import { generateKeyRing } from '../src/privacy/key-ring.js';
import { createAccounts, type BenchAccount } from './accounts.js';
import { createBareDatabase } from './bare-database.js';
import type { BareServerJob } from './bare-server.js';
import {
  startBareServer,
  startCustodia,
  startLoadGenerator,
  type LoadGenerator,
  type ServerProcess,
} from './child-processes.js';

/** Everything that a run needs, started; `stop` leaves nothing behind. */
export interface Stage {
  custodia: ServerProcess;
  /** Starts a second process of Custodia on the same database. */
  startSecond(): Promise<ServerProcess>;
  bare: ServerProcess;
  generator: LoadGenerator;
  accounts: BenchAccount[];
  stop(): Promise<void>;
}

const ACCOUNTS = 32;

/** Starts PostgreSQL, both servers as processes of their own, and makes the same accounts in both. */
export async function startStage({ profileDir }: { profileDir: string | undefined }): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn') });
    stops.push(() => postgres.stop());
    const mailbox = await startMailSink();
    stops.push(mailbox.stop);
    const port = await findFreePort();
    const origin = `http://127.0.0.1:${port}`;
    const settings = productionSettings({
      dataDir,
      databaseUrl: postgres.url,
      origin,
      mailPort: mailbox.port,
    });
    const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileDir)}`];
    const custodia = await startCustodia(resolve('dist/main.js'), port, settings, profiling);
    stops.push(() => custodia.stop());
    const startSecond = async () => {
      const second = { ...settings, DATA_DIR: join(dataDir, 'second') };
      const server = await startCustodia(resolve('dist/main.js'), await findFreePort(), second);
      stops.push(() => server.stop());
      return server;
    };
    const accounts = await createAccounts(origin, ACCOUNTS);
    const bare = await startBareServer({
      databaseUrl: await createBareDatabase(postgres.url, accounts),
      jwks: (await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as BareServerJob['jwks'],
      issuer: origin,
      signingKeyPem: generateSigningKey(),
    });
    stops.push(() => bare.stop());
    const generator = startLoadGenerator();
    stops.push(() => generator.stop());
    return { custodia, startSecond, bare, generator, accounts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * As in production, with everything on; only the log is kept to errors, and the budgets of attempts are wide, since all
 * of them come from here. They are counted all the same.
 */
export function productionSettings(of: {
  dataDir: string;
  databaseUrl: string;
  origin: string;
  mailPort: number;
}) {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PUBLIC_URL: of.origin,
    DATA_DIR: of.dataDir,
    DATABASE_URL: of.databaseUrl,
    KEY_RING: generateKeyRing(),
    SMTP_URL: `smtp://127.0.0.1:${of.mailPort}`,
    MAIL_FROM: 'Custodia <no-reply@example.com>',
    ACCESS_TOKEN_TTL: '1h',
    LOG_LEVEL: 'error',
    GUARD_FAILURES_PER_ACCOUNT: '1000000',
    GUARD_FAILURES_PER_NETWORK: '1000000',
    GUARD_FAILURES_CEILING: '1000000',
    GUARD_REGISTRATIONS_PER_HOUR: '1000000',
  };
}

/** Takes every mail and forgets it. */
export function startMailSink(): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => void stream.on('end', () => done()).resume(),
  });
  return new Promise((ready) => {
    const listener = server.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number };
      ready({ port, stop: () => new Promise((closed) => void server.close(() => closed())) });
    });
  });
}

export function findFreePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}

function generateSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}
