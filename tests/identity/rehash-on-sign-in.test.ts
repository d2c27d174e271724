import bcrypt from 'bcrypt';
import { generateKeyRing, loadKeyRing } from '../../src/privacy/key-ring.js';
import { createPasswords } from '../../src/security/passwords/passwords.js';
import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

async function storedHash(email: string): Promise<string> {
  const user = await setup.db.user.findUniqueOrThrow({ where: { email }, select: { passwordHash: true } });
  return user.passwordHash ?? '';
}

const attempt = (email: string, password = PASSWORD) => ({ email, password, origin: ORIGIN });

test('a hash that is up to date stays as it is', async () => {
  const { email } = await setup.newUser('current');
  const before = await storedHash(email);
  await setup.identity.checkCredentials(attempt(email));
  expect(await storedHash(email)).toBe(before);
});

test('a hash of other parameters is replaced by the right password only', async () => {
  const { email } = await setup.newUser('parameters');
  const before = await storedHash(email);
  const { identity } = setup.with({ argon2: { memoryKib: 512, timeCost: 2, parallelism: 1 } });
  await identity.checkCredentials(attempt(email, 'wrong')).catch(() => undefined);
  expect(await storedHash(email)).toBe(before);
  await identity.checkCredentials(attempt(email));
  expect(await storedHash(email)).toMatch(/m=512,t=2,p=1/);
  await identity.checkCredentials(attempt(email));
});

test('a bcrypt hash made elsewhere verifies once and is replaced', async () => {
  const { email } = await setup.newUser('imported');
  const passwordHash = await bcrypt.hash(PASSWORD, 4);
  await setup.db.user.update({ where: { email }, data: { passwordHash } });
  await setup.identity.checkCredentials(attempt(email));
  expect(await storedHash(email)).toMatch(/^\$argon2id\$/);
  await setup.identity.checkCredentials(attempt(email));
});

test('a hash under an older pepper is replaced under the newest', async () => {
  const { email } = await setup.newUser('pepper');
  const older = loadKeyRing(generateKeyRing()).pepper;
  const newest = loadKeyRing(generateKeyRing()).pepper;
  const both = {
    activeId: 'k2',
    ids: ['k1', 'k2'],
    get: (id: string) => (id === 'k1' ? older : newest).get('k1'),
  };
  const argon2 = { memoryKib: 256, timeCost: 1, parallelism: 1 };
  const limits = { argon2, concurrency: 2, queueLimit: 10 };
  const passwordHash = await createPasswords({ pepper: older, ...limits }).hash(PASSWORD);
  await setup.db.user.update({ where: { email }, data: { passwordHash } });
  const { identity } = setup.with({}, both);
  await identity.checkCredentials(attempt(email));
  const replaced = await storedHash(email);
  expect(replaced).not.toBe(passwordHash);
  await identity.checkCredentials(attempt(email));
  expect(await storedHash(email)).toBe(replaced);
});

test('re-hashing never undoes a change of password that it raced', async () => {
  const { identity } = setup.with({ argon2: { memoryKib: 512, timeCost: 1, parallelism: 1 } });
  for (let round = 0; round < 5; round += 1) {
    const { email, userId } = await setup.newUser(`race-${round}`);
    const session = { userId, sessionId: userId, origin: ORIGIN };
    const newPassword = `brand-new-pelican-${round}`;
    const change = setup.identity.changePassword(session, { currentPassword: PASSWORD, newPassword });
    await Promise.allSettled([change, identity.checkCredentials(attempt(email))]);
    await change;
    await setup.identity.checkCredentials(attempt(email, newPassword));
    const old = setup.identity.checkCredentials(attempt(email));
    await expect(old).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  }
});

test('parallel sign-ins with an outdated hash all succeed', async () => {
  const { email } = await setup.newUser('together');
  const passwordHash = await bcrypt.hash(PASSWORD, 4);
  await setup.db.user.update({ where: { email }, data: { passwordHash } });
  const signIns = Array.from({ length: 5 }, () => setup.signIn.login(attempt(email)));
  expect(await Promise.all(signIns)).toHaveLength(5);
});
