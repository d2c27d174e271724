import pg from 'pg';
import { createLog } from '../../src/log.js';
import { applyMigrations } from '../../src/database/migrations/migrations.js';
import { findExcessRights, grantServerRights } from '../../src/database/server-role.js';
import { createEmptyDatabase } from '../setup/test-database.js';
import { createAuditSetup, type AuditSetup } from './audit-setup.js';

let it: AuditSetup;
let server: pg.Client;
beforeAll(async () => {
  it = await createAuditSetup();
  await it.fill(4);
  server = new pg.Client({ connectionString: it.databaseUrl });
  await server.connect();
});
afterAll(async () => {
  await server.end();
  await it.close();
});

const TABLES = ['audit_events', 'audit_leaves', 'audit_checkpoints'];
const DENIED = { code: '42501' };

describe.each(TABLES)('%s', (table) => {
  test('the server’s role cannot change, delete, empty or drop it, nor switch its guards off', async () => {
    const [column] = (
      await server.query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum = 1`,
      )
    ).rows;
    const name = column?.name ?? '';
    const statements = [
      `UPDATE ${table} SET ${name} = ${name}`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
      `CREATE TRIGGER t BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
      `ALTER TABLE ${table} OWNER TO CURRENT_USER`,
      `SELECT * FROM ${table} FOR UPDATE`,
      `DO $do$ BEGIN LOCK TABLE ${table} IN SHARE MODE; END $do$`,
      `CREATE RULE r AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
      `ALTER TABLE ${table} ADD COLUMN more int`,
      `CREATE INDEX ON ${table} (${name})`,
    ];
    for (const statement of statements) await expect(server.query(statement)).rejects.toMatchObject(DENIED);
    await expect(server.query('SET session_replication_role = replica')).rejects.toMatchObject(DENIED);
  });

  test('not even the owner does so by accident', async () => {
    for (const statement of [
      `UPDATE ${table} SET ctid = ctid`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
    ]) {
      await expect(it.superuser.query(statement)).rejects.toThrow(/only grows|system column/);
    }
    expect((await it.superuser.query(`SELECT 1 FROM ${table}`)).rowCount).toBeGreaterThan(0);
  });
});

test('all that the server’s role may do with the log is to read it and to add to it', async () => {
  const { rows: tables } = await server.query<{ name: string; rights: string[] }>(
    `SELECT t.name, array_agg(p.name ORDER BY p.name) FILTER (WHERE has_table_privilege(t.name, p.name)) AS rights
       FROM unnest($1::text[]) AS t(name), unnest($2::text[]) AS p(name) GROUP BY 1 ORDER BY 1`,
    [TABLES, ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']],
  );
  const { rows: columns } = await server.query<{ name: string; rights: string[] }>(
    `SELECT attname AS name, array_agg(p.name ORDER BY p.name) FILTER (WHERE has_column_privilege(attrelid, attnum, p.name)) AS rights
       FROM pg_attribute, unnest($1::text[]) AS p(name)
      WHERE attrelid = 'audit_events'::regclass AND attnum > 0 AND NOT attisdropped GROUP BY 1 ORDER BY 1`,
    [['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']],
  );
  expect(tables).toEqual([
    { name: 'audit_checkpoints', rights: ['INSERT', 'SELECT'] },
    { name: 'audit_events', rights: ['SELECT'] },
    { name: 'audit_leaves', rights: ['INSERT', 'SELECT'] },
  ]);
  const added = ['action', 'actor_id', 'at', 'data', 'id', 'origin_commitment', 'subject_id'];
  expect(columns).toEqual([
    ...added.map((name) => ({ name, rights: ['INSERT', 'SELECT'] })),
    { name: 'transaction_id', rights: ['SELECT'] },
  ]);
  const { rows: role } = await server.query(
    'SELECT rolsuper, rolcreaterole, rolbypassrls, rolreplication FROM pg_roles WHERE rolname = current_user',
  );
  expect(role).toEqual([
    { rolsuper: false, rolcreaterole: false, rolbypassrls: false, rolreplication: false },
  ]);
});

test('the server’s role vacuums what an erasure empties, and not the log', async () => {
  const notices: string[] = [];
  const listen = ({ message }: { message?: string }) => void notices.push(message ?? '');
  server.on('notice', listen);
  await server.query('VACUUM users, user_profiles, data_keys');
  expect(notices).toEqual([]);
  await server.query('VACUUM audit_events');
  expect(notices).toEqual([expect.stringContaining('permission denied')]);
  server.off('notice', listen);
});

test('the server’s role cannot choose the transaction of an event, by which it could hide from the sealer', async () => {
  const insert =
    "INSERT INTO audit_events (id, action, transaction_id) VALUES (gen_random_uuid(), 'user.registered', '3')";
  await expect(server.query(insert)).rejects.toMatchObject(DENIED);
});

test('a role of its own has no excess, the owner has', async () => {
  expect(await findExcessRights(it.databaseUrl)).toEqual([]);
  expect(await findExcessRights(it.ownerUrl)).toEqual(TABLES);
});

test('an owner who is no superuser can give a role its rights, also where jobs were the owner’s before', async () => {
  const database = await createEmptyDatabase();
  const superuser = new pg.Client({ connectionString: database.ownerUrl });
  await superuser.connect();
  const name = new URL(database.ownerUrl).pathname.slice(1);
  const url = (role: string) =>
    Object.assign(new URL(database.ownerUrl), { username: role, password: 'secret' }).href;
  const [owner, role] = [`${name}_owner`, `${name}_server`];
  try {
    await superuser.query(`CREATE ROLE ${owner} LOGIN PASSWORD 'secret'`);
    await superuser.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    await superuser.query(`GRANT ${role} TO ${owner}`);
    await superuser.query(`ALTER DATABASE ${name} OWNER TO ${owner}`);
    await superuser.query(`CREATE SCHEMA pgboss AUTHORIZATION ${owner}`);
    await superuser.query(`SET ROLE ${owner}`);
    await superuser.query('CREATE TABLE pgboss.job (id int)');
    await superuser.query('RESET ROLE');
    const log = createLog('silent');
    await superuser.query(`ALTER SCHEMA public OWNER TO ${owner}`);
    await applyMigrations({ url: url(owner), migrationsDir: 'prisma/migrations', log });
    for (let start = 0; start < 2; start += 1) {
      await grantServerRights({ ownerUrl: url(owner), serverUrl: url(role) });
    }
    expect(await findExcessRights(url(role))).toEqual([]);
    const { rows } = await superuser.query("SELECT tableowner FROM pg_tables WHERE schemaname = 'pgboss'");
    expect(rows).toEqual([{ tableowner: role }]);
  } finally {
    await superuser.end();
    await database.drop();
    const cleaning = new pg.Client({ connectionString: it.ownerUrl });
    await cleaning.connect();
    await cleaning.query(`DROP ROLE IF EXISTS ${owner}, ${role}`);
    await cleaning.end();
  }
});
