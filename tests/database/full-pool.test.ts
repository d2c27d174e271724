import { createDatabase } from '../../src/database/client.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a transaction, or a query alone, that finds no free connection in time answers OVERLOADED, and the next one works', async () => {
  const db = createDatabase({
    url: database.url,
    privacy: createPrivacy({ keyRing: testKeyRing() }),
    poolSize: 1,
  });
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = db.$transaction(async (tx) => {
    await tx.user.count();
    await held;
  });
  await expect(db.$transaction((tx) => tx.user.count(), { maxWait: 50 })).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterSeconds: 2,
  });
  // Alone, it waits as long as the pool lets it: 5 s.
  await expect(db.user.count()).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 2 });
  release();
  await first;
  expect(await db.$transaction((tx) => tx.user.count())).toBe(0);
  await db.$disconnect();
});
