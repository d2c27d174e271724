import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withApp } from '../../src/app/open-app.js';
import { mfaRemove } from '../../src/cli/commands/mfa-remove.js';
import { dispatch } from '../../src/cli/dispatch.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { createTestDatabase, testServer } from '../setup/test-database.js';

const email = 'ada@example.com';

test('the operator removes the second factor of somebody who lost it', async () => {
  const database = await createTestDatabase();
  const owner = new URL(testServer().url);
  owner.pathname = new URL(database.url).pathname;
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-mfa-remove-'));
  const env = { NODE_ENV: 'test', DATABASE_URL: owner.href, DATA_DIR: dataDir, LOG_LEVEL: 'silent' };
  const lines: string[] = [];
  const call = (...args: string[]) =>
    dispatch([mfaRemove], args, {
      env,
      print: (line) => void lines.push(line),
      complain: (line) => void lines.push(line),
    });
  try {
    const { config } = readConfig(env);
    await withApp(config, { log: createLog('silent'), print: () => undefined }, async ({ db }) => {
      const { id } = await db.user.create({ data: { email }, select: { id: true } });
      const confirmed = { userId: id, secret: 'A'.repeat(32), confirmedAt: new Date() };
      await db.totpAuthenticator.create({ data: confirmed, select: { userId: true } });
    });
    expect(await call('mfa', 'remove', '--email', email)).toBe(0);
    expect(await call('mfa', 'remove', '--email', email)).toBe(0);
    expect(lines).toEqual(expect.arrayContaining(['Removed: TOTP', 'The account has no second factor.']));
    await expect(call('mfa', 'remove', '--email', 'nobody@example.com')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await call('mfa', 'remove')).not.toBe(0);
  } finally {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
