import { DAY } from '../../src/clock.js';
import { createAccountSetup, ORIGIN, PASSWORD, SOME_TEXT, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

test('registering stores account, profile, consents and audit event, and mails a link', async () => {
  const { userId } = await setup.identity.register({
    email: 'Ada@example.com',
    password: PASSWORD,
    profile: { fullName: ' Ada Lovelace ', preferences: { theme: 'dark' } },
    consents: [{ purpose: 'newsletter', granted: true, policyVersion: '2026-01' }],
    origin: ORIGIN,
  });
  const user = await setup.db.user.findUniqueOrThrow({
    where: { id: userId ?? '' },
    include: { profile: true, consents: true, auditOrigins: true },
  });
  expect(user).toMatchObject({
    email: 'Ada@example.com',
    isVerified: false,
    status: 'ACTIVE',
    lastLoginAt: null,
  });
  expect(user.passwordHash).toMatch(/^\$argon2id\$/);
  expect(user.profile).toMatchObject({
    fullName: 'Ada Lovelace',
    avatarUrl: null,
    preferences: { theme: 'dark' },
  });
  expect(user.consents).toMatchObject([{ purpose: 'newsletter', granted: true, policyVersion: '2026-01' }]);
  const events = await setup.db.auditEvent.findMany({ where: { subjectId: userId } });
  expect(events.map((event) => event.action).sort()).toEqual(['consent.recorded', 'user.registered']);
  expect(user.auditOrigins.map(({ origin }) => origin)).toMatchObject([ORIGIN, ORIGIN]);
  expect((await setup.mailsTo('Ada@example.com')).map((mail) => mail.template)).toEqual(['verify-email']);
});

test('an address is taken in any case of its letters, and nothing is written', async () => {
  await setup.newUser('taken');
  const before = await setup.db.user.count();
  const again = setup.identity.register({ email: 'TAKEN@example.com', password: PASSWORD, origin: ORIGIN });
  await expect(again).rejects.toMatchObject({ code: 'EMAIL_TAKEN', status: 409 });
  expect(await setup.db.user.count()).toBe(before);
});

test('of parallel registrations of one address one succeeds', async () => {
  const attempt = () =>
    setup.identity.register({ email: 'race@example.com', password: PASSWORD, origin: ORIGIN });
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, attempt));
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refusals).toHaveLength(5);
  for (const { reason } of refusals) expect(reason).toMatchObject({ code: 'EMAIL_TAKEN' });
  expect(await setup.mailsTo('race@example.com')).toHaveLength(1);
});

test.each([
  ['a short password', { password: 'short' }, { code: 'PASSWORD_TOO_SHORT' }],
  ['a breached password', { password: 'passwordpassword' }, { code: 'PASSWORD_BREACHED' }],
  ['the address as password', { password: 'badinput@example.com' }, { code: 'PASSWORD_CONTAINS_IDENTITY' }],
  [
    'a name of 101 characters',
    { profile: { fullName: 'x'.repeat(101) } },
    { fields: { fullName: SOME_TEXT } },
  ],
  [
    'a consent without a purpose',
    { consents: [{ purpose: ' ', granted: true, policyVersion: '1' }] },
    { fields: { 'consents.0.purpose': SOME_TEXT } },
  ],
])('%s is refused and opens no account', async (_what, input, error) => {
  const attempt = setup.identity.register({
    email: 'badinput@example.com',
    password: PASSWORD,
    origin: ORIGIN,
    ...input,
  });
  await expect(attempt).rejects.toMatchObject(error);
  expect(await setup.db.user.findUnique({ where: { email: 'badinput@example.com' } })).toBeNull();
});

test('a mailed link verifies the address', async () => {
  const { userId, email } = await setup.newUser('verifies');
  await setup.identity.verifyEmail({ token: await setup.tokenFor(email, 'verify-email'), origin: ORIGIN });
  expect(await setup.identity.findUser(userId)).toMatchObject({ isVerified: true });
});

test('a link asked for again voids the one before; a verified address gets no more', async () => {
  const { email } = await setup.newUser('again');
  const first = await setup.tokenFor(email, 'verify-email');
  await setup.identity.requestEmailVerification({ email, origin: ORIGIN });
  await expect(setup.identity.verifyEmail({ token: first, origin: ORIGIN })).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
  await setup.identity.verifyEmail({ token: await setup.tokenFor(email, 'verify-email'), origin: ORIGIN });
  await setup.identity.requestEmailVerification({ email, origin: ORIGIN });
  expect(await setup.mailsTo(email)).toHaveLength(2);
});

test('a verification link works for a day; then it is discarded', async () => {
  const { email } = await setup.newUser('late');
  const token = await setup.tokenFor(email, 'verify-email');
  setup.clock.advance(DAY + 1);
  await expect(setup.identity.verifyEmail({ token, origin: ORIGIN })).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
  expect(await setup.identity.discardSpentTokens(setup.clock.now(), 500)).toBeGreaterThan(0);
  expect(await setup.db.oneTimeToken.count()).toBe(0);
});
