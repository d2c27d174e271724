import { randomBytes } from 'node:crypto';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createLog } from '../../src/log.js';
import { loadKeyRing } from '../../src/privacy/key-ring.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';

// While the key of the search index is replaced, two processes may use one key each. No address and no external
// account is ever held twice, whoever is first and however close they come.

const secret = () => randomBytes(32).toString('base64');
const indexKeys = { k1: secret(), k2: secret() };
const rest = {
  encryption: { active: 'k1', keys: { k1: secret() } },
  pepper: { active: 'k1', keys: { k1: secret() } },
};

let database: TestDatabase;
let onOld: Database;
let onNew: Database;

function connect(active: 'k1' | 'k2', keys: object = indexKeys): Database {
  const keyRing = loadKeyRing(JSON.stringify({ ...rest, searchIndex: { active, keys } }));
  return createDatabase({
    url: database.url,
    privacy: createPrivacy({ keyRing }),
    poolSize: 5,
    log: createLog('silent'),
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  onOld = connect('k1');
  onNew = connect('k2');
});
afterAll(async () => {
  await onOld.$disconnect();
  await onNew.$disconnect();
  await database.drop();
});

const taken = { code: 'P2002' };

test('of parallel inserts of one address under both keys exactly one succeeds, every time', async () => {
  for (let round = 0; round < 25; round += 1) {
    const email = `race${round}@example.com`;
    const outcomes = await Promise.allSettled(
      [onOld, onNew, onOld, onNew].map((db) => db.user.create({ data: { email } })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(taken);
    expect(await onOld.user.count({ where: { email } })).toBe(1);
    expect((await onNew.user.findUnique({ where: { email } }))?.email).toBe(email);
  }
});

test('an address from before the replacement is not given again, nor taken over by a change', async () => {
  const before = connect('k1', { k1: indexKeys.k1 });
  await before.user.create({ data: { email: 'early@example.com' } });
  await expect(onNew.user.create({ data: { email: 'Early@example.com' } })).rejects.toMatchObject(taken);
  const other = await onNew.user.create({ data: { email: 'other@example.com' } });
  await expect(
    onNew.user.update({ where: { id: other.id }, data: { email: 'early@example.com' } }),
  ).rejects.toMatchObject(taken);
  // Nor by a process that knows only the old key, of an address that was stored under the new one.
  await expect(before.user.create({ data: { email: 'other@example.com' } })).rejects.toMatchObject(taken);
  await before.$disconnect();
});

test('external accounts are linked once, under whichever key', async () => {
  const [one, two] = await Promise.all([
    onOld.user.create({ data: { email: 'one@example.com' } }),
    onNew.user.create({ data: { email: 'two@example.com' } }),
  ]);
  for (let round = 0; round < 10; round += 1) {
    const link = { provider: 'google', providerId: `g-${round}` };
    const outcomes = await Promise.allSettled([
      onOld.socialLogin.create({ data: { ...link, userId: one.id } }),
      onNew.socialLogin.create({ data: { ...link, userId: two.id } }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});

test('passkeys are registered once, under whichever key', async () => {
  const { id: userId } = await onOld.user.create({ data: { email: 'passkeys@example.com' } });
  for (let round = 0; round < 10; round += 1) {
    const data = { userId, name: 'Laptop', credentialId: `c-${round}`, publicKey: 'AAAA', isSynced: false };
    const outcomes = await Promise.allSettled([onOld, onNew].map((db) => db.passkey.create({ data })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await onNew.passkey.findUnique({ where: { credentialId: data.credentialId } })).toMatchObject(
      data,
    );
  }
});
