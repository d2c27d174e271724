import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from './start-error.js';

/** The oldest version that the tests of this product ran on, as in `server_version_num`. */
const OLDEST = 150_000;
const STARTING_UP = '57P03';
const PATIENCE = 30_000;
const CONNECT_LIMIT = 10_000;

/**
 * Checks that the database of a connection string can be used: reachable, right password, PostgreSQL 15 or
 * later, UTF-8, and, while it is empty, open to new tables. Waits up to 30 s for one that is starting up.
 *
 * @throws StartError saying what is wrong with which server; never with the password.
 */
export async function checkPostgres(url: string): Promise<void> {
  const where = describePlace(url);
  const client = await connect(url, where, Date.now() + PATIENCE);
  try {
    const { rows } = await client.query<Facts>(FACTS);
    const [facts] = rows;
    if (facts !== undefined) refuseUnfit(facts, where);
  } finally {
    await client.end();
  }
}

interface Facts {
  version: number;
  version_name: string;
  encoding: string;
  may_start: boolean;
}

const FACTS = `
  SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_name,
    current_setting('server_encoding') AS encoding,
    to_regclass('_prisma_migrations') IS NOT NULL OR coalesce(has_schema_privilege(current_schema(), 'CREATE')
      AND has_database_privilege(current_database(), 'CREATE'), false) AS may_start`;

function refuseUnfit(facts: Facts, where: string): void {
  if (facts.version < OLDEST) {
    throw new StartError(
      `${where} runs PostgreSQL ${facts.version_name}; Custodia needs version 15 or later.`,
    );
  }
  if (facts.encoding !== 'UTF8') {
    throw new StartError(
      `${where} stores texts as ${facts.encoding}; make the database with ENCODING 'UTF8'.`,
    );
  }
  if (!facts.may_start) {
    throw new StartError(
      `The user of DATABASE_URL may not make tables in ${where}: make this user the owner of the database ` +
        '(ALTER DATABASE … OWNER TO …).',
    );
  }
}

async function connect(url: string, where: string, deadline: number): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (cause) {
      await client.end().catch(() => undefined);
      const { code } = cause as { code?: string };
      if (code !== STARTING_UP || Date.now() > deadline) throw explain(cause, where);
      await sleep(500);
    }
  }
}

/** Server, port and database of a connection string, without its user and password. */
function describePlace(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^postgres(ql)?:$/.test(address.protocol)) {
    throw new StartError(
      'DATABASE_URL is not a connection string: postgresql://user:password@host:port/database.',
    );
  }
  const host = address.host || address.searchParams.get('host') || 'the local socket';
  return `the database ${decodeURIComponent(address.pathname.slice(1))} on ${host}`;
}

function explain(cause: unknown, where: string): StartError {
  const { code = 'no answer' } = cause as { code?: string };
  const known: Record<string, string> = {
    '28P01': `The user or the password in DATABASE_URL is wrong for ${where}.`,
    '28000': `The server refuses the user of DATABASE_URL for ${where} (pg_hba.conf, or TLS is required).`,
    '3D000': `There is no such database: ${where}. Make it with CREATE DATABASE.`,
    '53300': `${where} has no connection left; raise max_connections or lower DATABASE_POOL_SIZE.`,
    ECONNREFUSED: `Nothing listens there: ${where} cannot be reached. Is PostgreSQL running?`,
    ENOTFOUND: `The name of the server is unknown: ${where} cannot be reached.`,
    ENOENT: `There is no socket there: ${where} cannot be reached. Is PostgreSQL running?`,
  };
  return new StartError(known[code] ?? `It was not possible to connect to ${where} (${code}).`, { cause });
}
