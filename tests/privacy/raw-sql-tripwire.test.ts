import { Prisma } from '../../src/database/generated/client.js';
import { sealedSql } from '../../src/database/sealed-sql.js';
import { UnsafeQueryError } from '../../src/privacy/privacy-errors.js';
import { sealedColumnsIn } from '../../src/privacy/sealed-columns-in-sql.js';
import { freshEmail, openSealedDatabase, type SealedDatabase } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase();
});
afterAll(() => it.close());

describe.each([
  'SELECT email FROM users',
  'SELECT u."email" FROM "users" AS u',
  'select * from public.users',
  'SELECT u.* FROM users u JOIN sessions s ON s.user_id = u.id',
  'SELECT to_jsonb(u) FROM users u',
  'SELECT u::text FROM users u',
  "UPDATE user_profiles SET full_name = 'x'",
  'INSERT INTO users VALUES (gen_random_uuid())',
  'DELETE FROM sessions RETURNING *',
  'SELECT 1 FROM users ORDER BY EMAIL',
  'WITH x AS (SELECT ip_address FROM sessions) SELECT 1',
])('%s', (sql) => {
  test('is refused before it is sent, by each raw operation, in a transaction too', async () => {
    const tagged = Prisma.raw(sql);
    await expect(it.db.$queryRawUnsafe(sql)).rejects.toThrow(UnsafeQueryError);
    await expect(it.db.$executeRawUnsafe(sql)).rejects.toThrow(UnsafeQueryError);
    await expect(it.db.$queryRaw(tagged)).rejects.toThrow(UnsafeQueryError);
    await expect(it.db.$executeRaw(tagged)).rejects.toThrow(UnsafeQueryError);
    await expect(it.db.$transaction((tx) => tx.$queryRawUnsafe(sql))).rejects.toThrow(UnsafeQueryError);
  });
});

test.each([
  'SELECT id, status FROM users',
  'SELECT count(*) FROM users',
  'SELECT 2 * 3 FROM users',
  'SELECT id FROM users WHERE password_hash IS NOT NULL',
  'UPDATE sessions SET ip_address = NULL, "user_agent" = DEFAULT',
  "SELECT id FROM users WHERE 'email' = 'email' -- email",
  'SELECT email_index FROM users',
])('%s is let through', (sql) => {
  expect(sealedColumnsIn(sql)).toEqual([]);
});

test('what sealedSql made is let through, and only that text', async () => {
  await it.db.user.create({ data: { email: freshEmail() } });
  const text = sealedSql('hot read', 'SELECT email FROM users LIMIT 1');
  const [row] = await it.db.$queryRawUnsafe<{ email: string }[]>(text);
  expect(row?.email).toMatch(/^c1\./);
  await expect(it.db.$queryRawUnsafe(`${text} OFFSET 0`)).rejects.toThrow(UnsafeQueryError);
});
