import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { applyMigrations } from '../../src/database/migrations/migrations.js';
import { StartError } from '../../src/database/start-error.js';
import { createLog } from '../../src/log.js';
import { recordStatements } from '../setup/record-statements.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../setup/test-database.js';

const log = createLog('silent');
let migrationsDir: string;
let database: TestDatabase;

beforeEach(async () => {
  migrationsDir = await mkdtemp(join(tmpdir(), 'migrations-'));
  await cp('prisma/migrations', migrationsDir, { recursive: true });
  database = await createEmptyDatabase();
});

afterEach(async () => {
  await database.drop();
  await rm(migrationsDir, { recursive: true });
});

const apply = () => applyMigrations({ url: database.url, migrationsDir, log });

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(migrationsDir, name));
  await writeFile(join(migrationsDir, name, 'migration.sql'), sql);
}

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('an empty database gets every migration once, written down as Prisma does', async () => {
  const applied = await apply();
  expect(applied).toContain('20261123000000_foundation');
  expect(await apply()).toEqual([]);
  const rows = await query<{ migration_name: string; finished: boolean }>(
    'SELECT migration_name, finished_at IS NOT NULL AS finished FROM _prisma_migrations ORDER BY 1',
  );
  expect(rows).toEqual(applied.map((name) => ({ migration_name: name, finished: true })));
});

test('a database that has every migration is looked at once, without the engine', async () => {
  const ofTheEngine = /information_schema|pg_namespace|version\(\)/i;
  expect(await recordStatements(ofTheEngine, apply)).not.toEqual([]);
  const statements = await recordStatements(/./, apply);
  expect(statements).toHaveLength(3);
});

test('of several that start at once one applies them and the others find them applied', async () => {
  const results = await Promise.all([apply(), apply(), apply(), apply()]);
  expect(results.filter((names) => names.length > 0)).toHaveLength(1);
  expect(await query('SELECT 1 FROM users')).toEqual([]);
});

test('a later migration is added to what is there', async () => {
  await apply();
  await addMigration('29990101000000_later', 'CREATE TABLE later (id int); -- a comment; with a semicolon\n');
  expect(await apply()).toEqual(['29990101000000_later']);
});

test('a migration that fails leaves nothing of itself and stops the next start with instructions', async () => {
  await addMigration('29990101000000_broken', 'CREATE TABLE half (id int);\nSELECT no_such_function();\n');
  await expect(apply()).rejects.toThrow(StartError);
  await expect(apply()).rejects.toThrow(/29990101000000_broken failed halfway .* rolled_back_at/s);
  expect(await query<{ half: string | null }>("SELECT to_regclass('half') AS half")).toEqual([
    { half: null },
  ]);
});

test('a failed migration that the operator marked as rolled back is applied again', async () => {
  await addMigration('29990101000000_broken', 'SELECT no_such_function();\n');
  await expect(apply()).rejects.toThrow(StartError);
  await query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name LIKE '%broken'");
  await writeFile(
    join(migrationsDir, '29990101000000_broken', 'migration.sql'),
    'CREATE TABLE whole (id int);\n',
  );
  expect(await apply()).toEqual(['29990101000000_broken']);
});

test('a database that is newer than the build is refused', async () => {
  await addMigration('29990101000000_newer', 'CREATE TABLE newer (id int);\n');
  await apply();
  await rm(join(migrationsDir, '29990101000000_newer'), { recursive: true });
  await expect(apply()).rejects.toThrow(/newer than this build: it has the migration 29990101000000_newer/);
});

test('a migration that was edited after it was applied is refused', async () => {
  await addMigration('29990101000000_edited', 'CREATE TABLE edited (id int);\n');
  await apply();
  await writeFile(
    join(migrationsDir, '29990101000000_edited', 'migration.sql'),
    'CREATE TABLE other (id int);\n',
  );
  await expect(apply()).rejects.toThrow(/29990101000000_edited was applied to this database in another form/);
});

test("a database with somebody else's tables is refused and left alone", async () => {
  await query('CREATE TABLE invoices (id int)');
  await expect(apply()).rejects.toThrow(/tables that are not Custodia's \(invoices\)/);
  expect(await query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toHaveLength(1);
});

test('every sealed column refuses plaintext, and a deleted account has a date', async () => {
  const migrated = await createTestDatabase();
  const client = new pg.Client({ connectionString: migrated.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "SELECT conname AS name FROM pg_constraint WHERE contype = 'c' AND conname LIKE '%_sealed' ORDER BY 1",
  );
  expect(rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'users_email_sealed',
      'users_password_hash_sealed',
      'user_profiles_full_name_sealed',
    ]),
  );
  const insert = "INSERT INTO users (email, email_index) VALUES ('ada@example.com', 'ada@example.com')";
  await expect(client.query(insert)).rejects.toThrow('violates check constraint');
  await client.end();
  await migrated.drop();
});
