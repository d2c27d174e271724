import pg from 'pg';
import { createEmptyDatabase, createTestDatabase } from '../setup/test-database.js';

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  await client.end();
  return rows.map(({ name }) => name);
}

test('a test gets a migrated database of its own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(first.url).not.toBe(second.url);
  expect(await tablesOf(first.url)).toEqual(expect.arrayContaining(['users', 'user_profiles', 'sessions']));
  await Promise.all([first.drop(), second.drop()]);
  await expect(tablesOf(first.url)).rejects.toThrow('does not exist');
});

test('an empty database has no tables', async () => {
  const empty = await createEmptyDatabase();
  expect(await tablesOf(empty.url)).toEqual([]);
  await empty.drop();
});
