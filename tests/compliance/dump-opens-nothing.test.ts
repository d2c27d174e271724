import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Database } from '../../src/database/client.js';
import { prepareDataKeys } from '../../src/database/data-keys/key-database-setup.js';
import { SEALED_TABLES } from '../../src/database/re-sealing/sealed-tables.js';
import { generateKeyRing, loadKeyRing } from '../../src/privacy/key-ring.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { canary } from './canary-rows.js';
import { openDump, readEverything, textOf } from './dump-reader.js';
import { seedEveryTable } from './erasure-seeds.js';
import { beginErasure, openErasureWorkshop, type ErasureWorkshop } from './erasure/erasure-workshop.js';

// With the data keys in a database of their own: a dump of the data that was taken before an erasure, the key ring, and all
// that the key database holds afterwards, together open nothing of whom it erased, and everything of everybody else.

const ring = generateKeyRing();
const opened: { close(): Promise<void> }[] = [];
const databases: TestDatabase[] = [];
let data: TestDatabase;
let keyData: TestDatabase;
let restored: TestDatabase;
let folder: string;
let workshop: ErasureWorkshop;
let people: Record<'gone' | 'stays', { userId: string; erasureId: string; words: string[] }>;
let dump: Record<string, string>;

beforeAll(async () => {
  databases.push(await createTestDatabase(), await createEmptyDatabase(), await createTestDatabase());
  [data, keyData, restored] = databases as [TestDatabase, TestDatabase, TestDatabase];
  await prepareDataKeys({ dataUrl: data.ownerUrl, keyUrl: keyData.url });
  folder = await mkdtemp(join(tmpdir(), 'custodia-dump-'));
  await writeFile(join(folder, 'ring.json'), ring, { mode: 0o600 });
  workshop = await openErasureWorkshop({
    url: data.url,
    dataDir: folder,
    keyRing: loadKeyRing(ring),
    keyUrl: keyData.url,
  });
  people = { gone: await live('gone'), stays: await live('stays') };
  dump = await takeDump();
  await restore(dump);
});
afterAll(async () => {
  for (const each of opened) await each.close();
  await workshop?.close();
  for (const each of databases) await each.drop();
  await rm(folder, { recursive: true, force: true });
});

async function live(name: string) {
  const begun = await beginErasure(workshop, name);
  const words = await seedEveryTable(workshop.db, begun.userId, canary);
  return { ...begun, words: Object.values(words) };
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Every row of every table, as JSON by table. */
async function takeDump(): Promise<Record<string, string>> {
  const tables = await query<{ name: string }>(
    data.ownerUrl,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  const rows = tables.map(async ({ name }) => {
    const [row] = await query<{ rows: string }>(
      data.ownerUrl,
      `SELECT coalesce(json_agg(t), '[]')::text AS rows FROM "${name}" t`,
    );
    return [name, row!.rows] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

async function restore(rows: Record<string, string>): Promise<void> {
  const client = new pg.Client({ connectionString: restored.ownerUrl });
  await client.connect();
  await client.query(`SET session_replication_role = 'replica'`); // as a restore does: in any order, without triggers
  for (const [table, json] of Object.entries(rows)) {
    const sql = `INSERT INTO "${table}" SELECT * FROM json_populate_recordset(NULL::"${table}", $1::json)`;
    await client.query(sql, [json]);
  }
  await client.end();
}

function openThief(): Database {
  const thief = openDump({ url: restored.ownerUrl, keyUrl: keyData.url, ring });
  opened.push(thief);
  return thief.db;
}

const statusOf = async (userId: string) => {
  const sql = 'SELECT status::text FROM users WHERE id = $1';
  return (await query<{ status: string }>(data.ownerUrl, sql, [userId]))[0]?.status;
};
const keysOf = (userId: string) => query(keyData.url, 'SELECT 1 FROM data_keys WHERE user_id = $1', [userId]);

test('as long as the key is there the dump is whole: every sealed table of both opens', async () => {
  for (const { userId, words } of Object.values(people)) {
    const found = await readEverything(openThief(), userId);
    for (const [model, rows] of Object.entries(found))
      expect({ model, isRead: rows.length > 0 && typeof rows !== 'string' }).toEqual({ model, isRead: true });
    const text = textOf(found);
    for (const each of words) expect(text).toContain(each);
  }
  expect(JSON.parse(dump.data_keys!)).toEqual([]);
});

test('an erasure that dies between the key and the rows, and again by SIGKILL, ends', async () => {
  const { userId, erasureId } = people.gone;
  await query(
    data.ownerUrl,
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
     CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW WHEN (NEW.status = 'ERASED') EXECUTE FUNCTION refuse()`,
  );
  await expect(workshop.erasures.carryOut(erasureId)).rejects.toThrow();
  expect([await keysOf(userId), await statusOf(userId)]).toEqual([[], 'DELETED']);
  await query(data.ownerUrl, 'DROP TRIGGER refuse ON users');

  const args = [
    'tests/setup/run-typescript.mjs',
    'tests/compliance/erasure/erasure-process.ts',
    data.url,
    folder,
  ];
  const child = spawn(
    process.execPath,
    [...args, join(folder, 'ring.json'), erasureId, 'after:destroy', keyData.url],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect((await once(child, 'exit')) as unknown[]).toEqual([null, 'SIGKILL']);
  await workshop.erasures.makeSafe();
  await workshop.erasures.carryOut(erasureId);
  const request = await workshop.erasures.find(erasureId);
  expect(request).toMatchObject({ status: 'COMPLETED', receipt: expect.any(String) });
  expect(await statusOf(userId)).toBe('ERASED');
  expect(await keysOf(people.stays.userId)).toHaveLength(1);
});

test('now the dump opens nothing of who is erased, in no table, and all of who stays', async () => {
  const thief = openThief();
  for (const [model, why] of Object.entries(await readEverything(thief, people.gone.userId)))
    expect({ model, why }).toEqual({ model, why: expect.stringContaining('its data key is gone') });
  const text = textOf(await readEverything(thief, people.stays.userId));
  for (const each of people.stays.words) expect(text).toContain(each);
  const everything = JSON.stringify(dump);
  for (const each of people.gone.words) expect(everything).not.toContain(each);
});

test('nor does a key of somebody else that is left open any of its values', async () => {
  const [row] = await query<{ wrapped: string }>(keyData.url, 'SELECT wrapped_key AS wrapped FROM data_keys');
  const privacy = createPrivacy({ keyRing: loadKeyRing(ring) });
  const key = await privacy.dataKeys.open(people.stays.userId, row!.wrapped);
  let tried = 0;
  for (const { model, table, rowId, owner, columns } of SEALED_TABLES) {
    for (const { field, column, read } of columns) {
      const sql = `SELECT "${rowId}" AS id, ${read} AS value FROM "${table}" WHERE "${owner}" = $1 AND "${column}" IS NOT NULL`;
      for (const { id, value } of await query(restored.ownerUrl, sql, [people.gone.userId])) {
        const place = { model, field, rowId: String(id) };
        expect(() => privacy.open({ ...key, userId: people.gone.userId }, place, value)).toThrow(
          /does not open/,
        );
        tried += 1;
      }
    }
  }
  expect(tried).toBeGreaterThan(20);
});
