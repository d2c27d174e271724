import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createGuardKeys } from '../../../src/security/guard/guard-keys.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';
import { testKeyRing } from '../../setup/test-keys.js';
import { beginErasure, openErasureWorkshop, type ErasureWorkshop } from './erasure-workshop.js';

// The store of attempt counts is away while the address, by which they are found, is destroyed.

const keys = createGuardKeys(testKeyRing().searchIndex);
let database: TestDatabase;
let owner: pg.Client;
let dataDir: string;
let workshop: ErasureWorkshop;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-counts-'));
  workshop = await openErasureWorkshop({ url: database.url, dataDir, keyRing: testKeyRing() });
});
afterAll(async () => {
  await workshop?.close();
  await owner?.end();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function count(...subjects: string[]): Promise<void> {
  for (const subject of subjects) {
    const key = keys.about(subject, 'password', crypto.randomUUID());
    await owner.query('INSERT INTO attempt_counters (key, count, open_at, expires_at) VALUES ($1, 5, 0, $2)', [
      key, Date.now() + 3_600_000,
    ]); // prettier-ignore
  }
}

async function countsAbout(...subjects: string[]): Promise<number> {
  const beginnings = subjects.flatMap((subject) => keys.beginningsOf(subject));
  const { rows } = await owner.query<{ count: number }>(
    `SELECT count(*)::int FROM attempt_counters WHERE left(key, ${beginnings[0]?.length}) = ANY ($1)`,
    [beginnings],
  );
  return rows[0]?.count ?? Number.NaN;
}

async function keptKeys(id: string): Promise<string[]> {
  const row = await workshop.db.erasureRequest.findUniqueOrThrow({
    where: { id },
    select: { attemptKeys: true },
  });
  return row.attemptKeys;
}

test('counts about the address go once their store is back, though the address is gone, and with them what finds them', async () => {
  const { erasures } = workshop;
  const [ada, bob] = [await beginErasure(workshop, 'ada'), await beginErasure(workshop, 'bob')];
  await count(ada.userId, ada.email, bob.email);
  await erasures.carryOut(ada.erasureId, 'files');
  await owner.query('ALTER TABLE attempt_counters RENAME TO mislaid');
  await erasures.carryOut(ada.erasureId, 'destroy');
  await expect(erasures.carryOut(ada.erasureId, 'sweep')).rejects.toThrow();
  await owner.query('ALTER TABLE mislaid RENAME TO attempt_counters');
  expect(await countsAbout(ada.userId, ada.email)).toBe(2);
  expect(await keptKeys(ada.erasureId)).toEqual(keys.beginningsOf(ada.email));

  await erasures.carryOut(ada.erasureId, 'sweep');
  expect(await countsAbout(ada.userId, ada.email)).toBe(0);
  expect(await countsAbout(bob.email)).toBe(1);
  expect(await keptKeys(ada.erasureId)).toEqual([]);
});

test('guesses at the address while its erasure runs are gone at its end too', async () => {
  const { erasures } = workshop;
  const { email, erasureId } = await beginErasure(workshop, 'eve');
  await erasures.carryOut(erasureId, 'destroy');
  await count(email);
  await erasures.carryOut(erasureId, 'sweep');
  expect(await countsAbout(email)).toBe(0);
});
