import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { editKeyRingFile } from '../../src/privacy/key-ring-file.js';
import { eventually } from '../setup/eventually.js';
import { PASSWORD } from '../setup/full-server.js';
import { type KeyedServer, startWithKeyRingFile } from './key-setup.js';

// What a key that is taken out of the ring must not take with it.

const NOW = { rate: null, grace: 0 };

let it: KeyedServer;
let owner: pg.Client;
beforeAll(async () => {
  it = await startWithKeyRingFile();
  owner = new pg.Client({ connectionString: it.server.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await it.stop();
});

const keys = () => it.server.app.keyUpkeep;
const idsOf = async (purpose: string) => {
  const ring = JSON.parse(await readFile(it.keyRingFile, 'utf8')) as Record<string, { keys: object }>;
  return Object.keys(ring[purpose]?.keys ?? {});
};
const removals = () =>
  it.sql<{ data: object }>(`SELECT data FROM audit_events WHERE action = 'key.removed' ORDER BY at, id`);

async function register(idempotencyKey: string, email: string) {
  const response = await fetch(`${it.server.url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  return { status: response.status, isReplayed: response.headers.get('idempotency-replayed') === 'true' };
}

test('a search-index key stays while a request under it may be repeated', async () => {
  const key = randomUUID();
  expect(await register(key, 'ada@example.com')).toEqual({ status: 201, isReplayed: false });
  await keys().rotate('search-index', NOW);
  await expect(keys().removeKey('searchIndex', 'k1', NOW)).rejects.toThrow(
    /searchIndex\.k1: still needed by 1 requests that may be repeated/,
  );
  expect(await register(key, 'ada@example.com')).toEqual({ status: 201, isReplayed: true });
  expect(await removals()).toEqual([]);

  await owner.query(`UPDATE idempotent_requests SET created_at = created_at - interval '24 hours 1 second'`);
  await keys().removeKey('searchIndex', 'k1', NOW);
  expect(await idsOf('searchIndex')).toEqual(['k2']);
  expect(await removals()).toEqual([{ data: { purpose: 'search-index', keyId: 'k1' } }]);
});

test('no key goes before its removal is recorded, and no removal is recorded of a key that is not there', async () => {
  await keys().rotate('encryption', NOW);
  await owner.query(`
    CREATE FUNCTION refuse_removals() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.action = 'key.removed' THEN RAISE EXCEPTION 'not recorded'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse_removals BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_removals()`);
  await expect(keys().removeKey('encryption', 'k1', NOW)).rejects.toThrow('not recorded');
  expect(await idsOf('encryption')).toEqual(['k1', 'k2']);
  await owner.query('DROP TRIGGER refuse_removals ON audit_events');

  const before = await removals();
  await expect(keys().removeKey('encryption', 'k9', NOW)).rejects.toThrow('no such key');
  expect(await removals()).toEqual(before);
  await keys().removeKey('encryption', 'k1', NOW);
  expect(await idsOf('encryption')).toEqual(['k2']);
  expect(await removals()).toHaveLength(before.length + 1);
});

test.each([
  ['encryption', 'data keys'],
  ['searchIndex', 'users.email_index'],
  ['pepper', 'passwords'],
] as const)('a key of %s under which rows still lie stays: %s', async (purpose, what) => {
  const email = `${randomUUID()}@example.com`;
  expect(await register(randomUUID(), email)).toEqual({ status: 201, isReplayed: false });
  await owner.query('DELETE FROM idempotent_requests');
  const [old = ''] = await idsOf(purpose);
  const ring = editKeyRingFile(it.keyRingFile);
  ring.addKey(purpose);
  ring.activateNext(purpose);
  const before = await readFile(it.keyRingFile, 'utf8');
  const recorded = await removals();
  const needed = new RegExp(
    `${purpose}\\.${old}: still needed by (.*, )?[1-9]\\d* ${what.replace('.', '\\.')}`,
  );
  await eventually(() => expect(keys().removeKey(purpose, old, NOW)).rejects.toThrow(needed));
  expect(await readFile(it.keyRingFile, 'utf8')).toBe(before);
  expect(await removals()).toEqual(recorded);
});
