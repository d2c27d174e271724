import { createAccountSetup, ORIGIN, PASSWORD, SOME_TEXT, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const newPassword = 'a-quite-new-pelican';

async function signedIn(name: string) {
  const { email, userId } = await setup.newUser(name);
  const login = async () => (await setup.logIn(email)).session.id;
  const sessionId = await login();
  const others = [await login(), await login()];
  return { email, userId, sessionId, others, session: { userId, sessionId, origin: ORIGIN } };
}

const runningSessions = async (userId: string) => {
  const rows = await setup.db.session.findMany({ where: { userId, revokedAt: null }, select: { id: true } });
  return rows.map(({ id }) => id);
};

test('changing the password keeps this session, ends the others, and mails a notice', async () => {
  const { email, userId, sessionId, session } = await signedIn('changes');
  await setup.identity.changePassword(session, { currentPassword: PASSWORD, newPassword });
  expect(await runningSessions(userId)).toEqual([sessionId]);
  expect((await setup.mailsTo(email)).at(-1)).toMatchObject({ template: 'password-changed' });
  await setup.identity.checkCredentials({ email, password: newPassword, origin: ORIGIN });
  const old = setup.identity.checkCredentials({ email, password: PASSWORD, origin: ORIGIN });
  await expect(old).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
});

test('a wrong current password changes nothing and is recorded', async () => {
  const { email, userId, session, others } = await signedIn('wrong');
  const change = setup.identity.changePassword(session, { currentPassword: 'not it', newPassword });
  await expect(change).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(await runningSessions(userId)).toEqual(expect.arrayContaining(others));
  expect(await setup.db.auditEvent.count({ where: { subjectId: userId, action: 'password.refused' } })).toBe(
    1,
  );
  expect((await setup.mailsTo(email)).map((mail) => mail.template)).not.toContain('password-changed');
});

test.each([
  ['too short', 'short', 'PASSWORD_TOO_SHORT'],
  ['with the address', 'weak-weak-weak@example.com', 'PASSWORD_CONTAINS_IDENTITY'],
])('a new password %s is refused', async (_what, refused, code) => {
  const { session } = await signedIn(code === 'PASSWORD_TOO_SHORT' ? 'short' : 'weak-weak-weak');
  const change = setup.identity.changePassword(session, { currentPassword: PASSWORD, newPassword: refused });
  await expect(change).rejects.toMatchObject({ code, fields: { newPassword: SOME_TEXT } });
});

test('of two parallel changes one succeeds', async () => {
  const { session } = await signedIn('twice');
  const change = (password: string) =>
    setup.identity.changePassword(session, { currentPassword: PASSWORD, newPassword: password });
  const outcomes = await Promise.allSettled([change('pelican-number-one'), change('pelican-number-two')]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a change voids reset links and a change of address that is under way', async () => {
  const { email, session } = await signedIn('voids');
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  await setup.identity.requestEmailChange(session, { newEmail: 'thief@example.com', password: PASSWORD });
  const reset = await setup.tokenFor(email, 'reset-password');
  const confirm = await setup.tokenFor('thief@example.com', 'confirm-email-change');
  await setup.identity.changePassword(session, { currentPassword: PASSWORD, newPassword });
  const useReset = setup.identity.resetPassword({ token: reset, newPassword: PASSWORD, origin: ORIGIN });
  await expect(useReset).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  const useConfirm = setup.identity.confirmEmailChange({ token: confirm, origin: ORIGIN });
  await expect(useConfirm).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});
