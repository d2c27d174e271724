import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withApp } from '../../src/app/open-app.js';
import { adminBootstrap } from '../../src/cli/commands/admin-bootstrap.js';
import { auditDump } from '../../src/cli/commands/audit-dump.js';
import { erasureRequest, erasureStatus } from '../../src/cli/commands/erasure.js';
import { keysAskReset } from '../../src/cli/commands/keys-ask-reset.js';
import { mfaRemove } from '../../src/cli/commands/mfa-remove.js';
import { privacyExport } from '../../src/cli/commands/privacy-export.js';
import { retentionRun } from '../../src/cli/commands/retention-run.js';
import { dispatch } from '../../src/cli/dispatch.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { createTestDatabase, testServer, type TestDatabase } from '../setup/test-database.js';

// Somebody is erased after a copy of the database was taken, and an operator works on the copy before any server does.

const COMMANDS = [
  adminBootstrap,
  auditDump,
  erasureRequest,
  erasureStatus,
  keysAskReset,
  mfaRemove,
  privacyExport,
  retentionRun,
];
const email = 'ada@example.com';

let database: TestDatabase;
let dataDir: string;
let userId: string;
/** As it was before the erasure. */
let backup: string;

const envOf = (url: string) => ({
  NODE_ENV: 'test', DATABASE_URL: url, DATA_DIR: dataDir, LOG_LEVEL: 'silent',
}); // prettier-ignore
const openApp = <T>(url: string, work: Parameters<typeof withApp<T>>[2]) =>
  withApp(readConfig(envOf(url)).config, { log: createLog('silent'), print: () => undefined }, work);

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function copyOf(url: string, name: string): Promise<string> {
  const copy = new URL(url);
  copy.pathname = `${copy.pathname}_${name}`;
  await query(testServer().url, `CREATE DATABASE "${nameOf(copy.href)}" TEMPLATE "${nameOf(url)}"`);
  return copy.href;
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const drop = (url: string) =>
  query(testServer().url, `DROP DATABASE IF EXISTS "${nameOf(url)}" WITH (FORCE)`);

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-restored-cli-'));
  const url = database.ownerUrl;
  userId = await openApp(url, async ({ db }) => {
    const { id } = await db.user.create({ data: { email }, select: { id: true } });
    const factor = { userId: id, secret: 'A'.repeat(32), confirmedAt: new Date() };
    await db.totpAuthenticator.create({ data: factor, select: { userId: true } });
    return id;
  });
  backup = await copyOf(url, 'backup');
  await openApp(url, async ({ erasures }) => {
    const order = { userId, reason: 'asked by letter', immediately: true };
    const { id } = await erasures.erase(null, order);
    await erasures.carryOut(id, 'destroy');
  });
});
afterAll(async () => {
  await drop(backup);
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Gives a command to an operator of a database that was restored from the backup. */
async function callOnRestored(name: string, args: readonly string[]) {
  const restored = await copyOf(backup, name);
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  try {
    const answer = await dispatch(COMMANDS, [...args], {
      env: envOf(restored),
      print: say,
      complain: say,
    }).catch((error: unknown) => error);
    const [user] = await query(restored, `SELECT status::text, email FROM users WHERE id = '${userId}'`);
    const exports = await query(restored, 'SELECT id FROM data_exports');
    return { answer, user, exports, lines };
  } finally {
    await drop(restored);
  }
}

const COMMANDS_ON_ACCOUNTS: [string, () => string[], unknown][] = [
  ['privacy_export', () => ['privacy', 'export', '--user', userId], { code: 'CONFLICT' }],
  ['mfa_remove', () => ['mfa', 'remove', '--email', email], { code: 'NOT_FOUND' }],
  [
    'erasure_request',
    () => ['erasure', 'request', '--user', userId, '--reason', 'again', '--immediately'],
    { code: 'CONFLICT' },
  ],
  ['erasure_status', () => ['erasure', 'status'], 0],
  ['admin_bootstrap', () => ['admin', 'bootstrap', '--email', 'grace@example.com'], 0],
  ['keys_ask_reset', () => ['keys', 'ask-reset'], 0],
  ['retention_run', () => ['retention', 'run'], 0],
];

test.each(COMMANDS_ON_ACCOUNTS)('%s finds whoever was erased since erased', async (name, args, expected) => {
  const { answer, user, exports } = await callOnRestored(name, args());
  if (typeof expected === 'number') expect(answer).toBe(expected);
  else expect(answer).toMatchObject(expected as object);
  expect(user).toEqual({ status: 'ERASED', email: null });
  expect(exports).toEqual([]);
});

test('what reads the log of a backup leaves it as it is', async () => {
  const { answer, user } = await callOnRestored('audit_dump', ['audit', 'dump']);
  expect(answer).toBe(0);
  expect(user).toMatchObject({ status: 'ACTIVE' });
});
