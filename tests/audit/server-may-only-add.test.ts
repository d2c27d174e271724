import pg from 'pg';
import { createLog } from '../../src/log.js';
import { applyMigrations } from '../../src/database/migrations.js';
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
