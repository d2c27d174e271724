import { eventually } from '../setup/eventually.js';
import { createPeople, GRACE, type KeyedServer, startWithKeyRingFile } from './key-setup.js';

// The small version of rotation-under-load.stress.ts: ten rows, one kill amid them.

const PEOPLE = 10;
let it: KeyedServer;
beforeAll(async () => {
  it = await startWithKeyRingFile();
  await createPeople(it, PEOPLE);
});
afterAll(() => it.stop());

const countUnder = async (version: string) => {
  const sql = 'SELECT count(*) FROM data_keys WHERE wrapped_key LIKE $1';
  return Number((await it.sql<{ count: string }>(sql, [`w1.${version}.%`]))[0]?.count);
};

test('a replacement of the encryption key that is killed amid its rows goes on where it was', async () => {
  let rewrapped = 0;
  const amid = () => eventually(async () => expect((rewrapped = await countUnder('k2'))).toBeGreaterThan(0));
  const ended = await it.killAndResume(
    [amid],
    'keys',
    'rotate',
    'encryption',
    '--grace',
    GRACE,
    '--rate',
    '5',
  );
  expect(rewrapped).toBeLessThan(PEOPLE);
  expect(ended).toMatchObject({ code: 0, output: expect.stringContaining('encryption.k2') });
  expect(await Promise.all([countUnder('k1'), countUnder('k2')])).toEqual([0, PEOPLE]);
  const events = await it.sql<{ action: string }>(
    `SELECT action FROM audit_events WHERE action LIKE 'key.rotation%' ORDER BY at, id`,
  );
  expect(events.map(({ action }) => action)).toEqual(['key.rotation_started', 'key.rotation_completed']);
});
