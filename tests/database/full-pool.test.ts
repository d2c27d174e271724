import { createDatabase } from '../../src/database/client.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a transaction, or a query alone, raw SQL too, that finds no free connection in time answers OVERLOADED, and the next one works', async () => {
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
  // Alone, they wait as long as the pool lets them: 5 s.
  const alone = [db.user.count(), db.$queryRaw`SELECT 1`, db.$executeRawUnsafe('SELECT 1')];
  for (const result of await Promise.allSettled(alone)) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'OVERLOADED', retryAfterSeconds: 2 },
    });
  }
  release();
  await first;
  expect(await db.$transaction((tx) => tx.user.count())).toBe(0);
  await db.$disconnect();
});
