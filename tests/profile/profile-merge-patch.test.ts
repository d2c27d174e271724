import type { JsonObject } from '../../src/input/json-object.js';
import { createAccountSetup, ORIGIN, SOME_TEXT, type AccountSetup } from '../identity/account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const patch = (userId: string, preferences: JsonObject | null) =>
  setup.profiles.update(userId, { preferences }, ORIGIN);

test('preferences merge: keys given replace, null removes, others stay', async () => {
  const { userId } = await setup.newUser('merges');
  await patch(userId, { theme: 'dark', mail: { news: true, digest: 'weekly' } });
  const { preferences } = await patch(userId, { theme: null, mail: { news: false } });
  expect(preferences).toEqual({ mail: { news: false, digest: 'weekly' } });
  expect((await patch(userId, null)).preferences).toEqual({});
});

test('parallel patches lose nothing', async () => {
  const { userId } = await setup.newUser('parallel');
  await Promise.all(Array.from({ length: 12 }, (_, index) => patch(userId, { [`key${index}`]: index })));
  const [profile] = await setup.profiles.findMany([userId]);
  expect(Object.keys(profile?.preferences ?? {})).toHaveLength(12);
});

test('parallel changes of an account without a profile make one', async () => {
  const { userId } = await setup.newUser('without');
  await setup.db.userProfile.delete({ where: { userId } });
  await Promise.all([patch(userId, { a: 1 }), patch(userId, { b: 2 }), patch(userId, { c: 3 })]);
  expect((await setup.profiles.findMany([userId]))[0]?.preferences).toEqual({ a: 1, b: 2, c: 3 });
});

test('the bound of 16 KiB holds for what comes of the patch', async () => {
  const { userId } = await setup.newUser('large');
  await patch(userId, { a: 'x'.repeat(9_000) });
  const attempt = patch(userId, { b: 'x'.repeat(9_000) });
  await expect(attempt).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: { preferences: SOME_TEXT },
  });
  await patch(userId, { a: null, b: 'x'.repeat(9_000) });
});

test.each(['__proto__', 'constructor', 'prototype'])('a key %s is refused at any depth', async (key) => {
  const { userId } = await setup.newUser(`hostile-${key.replaceAll('_', '')}`);
  const hostile = JSON.parse(`{"a":{"${key}":{"polluted":true}}}`) as JsonObject;
  await expect(patch(userId, hostile)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
