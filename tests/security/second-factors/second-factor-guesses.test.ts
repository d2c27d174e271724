import { HOUR, MINUTE, SECOND } from '../../../src/clock.js';
import { AppError } from '../../../src/errors.js';
import { enrolledUser, wrongCode } from '../../auth/authenticator.js';
import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from '../../identity/account-setup.js';

const nothing = () => Promise.resolve();

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

async function challengeOf(email: string): Promise<string> {
  const result = await setup.signIn.login({ email, password: PASSWORD, origin: ORIGIN });
  return 'challenge' in result ? result.challenge : '';
}

function answer(challenge: string, code: string, method: 'TOTP' | 'RECOVERY_CODE' = 'TOTP') {
  return setup.signIn.completeMfa({ challenge, method, code, origin: ORIGIN });
}

/** What a wrong code is answered, by a fresh challenge. */
async function guess(email: string, secret: string) {
  const refused = answer(await challengeOf(email), wrongCode(secret, setup.clock.now()));
  return refused.then(
    () => ({ code: 'SIGNED_IN', retryAfterSeconds: 0 }),
    (error: { code: string; retryAfterSeconds?: number }) => error,
  );
}

/** Counts wrong codes without trying each of them. */
async function setFailures(userId: string, failures: number): Promise<void> {
  const data = { failures, failedAt: setup.clock.now() };
  await setup.db.totpAuthenticator.update({ where: { userId }, data });
}

test('a challenge takes five answers; the right code comes too late then', async () => {
  const { email, secret, code, recoveryCodes } = await enrolledUser(setup, 'five');
  const challenge = await challengeOf(email);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const refused = answer(challenge, `wrong ${attempt}`, 'RECOVERY_CODE');
    await expect(refused).rejects.toMatchObject({ code: 'MFA_INVALID' });
  }
  await expect(answer(challenge, code())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  await expect(answer(challenge, recoveryCodes[0] ?? '', 'RECOVERY_CODE')).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
  await expect(answer(challenge, wrongCode(secret, setup.clock.now()))).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
});

test('parallel answers to one challenge are counted one by one', async () => {
  const { email } = await enrolledUser(setup, 'counted');
  const challenge = await challengeOf(email);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      answer(challenge, `wrong ${index}`, 'RECOVERY_CODE').catch(({ code }: { code: string }) => code),
    ),
  );
  expect(outcomes.filter((code) => code === 'MFA_INVALID')).toHaveLength(5);
  expect(outcomes.filter((code) => code === 'TOKEN_INVALID')).toHaveLength(15);
});

test('wrong codes are counted over all challenges: after five, each next one waits twice as long', async () => {
  const { email, secret, code } = await enrolledUser(setup, 'waits');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect(await guess(email, secret)).toMatchObject({ code: 'MFA_INVALID' });
  }
  const waits: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const blocked = await guess(email, secret);
    expect(blocked.code).toBe('RATE_LIMITED');
    await expect(answer(await challengeOf(email), code())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    waits.push(blocked.retryAfterSeconds);
    setup.clock.advance((blocked.retryAfterSeconds ?? 0) * SECOND);
    expect(await guess(email, secret)).toMatchObject({ code: 'MFA_INVALID' });
  }
  expect(waits).toEqual([30, 60, 120]);
  setup.clock.advance(HOUR);
  await expect(answer(await challengeOf(email), code())).resolves.toMatchObject({ user: { email } });
  expect(await guess(email, secret)).toMatchObject({ code: 'MFA_INVALID' }); // counted anew
});

test('a challenge is not worn out by being told to wait', async () => {
  const { email, userId, secret, code } = await enrolledUser(setup, 'patient');
  await setFailures(userId, 5);
  const challenge = await challengeOf(email);
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const refused = answer(challenge, wrongCode(secret, setup.clock.now()));
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  }
  setup.clock.advance(MINUTE);
  await expect(answer(challenge, code())).resolves.toBeDefined();
});

test('after a hundred in a row codes are no longer looked at, and another proof goes on', async () => {
  const { email, userId, code, recoveryCodes } = await enrolledUser(setup, 'hundred');
  await setFailures(userId, 100);
  setup.clock.advance(HOUR);
  await expect(answer(await challengeOf(email), code())).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    satisfiedBy: 'requestPasswordReset',
  });
  const [recoveryCode = ''] = recoveryCodes;
  await expect(answer(await challengeOf(email), recoveryCode, 'RECOVERY_CODE')).resolves.toBeDefined();
  await expect(answer(await challengeOf(email), code())).resolves.toBeDefined();
});

test('a password that was reset by mail since is such a proof', async () => {
  const { email, userId, secret, code } = await enrolledUser(setup, 'reset');
  await setFailures(userId, 100);
  setup.clock.advance(SECOND);
  const stale = await challengeOf(email);
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const token = await setup.tokenFor(email, 'reset-password');
  await setup.identity.resetPassword({ token, newPassword: 'a-quite-new-pelican', origin: ORIGIN });
  const result = await setup.signIn.login({ email, password: 'a-quite-new-pelican', origin: ORIGIN });
  const challenge = 'challenge' in result ? result.challenge : '';
  await expect(answer(challenge, wrongCode(secret, setup.clock.now()))).rejects.toMatchObject({
    code: 'MFA_INVALID',
  });
  await expect(answer(challenge, code())).resolves.toMatchObject({ user: { email } });
  setup.clock.advance(MINUTE);
  // The password that the other challenge stands for is void.
  await expect(answer(stale, code())).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
});

