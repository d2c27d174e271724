import { DAY, HOUR } from '../../src/clock.js';
import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const INVALID = { code: 'TOKEN_INVALID' };

/** Signs a new user in, whose address is proved unless said otherwise, and asks for `to`. */
async function requested(name: string, to: string, isVerified = true) {
  const user = await setup.newUser(name);
  await setup.db.user.update({ where: { id: user.userId }, data: { isVerified }, select: { id: true } });
  await request(user, to);
  return user;
}

async function request({ userId, email }: { userId: string; email: string }, to: string) {
  const { session } = await setup.logIn(email);
  const holder = { userId, sessionId: session.id, origin: ORIGIN };
  await setup.identity.requestEmailChange(holder, { newEmail: to, password: PASSWORD });
}

async function confirm(newEmail: string) {
  const token = await setup.tokenFor(newEmail, 'confirm-email-change');
  await setup.identity.confirmEmailChange({ token, origin: ORIGIN });
}

async function undo(oldEmail: string) {
  const token = await setup.tokenFor(oldEmail, 'email-change-notice');
  await setup.identity.undoEmailChange({ token, origin: ORIGIN });
}

const addressOf = async (userId: string) => (await setup.identity.findUser(userId))?.email;

test('the address changes when the new one confirms, and the old one gets a notice', async () => {
  const { userId, email } = await requested('moves', 'moved@example.com');
  expect(await addressOf(userId)).toBe(email);
  await confirm('moved@example.com');
  expect(await setup.identity.findUser(userId)).toMatchObject({
    email: 'moved@example.com',
    isVerified: true,
  });
  expect((await setup.mailsTo(email)).at(-1)).toMatchObject({ template: 'email-change-notice' });
  await setup.identity.checkCredentials({ email: 'moved@example.com', password: PASSWORD, origin: ORIGIN });
  const old = setup.identity.checkCredentials({ email, password: PASSWORD, origin: ORIGIN });
  await expect(old).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
});

test('a wrong password asks for nothing', async () => {
  const { userId } = await setup.newUser('wrong');
  const holder = { userId, sessionId: userId, origin: ORIGIN };
  const attempt = setup.identity.requestEmailChange(holder, {
    newEmail: 'x@example.com',
    password: 'not it',
  });
  await expect(attempt).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  expect(await setup.mailsTo('x@example.com')).toHaveLength(0);
});

test('a taken address answers alike and gets no mail', async () => {
  await setup.newUser('holder');
  await requested('wants', 'HOLDER@example.com');
  expect(await setup.mailsTo('HOLDER@example.com')).toHaveLength(0);
});

test('an address that was taken meanwhile is a conflict, and the account stays as it was', async () => {
  const { userId, email } = await requested('slow', 'contested@example.com');
  await setup.newUser('contested');
  await expect(confirm('contested@example.com')).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await addressOf(userId)).toBe(email);
});

test('two accounts that confirm one address at once: one gets it', async () => {
  await requested('rival-a', 'prize@example.com');
  const first = await setup.tokenFor('prize@example.com', 'confirm-email-change');
  await requested('rival-b', 'prize@example.com');
  const second = await setup.tokenFor('prize@example.com', 'confirm-email-change');
  const outcomes = await Promise.allSettled(
    [first, second].map((token) => setup.identity.confirmEmailChange({ token, origin: ORIGIN })),
  );
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({
    reason: { code: 'CONFLICT' },
  });
});

test('the letters of the own address may change their case', async () => {
  const { userId } = await requested('case', 'Case@example.com');
  await confirm('Case@example.com');
  expect(await addressOf(userId)).toBe('Case@example.com');
});

test('a confirmed change voids what was mailed to the old address', async () => {
  const { email } = await requested('voids', 'voided@example.com');
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const reset = await setup.tokenFor(email, 'reset-password');
  const verify = await setup.tokenFor(email, 'verify-email');
  await confirm('voided@example.com');
  const use = setup.identity.resetPassword({
    token: reset,
    newPassword: 'a-quite-new-pelican',
    origin: ORIGIN,
  });
  await expect(use).rejects.toMatchObject(INVALID);
  await expect(setup.identity.verifyEmail({ token: verify, origin: ORIGIN })).rejects.toMatchObject(INVALID);
});

