import { HOUR } from '../../src/clock.js';
import type { RequestOrigin } from '../../src/security/requests/request-context.js';
import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0';
const NEW_PASSWORD = 'walrus-umbrella-notebook-2';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

async function signIn(email: string, origin: RequestOrigin = ORIGIN, password = PASSWORD) {
  const result = await setup.signIn.login({ email, password, origin });
  if (!('session' in result)) throw new Error('The account has no second factor.');
  return result;
}

async function templatesTo(email: string): Promise<string[]> {
  return (await setup.mailsTo(email)).map(({ template }) => template);
}

test('a sign-in on a new device is told by mail, the very first one and one on a known device are not', async () => {
  const { email } = await setup.newUser('devices');
  const { deviceToken } = (await signIn(email)).tokens;
  expect(await templatesTo(email)).toEqual(['verify-email']);

  const again = await signIn(email, {
    ...ORIGIN,
    ipAddress: '198.51.100.1',
    deviceToken: deviceToken ?? null,
  });
  expect(await templatesTo(email)).toEqual(['verify-email']);

  await signIn(email, { ...ORIGIN, userAgent: `${FIREFOX} <b>call 555</b>` });
  const [, notice] = await setup.mailsTo(email);
  expect(notice).toMatchObject({ template: 'new-device', link: expect.stringContaining('/not-me?token=') });
  expect(notice?.text).toContain('Firefox on Windows');
  expect(notice?.text).not.toContain('555');

  const { email: other } = await setup.newUser('shares-the-browser');
  await signIn(other);
  const shared = await signIn(other, { ...ORIGIN, deviceToken: again.tokens.deviceToken ?? null });
  expect(await templatesTo(other)).toEqual(['verify-email', 'new-device']);
  // The browser knows both from then on.
  await signIn(email, { ...ORIGIN, deviceToken: shared.tokens.deviceToken ?? null });
  expect(await templatesTo(email)).toEqual(['verify-email', 'new-device']);
});

test('the first sign-in to an account that was imported is told of: the ones before it were elsewhere', async () => {
  const { email, userId } = await setup.newUser('imported');
  await setup.db.user.update({ where: { id: userId }, data: { importedAt: setup.clock.now() } });
  const { deviceToken } = (await signIn(email)).tokens;
  expect(await templatesTo(email)).toEqual(['verify-email', 'new-device']);
  await signIn(email, { ...ORIGIN, deviceToken: deviceToken ?? null });
  expect(await templatesTo(email)).toEqual(['verify-email', 'new-device']);
});

test('a program that keeps no device token is told of five times an hour', async () => {
  const { email } = await setup.newUser('script');
  for (let time = 0; time < 8; time += 1) await signIn(email);
  expect((await templatesTo(email)).filter((template) => template === 'new-device')).toHaveLength(5);
});

