import { randomBytes } from 'node:crypto';
import { createDatabase } from '../../src/database/client.js';
import { loadKeyRing } from '../../src/privacy/key-ring.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { INDEX_PATTERN, normalise } from '../../src/privacy/search-index.js';
import { createTestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

test.each([
  ['Ada@Example.COM', 'ada@example.com'],
  ['  ada@example.com\n', 'ada@example.com'],
  ['zoe\u0308@example.com', 'zo\u00eb@example.com'],
  ['I\u0307@example.com', '\u0130@example.com'],
])('%j and %j are one address', (one, other) => {
  expect(normalise(one, 'email')).toBe(normalise(other, 'email'));
});

test('ids of providers are compared as they are', () => {
  expect(normalise(' Ab ', 'verbatim')).toBe(' Ab ');
});

test('the index is of full length, keyed, and apart for each column', () => {
  const privacy = createPrivacy({ keyRing: testKeyRing() });
  const index = privacy.indexOf('User', 'email', 'ada@example.com');
  expect(index).toMatch(new RegExp(INDEX_PATTERN));
  expect(privacy.indexOf('User', 'email', 'ADA@example.com')).toBe(index);
  expect(privacy.indexOf('SocialLogin', 'providerId', 'ada@example.com')).not.toBe(index);
  const other = createPrivacy({ keyRing: loadKeyRing(ringJson({ k1: secret() }, 'k1')) });
  expect(other.indexOf('User', 'email', 'ada@example.com')).not.toBe(index);
  expect(() => privacy.indexOf('User', 'passwordHash', 'x')).toThrow(/User\.passwordHash/);
});

const secret = () => randomBytes(32).toString('base64');
const rest = {
  encryption: { active: 'k1', keys: { k1: secret() } },
  pepper: { active: 'k1', keys: { k1: secret() } },
};
const ringJson = (keys: Record<string, string>, active: string) =>
  JSON.stringify({ ...rest, searchIndex: { active, keys } });

test('while the index key is being replaced, rows of both keys are found, updated and deleted', async () => {
  const { url, drop } = await createTestDatabase();
  const [k1, k2] = [secret(), secret()];
  const open = (json: string) =>
    createDatabase({ url, poolSize: 2, privacy: createPrivacy({ keyRing: loadKeyRing(json) }) });
  const before = open(ringJson({ k1 }, 'k1'));
  const during = open(ringJson({ k1, k2 }, 'k2'));
  const { id } = await before.user.create({
    data: { email: 'old@example.com', socialLogins: { create: { provider: 'p', providerId: '7' } } },
  });
  await during.user.create({ data: { email: 'new@example.com' } });

  for (const email of ['old@example.com', 'new@example.com']) {
    expect(await during.user.findUnique({ where: { email } })).toMatchObject({ email });
    expect(await during.user.count({ where: { email } })).toBe(1);
    expect(await during.user.count({ where: { email: { not: email } } })).toBe(1);
  }
  const provider_providerId = { provider: 'p', providerId: '7' };
  expect(await during.socialLogin.findUnique({ where: { provider_providerId } })).toMatchObject({
    userId: id,
  });
  const upsert = {
    where: { email: 'old@example.com' },
    create: { email: 'old@example.com' },
    update: { passwordHash: 'x' },
  };
  expect(await during.user.upsert(upsert)).toMatchObject({ id, passwordHash: 'x' });
  expect(
    await during.user.update({ where: { email: 'old@example.com' }, data: { email: 'moved@example.com' } }),
  ).toMatchObject({ id });
  expect(await during.user.delete({ where: { email: 'moved@example.com' } })).toMatchObject({ id });
  await expect(during.user.create({ data: { email: 'new@example.com' } })).rejects.toMatchObject({
    code: 'P2002',
  });

  await before.$disconnect();
  await during.$disconnect();
  await drop();
});
