import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

test('what was checked before a change of password opens no session after it', async () => {
  const { email, userId } = await setup.newUser('raced');
  const verified = await setup.identity.checkCredentials({ email, password: PASSWORD, origin: ORIGIN });
  const session = { userId, sessionId: userId, origin: ORIGIN };
  await setup.identity.changePassword(session, {
    currentPassword: PASSWORD,
    newPassword: 'a-quite-new-pelican',
  });
  const open = setup.db.$transaction((tx) => setup.identity.recheckSignIn(tx, verified));
  await expect(open).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(await setup.identity.findUser(userId)).toMatchObject({ lastLoginAt: null });
});

test.each([
  ['SUSPENDED', 'ACCOUNT_SUSPENDED'],
  ['DELETED', 'ACCOUNT_DELETED'],
] as const)('an account %s after the check opens no session', async (status, code) => {
  const { email } = await setup.newUser(status.toLowerCase());
  const verified = await setup.identity.checkCredentials({ email, password: PASSWORD, origin: ORIGIN });
  await setup.setStatus(email, status);
  const open = setup.db.$transaction((tx) => setup.identity.recheckSignIn(tx, verified));
  await expect(open).rejects.toMatchObject({ code });
});

test('a sign-in is noted', async () => {
  const { email, userId } = await setup.newUser('noted');
  const { user } = await setup.logIn(email);
  expect(user.lastLoginAt).toBeInstanceOf(Date);
  expect(await setup.identity.findUser(userId)).toEqual(user);
});
