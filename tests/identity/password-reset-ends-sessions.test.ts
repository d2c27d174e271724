import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const newPassword = 'a-quite-new-pelican';

test('resetting the password ends every session, verifies the address and mails a notice', async () => {
  const { email, userId } = await setup.newUser('resets');
  const login = () => setup.logIn(email);
  const sessions = [await login(), await login()];
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const token = await setup.tokenFor(email, 'reset-password');
  await setup.identity.resetPassword({ token, newPassword, origin: ORIGIN });

  expect(await setup.sessions.countMany([userId])).toEqual([0]);
  for (const { tokens } of sessions) {
    const refresh = setup.sessions.refresh(tokens.refreshToken, ORIGIN);
    await expect(refresh).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  }
  expect(await setup.identity.findUser(userId)).toMatchObject({ isVerified: true });
  expect((await setup.mailsTo(email)).at(-1)).toMatchObject({
    template: 'password-changed',
    link: expect.stringContaining('/not-me?token='),
  });
  await setup.identity.checkCredentials({ email, password: newPassword, origin: ORIGIN });
});

test('asking for a reset changes nothing by itself', async () => {
  const { email, userId } = await setup.newUser('asks');
  await setup.logIn(email);
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  expect(await setup.sessions.countMany([userId])).toEqual([1]);
  await setup.identity.checkCredentials({ email, password: PASSWORD, origin: ORIGIN });
});

test('an account without a password gets one by a reset', async () => {
  const { email, userId } = await setup.newUser('first');
  await setup.db.user.update({ where: { id: userId }, data: { passwordHash: null } });
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const token = await setup.tokenFor(email, 'reset-password');
  await setup.identity.resetPassword({ token, newPassword, origin: ORIGIN });
  await setup.identity.checkCredentials({ email, password: newPassword, origin: ORIGIN });
});