test('“this wasn’t me” ends every session, voids password, devices and links, and mails a way back in', async () => {
  const { email, userId } = await setup.newUser('robbed');
  const mine = await signIn(email);
  const origin = { ...ORIGIN, deviceToken: mine.tokens.deviceToken ?? null };
  await signIn(email, { ...ORIGIN, ipAddress: '203.0.113.66' }); // the thief
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const older = await setup.tokenFor(email, 'reset-password');
  const token = await setup.tokenFor(email, 'new-device');

  await setup.identity.disownActivity({ token, origin });
  expect(await setup.sessions.countMany([userId])).toEqual([0]);
  const refused = setup.signIn.login({ email, password: PASSWORD, origin });
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  const reset = (mailed: string) =>
    setup.identity.resetPassword({ token: mailed, newPassword: NEW_PASSWORD, origin: ORIGIN });
  await expect(reset(older)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  const twice = setup.identity.disownActivity({ token, origin });
  await expect(twice).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  expect(await setup.db.auditEvent.count({ where: { subjectId: userId, action: 'activity.disowned' } })).toBe(
    1,
  );

  await reset(await setup.tokenFor(email, 'reset-password'));
  const before = (await templatesTo(email)).length;
  await signIn(email, origin, NEW_PASSWORD);
  expect((await templatesTo(email)).slice(before)).toEqual(['new-device']); // what was trusted before is not any more
});

test('until the password is reset, no other way in opens the account either', async () => {
  const { email, userId } = await setup.newUser('other-ways');
  await signIn(email);
  await signIn(email);
  await setup.identity.disownActivity({ token: await setup.tokenFor(email, 'new-device'), origin: ORIGIN });
  const { passwordChangedAt } = await setup.db.user.findUniqueOrThrow({ where: { id: userId } });
  const withPasskey = setup.signIn.continueSignIn({
    userId,
    passwordChangedAt,
    amr: ['hwk', 'mfa'],
    origin: ORIGIN,
  });
  await expect(withPasskey).rejects.toMatchObject({ code: 'PASSWORD_RESET_REQUIRED' });
});

test('a change of the password mails the link, and of two notices the older one works as well', async () => {
  const { email, userId } = await setup.newUser('changes');
  const { session } = await signIn(email);
  const signedIn = { userId, sessionId: session.id, origin: ORIGIN };
  await setup.identity.changePassword(signedIn, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const token = await setup.tokenFor(email, 'password-changed');
  await signIn(email, ORIGIN, NEW_PASSWORD);
  await setup.tokenFor(email, 'new-device');
  await setup.identity.disownActivity({ token, origin: ORIGIN });
  expect(await setup.sessions.countMany([userId])).toEqual([0]);
});

test('a refresh token that comes twice is told by mail', async () => {
  const { email, userId } = await setup.newUser('copied');
  const { tokens } = await signIn(email);
  const next = await setup.sessions.refresh(tokens.refreshToken, ORIGIN);
  await setup.sessions.refresh(next.tokens.refreshToken, ORIGIN);
  const thief = setup.sessions.refresh(tokens.refreshToken, ORIGIN);
  await expect(thief).rejects.toMatchObject({ code: 'TOKEN_REUSED' });
  expect((await setup.mailsTo(email)).at(-1)).toMatchObject({
    template: 'session-copied',
    link: expect.stringContaining('/not-me?token='),
  });
  await setup.identity.disownActivity({
    token: await setup.tokenFor(email, 'session-copied'),
    origin: ORIGIN,
  });
  expect(await setup.sessions.countMany([userId])).toEqual([0]);
});

test('links and factors added since the first unanswered notice go, whichever notice is answered', async () => {
  const { email, userId } = await setup.newUser('looks-back');
  const add = async (name: string, createdAt: Date) => {
    const select = { id: true };
    const passkey = { userId, name, credentialId: name, publicKey: 'AA', transports: [], isSynced: false };
    await setup.db.passkey.create({ data: { ...passkey, createdAt }, select });
    const link = { userId, provider: 'acme', providerId: name, linkedAt: createdAt };
    return setup.db.socialLogin.create({ data: link, select });
  };
  const before = setup.clock.now();
  await signIn(email);
  setup.clock.advance(HOUR);
  const { session } = await signIn(email); // the thief: a first notice
  const own = await add('own', before);
  const strange = await add('strange', setup.clock.now());
  setup.clock.advance(HOUR);
  await setup.identity.changePassword(
    { userId, sessionId: session.id, origin: ORIGIN },
    { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
  );
  const newest = await setup.tokenFor(email, 'password-changed');
  await setup.identity.disownActivity({ token: newest, origin: ORIGIN });
  expect(await setup.db.socialLogin.findMany({ where: { userId }, select: { id: true } })).toEqual([own]);
  expect(await setup.db.passkey.findMany({ where: { userId }, select: { name: true } })).toEqual([
    { name: 'own' },
  ]);
  const unlinked = { subjectId: userId, action: 'social_login.unlinked' };
  expect(await setup.db.auditEvent.findMany({ where: unlinked, select: { data: true } })).toEqual([
    { data: { socialLoginId: strange.id } },
  ]);
});

test('who has moved the account to another address is mailed nothing there', async () => {
  const { email, userId } = await setup.newUser('moved');
  await setup.db.user.update({ where: { id: userId }, data: { isVerified: true }, select: { id: true } });
  await signIn(email);
  const { session } = await signIn(email);
  const token = await setup.tokenFor(email, 'new-device');
  const thief = { userId, sessionId: session.id, origin: ORIGIN };
  await setup.identity.requestEmailChange(thief, { newEmail: 'thief@example.com', password: PASSWORD });
  const confirmation = await setup.tokenFor('thief@example.com', 'confirm-email-change');
  await setup.identity.confirmEmailChange({ token: confirmation, origin: ORIGIN });

  await setup.identity.disownActivity({ token, origin: ORIGIN });
  expect(await setup.sessions.countMany([userId])).toEqual([0]);
  expect(await templatesTo('thief@example.com')).toEqual(['confirm-email-change']);

  await setup.identity.undoEmailChange({
    token: await setup.tokenFor(email, 'email-change-notice'),
    origin: ORIGIN,
  });
  const reset = await setup.tokenFor(email, 'reset-password');
  await setup.identity.resetPassword({ token: reset, newPassword: NEW_PASSWORD, origin: ORIGIN });
  await signIn(email, ORIGIN, NEW_PASSWORD);
});
