import { spawn } from 'node:child_process';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkConstraintSql } from '../../src/privacy/check-constraints.js';
import { REGISTER } from '../../src/privacy/register.js';
import { testServer } from '../setup/test-database.js';

// The command works on the folder that it is started in: here on a copy of the parts that it reads and writes.
let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'migrate-new-'));
  await cp('prisma', join(copy, 'prisma'), { recursive: true });
  for (const part of ['node_modules', 'src', 'tests']) await symlink(resolve(part), join(copy, part));
});

afterEach(() => rm(copy, { recursive: true }));

async function migrateNew(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      ['tests/setup/run-typescript.mjs', resolve('src/cli/migrate-new.ts'), ...args],
      {
        cwd: copy,
        env: { ...process.env, DATABASE_URL: testServer().url },
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => done({ code, output }));
  });
}

const migrations = async () =>
  (await readdir(join(copy, 'prisma/migrations'))).filter((name) => /^\d/.test(name)).toSorted();

test('it writes what was added to the schema as the next migration, and then nothing more', async () => {
  const before = await migrations();
  await appendFile(
    join(copy, 'prisma/schema.prisma'),
    '\nmodel Memo {\n  id String @id\n\n  @@map("memos")\n}\n',
  );
  expect(await migrateNew('Add memos!')).toMatchObject({ code: 0 });
  const written = (await migrations()).at(-1) ?? '';
  expect(written).toMatch(/^\d{14}_add_memos$/);
  expect(written > (before.at(-1) ?? '')).toBe(true);
  const sql = await readFile(join(copy, 'prisma/migrations', written, 'migration.sql'), 'utf8');
  expect(sql).toContain('CREATE TABLE "memos"');
  expect(sql).not.toContain('"users"');
  expect(await migrateNew('again')).toMatchObject({
    code: 0,
    output: expect.stringContaining('nothing to write') as string,
  });
  expect(await migrations()).toHaveLength(before.length + 1);
});

test("it adds a sealed column's CHECK that no migration has, and replaces one that has changed", async () => {
  const statements = checkConstraintSql(REGISTER).split('\n');
  const [email, passwordHash] = ['"users_email_sealed"', '"users_password_hash_sealed"'].map((name) =>
    statements.find((statement) => statement.includes(name)),
  );
  for (const folder of await migrations()) {
    const path = join(copy, 'prisma/migrations', folder, 'migration.sql');
    const lines = (await readFile(path, 'utf8')).split('\n');
    const kept = lines.filter((line) => !line.includes('"users_email_sealed"'));
    await rm(path);
    const altered = /("users_password_hash_sealed" CHECK \().*/g;
    await appendFile(path, kept.join('\n').replaceAll(altered, '$1true);'));
  }
  expect(await migrateNew('checks')).toMatchObject({ code: 0 });
  const written = (await migrations()).at(-1) ?? '';
  const sql = await readFile(join(copy, 'prisma/migrations', written, 'migration.sql'), 'utf8');
  expect(sql).toContain(email);
  expect(sql).toContain(
    `ALTER TABLE "users" DROP CONSTRAINT "users_password_hash_sealed";\n${passwordHash}\n`,
  );
  expect(sql).not.toContain('sessions_ip_address_sealed');
});

test.each([[[]], [['   ']], [['…']]])('%j is no name', async (args) => {
  const before = await migrations();
  expect(await migrateNew(...args)).toMatchObject({
    code: 1,
    output: expect.stringContaining('Say what it is for') as string,
  });
  expect(await migrations()).toEqual(before);
});
