import { createPeople, GRACE, type KeyedServer, startLoad, startWithKeyRingFile } from './key-setup.js';

// Each key is replaced by the operators' command while people sign in, refresh, read and write; the command is
// killed three times on the way. No request may fail, and nothing lies under the old key afterwards.

let it: KeyedServer;
beforeAll(async () => {
  it = await startWithKeyRingFile();
});
afterAll(() => it.stop());

async function underLoad(work: () => Promise<void>): Promise<void> {
  people ??= await createPeople(it, 8);
  const load = startLoad(it, people.slice(0, 3));
  try {
    await work();
  } finally {
    const { requests, failures } = await load.stop();
    if (failures.length > 0) console.error(it.log());
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(12);
  }
}
let people: Awaited<ReturnType<typeof createPeople>> | undefined;

const countOf = async (sql: string) => Number((await it.sql<{ count: string }>(sql))[0]?.count);

test('the key-encryption key', async () => {
  await underLoad(async () => {
    const rotated = await it.killAndResume(
      [900, 1_800, 3_000],
      'keys',
      'rotate',
      'encryption',
      '--grace',
      GRACE,
      '--rate',
      '5',
    );
    expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('encryption.k2') });
  });
  expect(await countOf(`SELECT count(*) FROM data_keys WHERE wrapped_key NOT LIKE 'w1.k2.%'`)).toBe(0);
  expect(await countOf(`SELECT count(*) FROM signing_keys WHERE wrapped_key NOT LIKE 'w1.k2.%'`)).toBe(0);
  expect((await it.run('keys', 'remove', 'encryption', 'k2', '--grace', '0')).output).toContain('active key');
  expect(await it.run('keys', 'remove', 'encryption', 'k1', '--grace', GRACE)).toMatchObject({ code: 0 });
  await underLoad(async () => {});
}, 240_000);

test('the data keys of all users', async () => {
  await underLoad(async () => {
    const rotated = await it.killAndResume(
      [1_300, 2_600, 3_600],
      'keys',
      'rotate',
      'data',
      '--grace',
      GRACE,
      '--rate',
      '60',
    );
    expect(rotated).toMatchObject({ code: 0 });
  });
  expect(await countOf(`SELECT count(*) FROM data_key_rotations WHERE stage <> 'done'`)).toBe(0);
  for (const [table, column] of [
    ['users', 'email'],
    ['users', 'password_hash'],
    ['user_profiles', 'full_name'],
    ['sessions', 'ip_address'],
    ['audit_origins', `origin #>> '{}'`],
  ] as const) {
    expect(await countOf(`SELECT count(*) FROM ${table} WHERE ${column} IS NOT NULL`)).toBeGreaterThan(0);
    expect(await countOf(`SELECT count(*) FROM ${table} WHERE ${column} LIKE 'c1.1.%'`)).toBe(0);
  }
  const status = await it.run('keys', 'status');
  expect(status.output).toMatch(/data .*replaced before .*8 users/);
  await underLoad(async () => {});
}, 240_000);

test('the key of the search index', async () => {
  await underLoad(async () => {
    const rotated = await it.killAndResume(
      [900, 2_000, 3_200],
      'keys',
      'rotate',
      'search-index',
      '--grace',
      GRACE,
      '--rate',
      '6',
    );
    expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('search-index.k2') });
  });
  expect(
    await countOf(
      `SELECT count(*) FROM users WHERE email_index NOT LIKE 'k2.%' OR email_domain_index NOT LIKE 'k2.%'`,
    ),
  ).toBe(0);
  expect(await it.run('keys', 'remove', 'search-index', 'k1', '--grace', GRACE)).toMatchObject({ code: 0 });
  expect(await countOf(`SELECT count(*) FROM users WHERE email_other_index IS NOT NULL`)).toBe(0);
  await underLoad(async () => {});
}, 240_000);

test('the pepper, whose last account moves on when its owner signs in', async () => {
  await underLoad(async () => {
    const rotated = await it.killAndResume([900, 2_000, 3_000], 'keys', 'rotate', 'pepper', '--grace', GRACE);
    expect(rotated).toMatchObject({ code: 0 });
  });
  const refused = await it.run('keys', 'remove', 'pepper', 'k1', '--grace', '0');
  expect(refused).toMatchObject({
    code: 1,
    output: expect.stringMatching(/pepper\.k1: still needed by 5 passwords/),
  });
  expect((await it.run('keys', 'ask-reset')).output).toContain('5 account(s) asked');
  expect((await it.run('keys', 'ask-reset')).output).toContain('5 account(s) asked');
  expect(await countOf('SELECT count(*) FROM outgoing_mails')).toBeLessThanOrEqual(5);
  const load = startLoad(it, people!);
  while ((await countOf(`SELECT count(*) FROM users WHERE password_pepper = 'k1'`)) > 0)
    await new Promise((r) => setTimeout(r, 50));
  expect((await load.stop()).failures).toEqual([]);
  expect(await it.run('keys', 'remove', 'pepper', 'k1', '--grace', '0')).toMatchObject({ code: 0 });
}, 240_000);

test('the signing key: published now, signing a day later', async () => {
  await underLoad(async () => {
    expect(await it.run('keys', 'rotate', 'signing')).toMatchObject({ code: 0 });
  });
  expect(await countOf(`SELECT count(*) FROM signing_keys WHERE algorithm = 'ES256'`)).toBe(2);
}, 60_000);

test('each start, end and removal is in the audit log', async () => {
  const events = await it.sql<{ action: string; purpose: string }>(
    `SELECT action, data ->> 'purpose' AS purpose FROM audit_events WHERE action LIKE 'key.%' ORDER BY id`,
  );
  const of = (action: string) =>
    events.filter((event) => event.action === action).map(({ purpose }) => purpose);
  expect(of('key.rotation_started')).toEqual(['encryption', 'data', 'search-index', 'pepper', 'signing']);
  expect(of('key.rotation_completed')).toEqual(['encryption', 'data', 'search-index']);
  expect(of('key.removed')).toEqual(['encryption', 'search-index', 'pepper']);
});
