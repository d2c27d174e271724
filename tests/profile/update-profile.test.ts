import type { ProfileChanges } from '../../src/services/profile/profile-record.js';
import { createAccountSetup, ORIGIN, SOME_TEXT, type AccountSetup } from '../identity/account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const FULL = {
  fullName: 'Grace Hopper',
  avatarUrl: 'https://example.com/grace.png',
  phoneNumber: '+14155550123',
  preferences: { theme: 'dark' },
};

test('absent fields stay as they are, null clears', async () => {
  const { userId } = await setup.newUser('clears');
  expect(await setup.profiles.update(userId, FULL, ORIGIN)).toEqual({ userId, ...FULL });
  const changed = await setup.profiles.update(userId, { phoneNumber: null, fullName: undefined }, ORIGIN);
  expect(changed).toEqual({ userId, ...FULL, phoneNumber: null });
  expect(await setup.profiles.findMany([userId])).toEqual([changed]);
});

test('the audit event names the fields and never their values', async () => {
  const { userId } = await setup.newUser('audited');
  await setup.profiles.update(userId, FULL, ORIGIN);
  const [event] = await setup.db.auditEvent.findMany({
    where: { subjectId: userId, action: 'profile.updated' },
  });
  expect(event?.data).toEqual({ fields: ['fullName', 'avatarUrl', 'phoneNumber', 'preferences'] });
});

test('a change of nothing leaves no event', async () => {
  const { userId } = await setup.newUser('idle');
  await setup.profiles.update(userId, {}, ORIGIN);
  expect(await setup.db.auditEvent.count({ where: { subjectId: userId, action: 'profile.updated' } })).toBe(
    0,
  );
});

test('a name is measured in code points, after NFC and trimming; blanks are no name', async () => {
  const { userId } = await setup.newUser('measured');
  const hundred = '\u{1F98A}'.repeat(100);
  expect(await setup.profiles.update(userId, { fullName: ` ${hundred} ` }, ORIGIN)).toMatchObject({
    fullName: hundred,
  });
  const decomposed = await setup.profiles.update(userId, { fullName: 'Ame\u0301lie' }, ORIGIN);
  expect(decomposed.fullName).toBe('Am\u00e9lie');
  expect(await setup.profiles.update(userId, { fullName: '  ' }, ORIGIN)).toMatchObject({ fullName: null });
});

test.each<[string, ProfileChanges]>([
  ['fullName', { fullName: 'x'.repeat(101) }],
  ['fullName', { fullName: 'a\0b' }],
  ['fullName', { fullName: '\ud800' }],
  ['avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
  ['phoneNumber', { phoneNumber: '0049 123' }],
])('a bad %s is refused whole, names the field and does not repeat the value', async (field, changes) => {
  const { userId } = await setup.newUser(`bad-${Math.random().toString(36).slice(2)}`);
  const attempt = setup.profiles.update(userId, { preferences: { kept: false }, ...changes }, ORIGIN);
  const error = await attempt.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: SOME_TEXT } });
  expect(JSON.stringify(error)).not.toContain('javascript');
  expect((await setup.profiles.findMany([userId]))[0]).toMatchObject({ preferences: {} });
});

test('profiles come in the order of the ids that were asked for', async () => {
  const ids = [(await setup.newUser('order-a')).userId, (await setup.newUser('order-b')).userId];
  const unknown = '00000000-0000-4000-8000-000000000000';
  const found = await setup.profiles.findMany([ids[1] ?? '', unknown, ids[0] ?? '']);
  expect(found.map((profile) => profile?.userId ?? null)).toEqual([ids[1], null, ids[0]]);
});
