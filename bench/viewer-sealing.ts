import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { createLog } from '../src/log.js';
import { createAccounts, viewerRequest, type BenchAccount } from './accounts.js';
import { alterBuild, type Change, WITH_COLD_KEYS, WITHOUT_SEALING } from './altered-builds.js';
import { startCustodia, startLoadGenerator, type ServerProcess } from './child-processes.js';
import { printComparison, printMachine } from './report.js';
import { compare } from './rounds.js';
import { findFreePort, productionSettings, startMailSink } from './stage.js';

// `npm run bench:viewer-sealing`: the viewer query of the built server, with warm and with cold data keys, against the
// same build whose sealing and opening are taken out and whose statement reads no data key, on plain columns.
// Ends with 1 when the ratio of either misses its bound.

const ACCOUNTS = 32;
const BOUND = { atLeast: 0.65 };
const [rounds = 7, seconds = 3] = process.argv.slice(2).map(Number);

const dataDir = await mkdtemp(join(tmpdir(), 'custodia-bench-'));
const stops: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
try {
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn') });
  stops.push(() => postgres.stop());
  const mailbox = await startMailSink();
  stops.push(mailbox.stop);
  const plainUrl = await createDatabase(postgres.url, 'custodia_unsealed');
  const origin = `http://127.0.0.1:${await findFreePort()}`;
  const settings = productionSettings({
    dataDir,
    databaseUrl: postgres.url,
    origin,
    mailPort: mailbox.port,
  });
  const start = async (main: string, databaseUrl: string): Promise<ServerProcess> => {
    // Each database with a folder of its own, where the copy of its audit log lies.
    const own = { ...settings, DATABASE_URL: databaseUrl, DATA_DIR: join(dataDir, basename(databaseUrl)) };
    const server = await startCustodia(main, await findFreePort(), own);
    stops.push(() => server.stop());
    return server;
  };

  const warm = await start(resolve('dist/main.js'), postgres.url);
  const altered = async (changes: readonly Change[]) => {
    const build = await alterBuild(changes);
    stops.push(() => rm(build.folder, { recursive: true, force: true }));
    return build.main;
  };
  const cold = await start(await altered(WITH_COLD_KEYS), postgres.url);
  const plain = await start(await altered(WITHOUT_SEALING), plainUrl);
  await admitPlaintext(plainUrl);
  const sealedAccounts = await createAccounts(`http://127.0.0.1:${warm.port}`, ACCOUNTS);
  const plainAccounts = await createPlainAccounts(`http://127.0.0.1:${plain.port}`, plainUrl);

  const generator = startLoadGenerator();
  stops.push(() => generator.stop());
  const contestant = (name: string, server: ServerProcess, accounts: BenchAccount[]) => ({
    name,
    server,
    requests: accounts.map((account) => viewerRequest(account).toString()),
    expected: accounts.map(({ viewer }) => ({ equals: { data: { viewer } } })),
  });
  const contestants = [
    contestant('sealed, warm', warm, sealedAccounts),
    contestant('sealed, cold', cold, sealedAccounts),
    contestant('unsealed', plain, plainAccounts),
  ];
  printMachine();
  const figures = await compare(generator, contestants, { rounds, seconds, connections: 16 });
  const [ofWarm, ofCold, ofPlain] = figures;
  if (ofWarm && ofCold && ofPlain) {
    printComparison('viewer with warm data keys against none', [ofWarm, ofPlain], BOUND);
    printComparison('viewer with cold data keys against none', [ofCold, ofPlain], BOUND);
  }
} finally {
  for (const stop of stops.splice(0).reverse()) await stop();
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await run(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Lets plaintext into the columns that are sealed otherwise. */
async function admitPlaintext(url: string): Promise<void> {
  await run(
    url,
    `DO $$ DECLARE it record; BEGIN
       FOR it IN SELECT conrelid::regclass AS name, conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE '%_sealed'
       LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.name, it.conname); END LOOP; END $$`,
  );
}

/** JSON is sealed as its text; unsealed it lies as what it is, before the first answer is compared. */
async function createPlainAccounts(origin: string, url: string): Promise<BenchAccount[]> {
  await run(
    url,
    `CREATE FUNCTION as_json() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN IF jsonb_typeof(NEW.preferences) = 'string' THEN NEW.preferences = (NEW.preferences #>> '{}')::jsonb; END IF;
          RETURN NEW; END $$;
     CREATE TRIGGER as_json BEFORE INSERT OR UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION as_json()`,
  );
  return createAccounts(origin, ACCOUNTS);
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
