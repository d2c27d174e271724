import { randomBytes } from 'node:crypto';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createDatabase, type Database } from '../../src/database/client.js';
import { requireKeysInUse, requireMatchingKeys } from '../../src/database/re-sealing/keys-in-use.js';
import { createUpkeepPool } from '../../src/database/re-sealing/sql.js';
import { createLog } from '../../src/log.js';
import { loadKeyRing } from '../../src/privacy/key-ring.js';
import { hashPeppered } from '../../src/security/passwords/password-argon2.js';
import { wrappingContext } from '../../src/security/signing-keys/signing-key-material.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';

// A server whose key ring has lost a key that something still lies under does not start.

const secret = () => randomBytes(32).toString('base64');
const keys = { k1: secret(), k2: secret() };
const ring = (ids: ('k1' | 'k2')[], active: string) => ({
  active,
  keys: Object.fromEntries(ids.map((id) => [id, keys[id]])),
});
const others = {
  encryption: { active: 'k1', keys: { k1: secret() } },
  searchIndex: { active: 'k1', keys: { k1: secret() } },
  pepper: { active: 'k1', keys: { k1: secret() } },
};

let test1: TestDatabase;
let db: Database;
let pool: ReturnType<typeof createUpkeepPool>;
beforeAll(async () => {
  test1 = await createTestDatabase();
  const log = createLog('silent');
  pool = createUpkeepPool(test1.url, log);
  const keyRing = loadKeyRing(JSON.stringify(others));
  db = createDatabase({ url: test1.url, privacy: createPrivacy({ keyRing }), poolSize: 2, log });
  const passwordHash = await hashPeppered(
    'a password',
    { memoryKib: 1024, timeCost: 1, parallelism: 1 },
    keyRing.pepper,
  );
  for (const name of ['ada', 'bob'])
    await db.user.create({ data: { email: `${name}@example.com`, passwordHash } });
});
afterAll(async () => {
  await db.$disconnect();
  await pool.close();
  await test1.drop();
});

const partsWith = (changed: object) => ({
  sql: pool.sql,
  keySql: pool.sql,
  keyRing: loadKeyRing(JSON.stringify({ ...others, ...changed })),
  signingContextOf: wrappingContext,
});
const check = (changed: object) => requireKeysInUse(partsWith(changed));

test('the ring that everything lies under is accepted', async () => {
  await check({});
});

test.each([
  ['encryption', 'encryption.k1: missing, and still needed by 2 data keys'],
  ['searchIndex', 'searchIndex.k1: missing, and still needed by 2 users.email_index'],
  ['pepper', 'pepper.k1: missing, and still needed by 2 passwords'],
])('a lost key of %s is named with the count', async (purpose, message) => {
  await expect(check({ [purpose]: ring(['k2'], 'k2') })).rejects.toThrow(message);
});

test('another ring whose key has the same id is refused, by commands too', async () => {
  const another = partsWith({ encryption: ring(['k1'], 'k1') });
  const refusal = 'encryption.k1: another key than the one that wrapped 2 data keys';
  await expect(requireKeysInUse(another)).rejects.toThrow(refusal);
  await expect(requireMatchingKeys(another)).rejects.toThrow(refusal);
});

test('commands work with a ring that lacks a key, to mend that', async () => {
  await requireMatchingKeys(partsWith({ searchIndex: ring(['k2'], 'k2') }));
});