test('the old address undoes the change within 72 hours, which ends every session', async () => {
  const { userId, email } = await requested('undoes', 'undone@example.com');
  await confirm('undone@example.com');
  setup.clock.advance(3 * DAY - HOUR);
  await undo(email);
  expect(await addressOf(userId)).toBe(email);
  expect(await setup.sessions.countMany([userId])).toEqual([0]);
  await expect(undo(email)).rejects.toMatchObject(INVALID);
});

test('after 72 hours the change stands', async () => {
  const { userId, email } = await requested('late', 'stands@example.com');
  await confirm('stands@example.com');
  setup.clock.advance(3 * DAY + 1);
  await expect(undo(email)).rejects.toMatchObject(INVALID);
  expect(await addressOf(userId)).toBe('stands@example.com');
});

test('whoever took an account over cannot void the undo link by changing the address again', async () => {
  const { userId, email } = await requested('victim', 'thief-1@example.com');
  await confirm('thief-1@example.com');
  setup.clock.advance(1000);
  await request({ userId, email: 'thief-1@example.com' }, 'thief-2@example.com');
  await confirm('thief-2@example.com');
  await undo(email);
  expect(await addressOf(userId)).toBe(email);
  // The links of the thief's own addresses lead nowhere any more.
  await expect(undo('thief-1@example.com')).rejects.toMatchObject(INVALID);
});

test('an undo with a later link leaves the earlier one usable', async () => {
  const { userId, email } = await requested('first', 'second@example.com');
  await confirm('second@example.com');
  setup.clock.advance(1000);
  await request({ userId, email: 'second@example.com' }, 'third@example.com');
  await confirm('third@example.com');
  await undo('second@example.com');
  expect(await addressOf(userId)).toBe('second@example.com');
  await undo(email);
  expect(await addressOf(userId)).toBe(email);
});

test('the old address stays reserved while the change can be undone', async () => {
  const { userId, email } = await requested('reserved', 'elsewhere@example.com');
  await confirm('elsewhere@example.com');
  const squat = () => setup.identity.register({ email, password: PASSWORD, origin: ORIGIN });
  await expect(squat()).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
  await requested('other', email);
  expect((await setup.mailsTo(email)).map((mail) => mail.template)).not.toContain('confirm-email-change');
  // Its own account may go back.
  await request({ userId, email: 'elsewhere@example.com' }, email);
  await confirm(email);
  expect(await addressOf(userId)).toBe(email);
});

test('after the 72 hours the old address is free for others', async () => {
  const { email } = await requested('frees', 'freed@example.com');
  await confirm('freed@example.com');
  setup.clock.advance(3 * DAY + 1);
  await expect(setup.newUser('frees')).resolves.toMatchObject({ email });
});

test('an address that was never proved is neither told nor reserved when the account moves away', async () => {
  const { userId, email } = await requested('unproved', 'proved@example.com', false);
  await confirm('proved@example.com');
  expect((await setup.mailsTo(email)).map((mail) => mail.template)).toEqual(['verify-email']);
  expect(await setup.db.oneTimeToken.count({ where: { userId, purpose: 'UNDO_EMAIL_CHANGE' } })).toBe(0);
  const owner = await setup.newUser('unproved');
  expect(await setup.identity.findUser(owner.userId)).toMatchObject({ email, isVerified: false });
});

test('an undo removes what was added since the first unanswered notice, and nothing older', async () => {
  const { userId, email } = await requested('looks-back', 'looks-back-2@example.com');
  const link = (providerId: string) =>
    setup.db.socialLogin.create({
      data: { userId, provider: 'acme', providerId, linkedAt: setup.clock.now() },
      select: { id: true },
    });
  const own = await link('own');
  setup.clock.advance(HOUR);
  const { session } = await setup.logIn(email); // a new device: the first notice
  await link('strange');
  setup.clock.advance(HOUR);
  const holder = { userId, sessionId: session.id, origin: ORIGIN };
  await setup.identity.requestEmailChange(holder, {
    newEmail: 'looks-back-3@example.com',
    password: PASSWORD,
  });
  await confirm('looks-back-3@example.com');
  await undo(email);
  expect(await setup.db.socialLogin.findMany({ where: { userId }, select: { id: true } })).toEqual([own]);
});
