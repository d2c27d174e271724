import { createHmac } from 'node:crypto';
import pg from 'pg';
import { StartError } from './start-error.js';

/** The role that the server uses in an embedded database. */
const SERVER_ROLE = 'custodia_server';

/** Tables that the server may only add to, and the columns it may fill in (all, where none are named). */
const GROWING = {
  audit_events: '(id, at, action, actor_id, subject_id, origin_commitment, data)',
  audit_leaves: '',
  audit_checkpoints: '',
} as const;

/** Tables that only migrations write to. */
const FIXED = ['_prisma_migrations'];

/**
 * Makes the server's role on the embedded server unless it is there, and returns its connection string. Its
 * password is derived from the owner's, so that a second process can join without disturbing the first.
 *
 * @param ownerUrl of the superuser
 */
export async function ensureServerRole(ownerUrl: string): Promise<string> {
  const url = new URL(ownerUrl);
  const password = createHmac('sha256', decodeURIComponent(url.password))
    .update(SERVER_ROLE)
    .digest('base64url');
  await withClient(ownerUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [SERVER_ROLE]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [SERVER_ROLE]);
    if (rowCount === 0) {
      await client.query(`CREATE ROLE ${SERVER_ROLE} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    }
  });
  url.username = SERVER_ROLE;
  url.password = password;
  return url.href;
}

/**
 * Lets the role of `serverUrl` do what the server does, and no more: read and write every table, but only add to
 * the audit log. Run as the owner of the tables, after the migrations. Does nothing where both are one role.
 *
 * @throws StartError when the owner may not grant this
 */
export async function grantServerRights(urls: { ownerUrl: string; serverUrl: string }): Promise<void> {
  const role = await roleOf(urls.serverUrl);
  await withClient(urls.ownerUrl, async (client) => {
    const { rows } = await client.query<{ owner: string; database: string }>(
      'SELECT current_user AS owner, current_database() AS database',
    );
    const [{ owner, database } = { owner: '', database: '' }] = rows;
    if (owner === role) return;
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [SERVER_ROLE]);
      await client.query(rightsOf(client.escapeIdentifier(role), client.escapeIdentifier(database)));
      await takeOverJobs(client, role);
      await client.query('COMMIT');
    } catch (cause) {
      throw new StartError(
        `The role of MIGRATION_DATABASE_URL could not give the role of DATABASE_URL its rights ` +
          `(${cause instanceof Error ? cause.message : 'unknown'}). It must own the database, and be a member of that role.`,
        { cause },
      );
    }
  });
}

/** What the role of `url` could do to the audit log beside adding to it; an empty list is as it should be. */
export async function findExcessRights(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ table: string }>(
      `SELECT t.name AS table FROM unnest($1::text[]) AS t(name) JOIN pg_class c ON c.oid = to_regclass(t.name)
       WHERE has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
         OR pg_has_role(c.relowner, 'USAGE')`,
      [Object.keys(GROWING)],
    );
    return rows.map(({ table }) => table);
  });
}

function rightsOf(role: string, database: string): string {
  const growing = Object.entries(GROWING).flatMap(([table, columns]) => [
    `REVOKE ALL ON ${table} FROM ${role}, PUBLIC`,
    `GRANT SELECT, INSERT ${columns} ON ${table} TO ${role}`,
  ]);
  return [
    // pg-boss keeps its tables in a schema of its own, which it makes itself.
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${database} TO ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    // To vacuum after an erasure, where the server knows the right (PostgreSQL 17); autovacuum does it else.
    `DO $do$ BEGIN IF current_setting('server_version_num')::int >= 170000 THEN
       EXECUTE $sql$GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO ${role}$sql$; END IF; END $do$`,
    ...growing,
    ...FIXED.map((table) => `REVOKE INSERT, UPDATE, DELETE ON ${table} FROM ${role}`),
  ].join(';\n');
}

/** Tables of jobs from before the server had a role of its own: its queues can only be extended by their owner. */
async function takeOverJobs(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('ALTER SCHEMA pgboss OWNER TO %I', $1::text) AS statement
       FROM pg_namespace WHERE nspname = 'pgboss' AND nspowner <> (SELECT oid FROM pg_roles WHERE rolname = $1)
     UNION ALL
     SELECT format('ALTER TABLE pgboss.%I OWNER TO %I', relname, $1::text)
       FROM pg_class WHERE relnamespace = to_regnamespace('pgboss') AND relkind IN ('r', 'p')
         AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = $1)
     UNION ALL
     SELECT format('ALTER FUNCTION %s OWNER TO %I', oid::regprocedure, $1::text)
       FROM pg_proc WHERE pronamespace = to_regnamespace('pgboss') AND proowner <> (SELECT oid FROM pg_roles WHERE rolname = $1)
     UNION ALL
     SELECT format('ALTER TYPE %s OWNER TO %I', oid::regtype, $1::text)
       FROM pg_type WHERE typnamespace = to_regnamespace('pgboss') AND typtype = 'e'
         AND typowner <> (SELECT oid FROM pg_roles WHERE rolname = $1)`,
    [role],
  );
  for (const { statement } of rows) await client.query(statement);
}

async function roleOf(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ role: string }>('SELECT current_user AS role');
    return rows[0]?.role ?? '';
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect().catch((cause: unknown) => {
    const { username } = new URL(url);
    throw new StartError(`The database refuses the role ${decodeURIComponent(username)}.`, { cause });
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
