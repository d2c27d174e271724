import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminBootstrap } from '../../src/cli/commands/admin-bootstrap.js';
import { dispatch } from '../../src/cli/dispatch.js';
import { AppError } from '../../src/errors.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { createTestDatabase, testServer } from '../setup/test-database.js';
import { createAccount, eventsAbout } from './staff.js';

let server: FullServer;

const bootstrap = (email: string) => server.app.services.admin.bootstrap(email);

async function problemOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? [error.code, error.fields] : error),
  );
}

describe('the first administrator', () => {
  // Of each test its own: an installation has its first administrator once.
  beforeEach(async () => {
    server = await startFullServer();
  });
  afterEach(() => server.stop());

  test('the first administrator is invited, chooses a password, and may do everything an administrator may', async () => {
    const { userId, invitation } = await bootstrap('root@example.com');
    const token = invitation?.token ?? '';
    await server.app.services.identity.acceptInvitation({
      token,
      newPassword: PASSWORD,
      origin: { ipAddress: null, userAgent: null },
    });
    const { body } = await server.rest('POST', '/api/v1/auth/login', {
      email: 'root@example.com',
      password: PASSWORD,
    });
    const { data } = await server.graphql('{ users { nodes { id } } }', {}, String(body?.access_token));
    expect(data?.users).toEqual({ nodes: [{ id: userId }] });
    expect(await eventsAbout(server, userId)).toMatchObject([
      { action: 'admin.bootstrapped', actorId: null },
      {},
      {},
    ]);
  });

  test('an account that exists and has proved its address gets the role', async () => {
    const { id, email } = await createAccount(server);
    expect(await bootstrap(email)).toEqual({ userId: id, invitation: null });
    expect(await server.app.services.identity.rolesInForce(id)).toEqual(['ADMIN']);
  });

  test('an account whose address nobody has proved does not: anybody may have registered it', async () => {
    const { id, email } = await createAccount(server);
    await server.app.db.user.update({ where: { id }, data: { isVerified: false } });
    expect(await problemOf(bootstrap(email))).toMatchObject([
      'CONFLICT',
      { email: expect.stringContaining('verified') },
    ]);
    expect(await server.app.db.userRole.count()).toBe(0);
  });

  test('it works once, also when it is tried many times at the same moment', async () => {
    const attempts = ['a', 'b', 'c', 'd', 'e'].map((name) => problemOf(bootstrap(`${name}@example.com`)));
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
    expect(outcomes.filter((outcome) => (outcome as string[])[0] === 'CONFLICT')).toHaveLength(4);
    expect(await server.app.db.userRole.count({ where: { role: 'ADMIN' } })).toBe(1);
    expect(await server.app.db.user.count()).toBe(1);
  });
});

describe('the command', () => {
  const lines: string[] = [];
  const complaints: string[] = [];

  function call(args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
    return dispatch([adminBootstrap], args, {
      env,
      print: (line) => void lines.push(line),
      complain: (line) => void complaints.push(line),
    });
  }

  beforeEach(() => {
    lines.length = 0;
    complaints.length = 0;
  });

  test('prints the link on which to choose a password', async () => {
    const database = await createTestDatabase();
    const owner = new URL(testServer().url);
    owner.pathname = new URL(database.url).pathname;
    const dataDir = await mkdtemp(join(tmpdir(), 'custodia-bootstrap-'));
    const env = {
      NODE_ENV: 'test',
      DATABASE_URL: owner.href,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'silent',
      APP_URL: 'https://app.example.com',
    };
    try {
      expect(await call(['admin', 'bootstrap', '--email', 'root@example.com'], env)).toBe(0);
      expect(lines.join('\n')).toMatch(/https:\/\/app\.example\.com\/accept-invitation\?token=cst_ot_\w+/);
      await expect(call(['admin', 'bootstrap', '--email', 'two@example.com'], env)).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    } finally {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test.each([
    ['an unknown command', ['admin', 'crown']],
    ['an unknown option', ['admin', 'bootstrap', '--mail', 'x']],
    ['no address', ['admin', 'bootstrap']],
    ['a stray word', ['admin', 'bootstrap', 'root@example.com']],
  ])('%s is answered with the usage and exit code 2', async (_what, args) => {
    expect(await call(args)).toBe(2);
    expect(complaints.join('\n')).toContain('admin bootstrap');
    expect(lines).toEqual([]);
  });

  test('without arguments, and for help, it lists what there is', async () => {
    expect(await call([])).toBe(0);
    expect(await call(['admin', 'bootstrap', '--help'])).toBe(0);
    expect(lines).toContain('Usage: custodia admin bootstrap --email ADDRESS');
  });
});
