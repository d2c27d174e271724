import pg from 'pg';
import { keysRotate } from '../../src/cli/commands/keys-rotate.js';
import { keysStatus } from '../../src/cli/commands/keys-status.js';
import type { Command } from '../../src/cli/command.js';
import { createPeople, type KeyedServer, startWithKeyRingFile } from './key-setup.js';

// A row that was damaged keeps its old key. It keeps nothing else: everybody else's keys are replaced, again and again,
// and the operator is told which row it is, in every place where they look.

const NOW = { rate: null, grace: 0 };

let it: KeyedServer;
let owner: pg.Client;
let damaged: string;
beforeAll(async () => {
  it = await startWithKeyRingFile();
  owner = new pg.Client({ connectionString: it.server.ownerUrl });
  await owner.connect();
  await createPeople(it, 2);
  damaged = await idOf('person0@example.com');
});
afterAll(async () => {
  await owner.end();
  await it.stop();
});

const keys = () => it.server.app.keyUpkeep;

async function idOf(email: string): Promise<string> {
  const { id } = await it.server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  return id;
}

/** Runs an operator's command as the command line would. */
async function run(command: Command, ...args: string[]) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATA_DIR: it.server.dataDir,
    DATABASE_URL: it.server.databaseUrl,
    KEY_RING_FILE: it.keyRingFile,
  };
  const code = await command.call(args, { env, print, complain: print });
  return { code, output: lines.join('\n') };
}

/** Another letter in the midst of a text: no longer what was sealed, and of the same form. Returns what stood there. */
async function damage(table: string, column: string, where: string): Promise<string> {
  const [row] = (
    await owner.query<{ before: string }>(`SELECT ${column} AS before FROM ${table} WHERE ${where}`)
  ).rows;
  const { before } = row!;
  const at = before.length - 20;
  const after = `${before.slice(0, at)}${before[at] === 'A' ? 'B' : 'A'}${before.slice(at + 1)}`;
  await owner.query(`UPDATE ${table} SET ${column} = $1 WHERE ${where}`, [after]);
  return before;
}

const completions = async () =>
  (
    await it.sql<{ data: object }>(
      `SELECT data FROM audit_events WHERE action = 'key.rotation_completed' ORDER BY at, id`,
    )
  ).map(({ data }) => data);
const openRuns = () => it.sql('SELECT purpose FROM key_rotations WHERE completed_at IS NULL');
const generations = async () =>
  (
    await it.sql<{ at: string }>(
      `SELECT split_part(email, '.', 2) AS at FROM users WHERE id <> $1 ORDER BY 1`,
      [damaged],
    )
  ).map(({ at }) => at);

test('a value that does not open leaves one account behind, by name, and no other, also in later runs', async () => {
  const before = await damage('sessions', 'ip_address', `user_id = '${damaged}'`);
  const { code, output } = await run(keysRotate, 'data', '--grace', '0');
  expect(code).toBe(1);
  expect(output).toContain(`1 row(s) do not open and keep their old key: ${damaged}`);
  expect(output).toContain('Restore what is damaged from a backup');
  expect(await openRuns()).toEqual([]);
  expect(await completions()).toEqual([{ purpose: 'data', failed: 1 }]);
  const status = await run(keysStatus);
  expect(status.code).toBe(1);
  expect(status.output).toContain(`Not replaced: data, 1 row(s) that do not open (docs/keys.md): ${damaged}`);

  await it.server.rest('POST', '/api/v1/auth/register', {
    email: 'later@example.com',
    password: 'correct horse battery staple',
  });
  expect(await keys().rotate('data', NOW)).toMatchObject({ failed: 1, failedIds: [damaged] });
  expect(await generations()).toEqual(['2', '3']);

  await owner.query(`UPDATE sessions SET ip_address = $1 WHERE user_id = '${damaged}'`, [before]);
  expect(await keys().rotateUser(damaged, NOW)).toMatchObject({ changed: 1, failed: 0 });
  expect((await keys().status()).failures).toEqual([]);
});

test('an account whose data key is gone is named too, and does not make each hour’s run begin anew', async () => {
  const id = await idOf('later@example.com');
  const [row] = (
    await owner.query<{ key: string }>('SELECT wrapped_key AS key FROM data_keys WHERE user_id = $1', [id])
  ).rows;
  await owner.query('DELETE FROM data_keys WHERE user_id = $1', [id]);
  expect(await keys().rotate('data', NOW)).toMatchObject({ failed: 1, failedIds: [id] });
  await owner.query('INSERT INTO data_keys (user_id, wrapped_key) VALUES ($1, $2)', [id, row!.key]);
  expect(await keys().rotate('data', NOW)).toMatchObject({ failed: 0 });
  expect((await keys().status()).failures).toEqual([]);
});

test('a wrapped key that does not open keeps its old key-encryption key, and lets the next ones come', async () => {
  const before = await damage('data_keys', 'wrapped_key', `user_id = '${damaged}'`);
  expect(await keys().rotate('encryption', NOW)).toMatchObject({
    keyId: 'k2',
    ring: 'renewed',
    failed: 1,
    left: 1,
  });
  expect(await openRuns()).toEqual([]);
  expect((await completions()).at(-1)).toEqual({ purpose: 'encryption', keyId: 'k2', failed: 1 });
  expect(await keys().rotate('encryption', NOW)).toMatchObject({ keyId: 'k3', ring: 'renewed', failed: 1 });
  expect((await keys().status()).failures).toEqual([{ kind: 'encryption', count: 1, ids: [damaged] }]);

  await keys().removeKey('encryption', 'k2', NOW);
  await expect(keys().removeKey('encryption', 'k1', NOW)).rejects.toThrow(
    `encryption.k1: still needed by 1 data keys (${damaged})`,
  );

  const events = (await completions()).length;
  await keys().upkeep(NOW);
  expect((await completions()).length).toBe(events);
  await owner.query('UPDATE data_keys SET wrapped_key = $1 WHERE user_id = $2', [before, damaged]);
  await keys().upkeep(NOW);
  expect((await keys().status()).failures).toEqual([]);
  await keys().removeKey('encryption', 'k1', NOW);
  expect(await idOf('person0@example.com')).toBe(damaged);
});

test('an index whose value does not open is left out of later replacements', async () => {
  const before = await damage('users', 'email', `id = '${damaged}'`);
  expect(await keys().rotate('search-index', NOW)).toMatchObject({ ring: 'renewed', failed: 1 });
  expect(await openRuns()).toEqual([]);
  await expect(keys().removeKey('searchIndex', 'k1', NOW)).rejects.toThrow(damaged);
  await owner.query('UPDATE users SET email = $1 WHERE id = $2', [before, damaged]);
  expect(await keys().rotate('search-index', NOW)).toMatchObject({ ring: 'carried on', changed: 1, left: 0 });
});
