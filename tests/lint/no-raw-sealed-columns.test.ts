import { ESLint } from 'eslint';

const eslint = new ESLint({
  cwd: process.cwd(),
  overrideConfigFile: 'tests/lint/eslint.only-sealed-columns.js',
});

async function problemsOf(code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: 'sample.js' });
  return (result?.messages ?? []).map(({ message }) => message);
}

test.each([
  'db.$queryRaw`SELECT email FROM users WHERE id = ${id}`',
  'db.$executeRaw`UPDATE user_profiles SET full_name = ${name}`',
  "db.$queryRawUnsafe('SELECT * FROM users')",
  "const statement = { name: 'x', text: 'SELECT u.password_hash FROM users u' }",
  "client.query('INSERT INTO outgoing_mails (message) VALUES ($1)')",
])('%s is refused', async (code) => {
  expect(await problemsOf(code)).toEqual([expect.stringMatching(/touches the sealed column \w+\.(\w+|\*)/)]);
});

test.each([
  'db.$queryRaw`SELECT id FROM users WHERE id = ${id} FOR UPDATE`',
  "sealedSql('hot read', 'SELECT email FROM users')",
  "'Select an email of one of the users'.length; 'SELECT count(*) FROM users'",
])('%s is let through', async (code) => {
  expect(await problemsOf(code)).toEqual([]);
});
