import { sealedSql } from '../../src/database/sealed-sql.js';
import { HOUR } from '../../src/clock.js';
import { createOpaqueToken } from '../../src/security/tokens/opaque-token.js';
import { createAccountSetup, ORIGIN, PASSWORD, SOME_TEXT, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const INVALID = { code: 'TOKEN_INVALID' };
const newPassword = 'another-walrus-umbrella';

async function resetToken(name: string) {
  const user = await setup.newUser(name);
  await setup.identity.requestPasswordReset({ email: user.email, origin: ORIGIN });
  return { ...user, token: await setup.tokenFor(user.email, 'reset-password') };
}

test('of parallel uses of one token one succeeds', async () => {
  const { token, userId } = await resetToken('parallel');
  const use = (_: unknown, index: number) =>
    setup.identity.resetPassword({ token, newPassword: `${newPassword}-${index}`, origin: ORIGIN });
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, use));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(INVALID);
  }
  const resets = { subjectId: userId, action: 'password.reset' };
  expect(await setup.db.auditEvent.count({ where: resets })).toBe(1);
});

test('parallel verifications of one token: one succeeds', async () => {
  const { email } = await setup.newUser('parallel-verify');
  const token = await setup.tokenFor(email, 'verify-email');
  const use = () => setup.identity.verifyEmail({ token, origin: ORIGIN });
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, use));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
});

test('a refused new password leaves the token usable', async () => {
  const { token } = await resetToken('refused');
  const weak = setup.identity.resetPassword({ token, newPassword: 'short', origin: ORIGIN });
  await expect(weak).rejects.toMatchObject({
    code: 'PASSWORD_TOO_SHORT',
    fields: { newPassword: SOME_TEXT },
  });
  await setup.identity.resetPassword({ token, newPassword, origin: ORIGIN });
});

test('a token of one purpose is no token of another', async () => {
  const { email, token } = await resetToken('purpose');
  await expect(setup.identity.verifyEmail({ token, origin: ORIGIN })).rejects.toMatchObject(INVALID);
  await expect(setup.identity.confirmEmailChange({ token, origin: ORIGIN })).rejects.toMatchObject(INVALID);
  await expect(setup.identity.undoEmailChange({ token, origin: ORIGIN })).rejects.toMatchObject(INVALID);
  const verify = await setup.tokenFor(email, 'verify-email');
  const attempt = setup.identity.resetPassword({ token: verify, newPassword, origin: ORIGIN });
  await expect(attempt).rejects.toMatchObject(INVALID);
});

test('of tokens asked for in parallel the newest alone works', async () => {
  const { email, userId } = await setup.newUser('newest');
  const ask = () => setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  await Promise.all(Array.from({ length: 5 }, ask));
  expect(await setup.db.oneTimeToken.count({ where: { userId, purpose: 'RESET_PASSWORD' } })).toBe(1);
});

test('a token dies with the address that it was sent to', async () => {
  const { userId, token } = await resetToken('moved');
  await setup.db.user.update({ where: { id: userId }, data: { email: 'moved-on@example.com' } });
  await expect(setup.identity.resetPassword({ token, newPassword, origin: ORIGIN })).rejects.toMatchObject(
    INVALID,
  );
});

test('a token dies with its account', async () => {
  const { email, token } = await resetToken('deleted');
  await setup.setStatus(email, 'DELETED');
  await expect(setup.identity.resetPassword({ token, newPassword, origin: ORIGIN })).rejects.toMatchObject(
    INVALID,
  );
});

test('a reset token works for an hour', async () => {
  const { token } = await resetToken('expired');
  setup.clock.advance(HOUR + 1);
  await expect(setup.identity.resetPassword({ token, newPassword, origin: ORIGIN })).rejects.toMatchObject(
    INVALID,
  );
});

test('only a hash of the token is stored', async () => {
  const { token, userId } = await resetToken('hashed');
  const all = 'SELECT t::text AS row FROM one_time_tokens t WHERE user_id = $1::uuid';
  const rows = await setup.db.$queryRawUnsafe<{ row: string }[]>(sealedSql('hot read', all), userId);
  expect(rows.length).toBeGreaterThan(0);
  for (const { row } of rows) expect(row).not.toContain(token);
});

test.each([
  ['empty', ''],
  ['made up', createOpaqueToken('oneTime')],
  ['of another kind', createOpaqueToken('refresh')],
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['with a NUL', `${createOpaqueToken('oneTime').slice(0, -1)}\0`],
])('a token that is %s is refused', async (_what, token) => {
  await expect(setup.identity.verifyEmail({ token, origin: ORIGIN })).rejects.toMatchObject(INVALID);
  const reset = setup.identity.resetPassword({ token, newPassword: PASSWORD, origin: ORIGIN });
  await expect(reset).rejects.toMatchObject(INVALID);
});