test('a challenge runs out after five minutes', async () => {
  const { email, code } = await enrolledUser(setup, 'late');
  const challenge = await challengeOf(email);
  setup.clock.advance(5 * MINUTE);
  await expect(answer(challenge, code())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test.each([
  ['SUSPENDED', 'ACCOUNT_SUSPENDED'],
  ['DELETED', 'TOKEN_INVALID'],
] as const)('an account %s since the first factor opens no session', async (status, code) => {
  const { email, userId, code: current } = await enrolledUser(setup, `since-${status.toLowerCase()}`);
  const challenge = await challengeOf(email);
  const before = await setup.db.session.count({ where: { userId } });
  await setup.setStatus(email, status);
  await expect(answer(challenge, current())).rejects.toMatchObject({ code });
  expect(await setup.db.session.count({ where: { userId } })).toBe(before);
});

test.each([
  ['reauthenticate', '198.51.100.1'],
  ['disableTotp', '198.51.100.2'],
  ['regenerateRecoveryCodes', '198.51.100.3'],
] as const)('wrong codes given to %s use up what the network has', async (operation, ipAddress) => {
  const { userId, caller, code } = await enrolledUser(setup, `asked-by-${operation.toLowerCase()}`);
  const give = (given: string, from: string) => {
    const viewer = { ...caller.viewer, authTime: setup.clock.now() };
    const origin = { ...ORIGIN, ipAddress: from };
    if (operation !== 'reauthenticate') return setup.mfa[operation]({ viewer, origin }, given);
    const holder = { userId, sessionId: viewer.sessionId, origin };
    return setup.signIn.reauthenticate(holder, { password: PASSWORD, code: given });
  };
  const other = { kind: 'password', account: null, origin: { ...ORIGIN, ipAddress }, device: null } as const;
  for (let failure = 0; failure < 44; failure += 1) {
    const refused = setup.guard.attempt(
      other,
      () => Promise.reject(new AppError('INVALID_CREDENTIALS')),
      nothing,
    );
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  }
  for (let failure = 0; failure < 12; failure += 1) {
    setup.clock.advance(5 * MINUTE);
    await expect(give(`wrong ${failure}`, ipAddress)).rejects.toMatchObject({ code: 'MFA_INVALID' });
  }
  await expect(give(code(), ipAddress)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(give(code(), '198.51.100.4')).resolves.toBeDefined();
});

/** The id that a device token names. */
function idOf(deviceToken: string | null): string {
  const [payload = ''] = (deviceToken ?? '').replace('cst_dv_', '').split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { id: string }).id;
}

describe('on a device that the account knows', () => {
  /** An account, and one of its devices on which a sign-in is completed with a code. */
  async function ownerOnDevice(name: string) {
    const user = await enrolledUser(setup, name);
    const signIn = async (code: string, deviceToken: string | null, ipAddress = '203.0.113.1') => {
      const origin = { ...ORIGIN, ipAddress, deviceToken };
      const result = await setup.signIn.login({ email: user.email, password: PASSWORD, origin });
      const challenge = 'challenge' in result ? result.challenge : '';
      return setup.signIn.completeMfa({ challenge, method: 'TOTP', code, origin });
    };
    const { deviceToken = null } = (await signIn(user.code(), null)).tokens;
    setup.clock.advance(MINUTE);
    return { ...user, signIn, deviceToken };
  }

  test('wrong codes of strangers who know the password do not hold the owner off', async () => {
    const { userId, signIn, deviceToken, code } = await ownerOnDevice('known');
    await setFailures(userId, 100);
    await expect(signIn(code(), null)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(signIn(code(), deviceToken)).resolves.toBeDefined();
    setup.clock.advance(MINUTE);
    // Nor does the owner's success give the strangers another hundred.
    await expect(signIn(code(), null)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('there are ten guesses, and after a hundred it is a device like any other', async () => {
    const { userId, signIn, deviceToken, secret } = await ownerOnDevice('worn-out');
    const wrong = () => signIn(wrongCode(secret, setup.clock.now()), deviceToken);
    for (let guess = 0; guess < 10; guess += 1) {
      await expect(wrong()).rejects.toMatchObject({ code: 'MFA_INVALID' });
    }
    await expect(wrong()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    for (let guess = 10; guess < 100; guess += 1) {
      setup.clock.advance(HOUR);
      const attempt = { kind: 'mfa', account: userId, origin: ORIGIN, device: idOf(deviceToken) } as const;
      const refused = setup.guard.attempt(
        attempt,
        () => Promise.reject(new AppError('MFA_INVALID')),
        nothing,
      );
      await expect(refused).rejects.toMatchObject({ code: 'MFA_INVALID' });
    }
    const failures = async () =>
      (await setup.db.totpAuthenticator.findUnique({ where: { userId }, select: { failures: true } }))
        ?.failures;
    expect(await failures()).toBe(0);
    await expect(wrong()).rejects.toMatchObject({ code: 'MFA_INVALID' });
    expect(await failures()).toBe(1);
  });
});

test('refusals are recorded, without the code', async () => {
  const { email, userId, secret } = await enrolledUser(setup, 'recorded');
  await guess(email, secret);
  const events = await setup.db.auditEvent.findMany({ where: { subjectId: userId, action: 'mfa.refused' } });
  expect(events.map(({ data }) => data)).toEqual([{ method: 'TOTP', reason: 'MFA_INVALID' }]);
});
