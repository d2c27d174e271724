import pg from 'pg';
import { DAY, MINUTE, SECOND } from '../../src/clock.js';
import type { MfaCaller } from '../../src/services/auth/mfa/mfa-parts.js';
import {
  createAccountSetup,
  ORIGIN,
  PASSWORD,
  SOME_TEXT,
  type AccountSetup,
} from '../identity/account-setup.js';
import { codeAt, enrolledUser, wrongCode } from './authenticator.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

/** A signed-in user without a second factor. */
async function signedIn(name: string): Promise<{ caller: MfaCaller; email: string; userId: string }> {
  const { email, userId } = await setup.newUser(name);
  const { session } = await setup.logIn(email);
  const viewer = { userId, sessionId: session.id, authTime: setup.clock.now(), amr: ['pwd'] };
  return { caller: { viewer, origin: ORIGIN }, email, userId };
}

/** The same caller as a session that proved two factors a moment ago. */
function twice({ viewer, origin }: MfaCaller): MfaCaller {
  return { viewer: { ...viewer, amr: ['pwd', 'otp', 'mfa'], authTime: setup.clock.now() }, origin };
}

async function methodsAsked(email: string) {
  const result = await setup.signIn.login({ email, password: PASSWORD, origin: ORIGIN });
  return 'challenge' in result ? result.methods : [];
}

async function templatesTo(email: string): Promise<string[]> {
  return (await setup.mailsTo(email)).map(({ template }) => template);
}

async function actionsAbout(subjectId: string): Promise<string[]> {
  const events = await setup.db.auditEvent.findMany({ where: { subjectId }, orderBy: { id: 'asc' } });
  return events.map(({ action }) => action);
}

test('an enrolment counts once a code of it was shown', async () => {
  const { caller, email, userId } = await signedIn('begun');
  const { secret, otpauthUri } = await setup.mfa.beginTotpEnrollment(caller);
  expect(otpauthUri).toContain(`secret=${secret}`);
  expect(otpauthUri).toContain(encodeURIComponent(email));
  expect(await methodsAsked(email)).toEqual([]);
  const wrong = setup.mfa.confirmTotpEnrollment(caller, wrongCode(secret, setup.clock.now()));
  await expect(wrong).rejects.toMatchObject({ code: 'MFA_INVALID' });
  const codes = await setup.mfa.confirmTotpEnrollment(caller, codeAt(secret, setup.clock.now()));
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
  expect(await methodsAsked(email)).toEqual(['TOTP', 'RECOVERY_CODE']);
  expect(await templatesTo(email)).toContain('mfa-changed');
  expect(await actionsAbout(userId)).toContain('mfa.enabled');
});

test('the session that it was set up in counts as one of two factors from then on', async () => {
  const { caller } = await enrolledUser(setup, 'counts');
  const { amr } = await setup.db.session.findUniqueOrThrow({ where: { id: caller.viewer.sessionId } });
  expect(amr).toEqual(['pwd', 'otp', 'mfa']);
});

test('the database holds neither secret nor recovery codes in clear', async () => {
  const { userId, secret, recoveryCodes } = await enrolledUser(setup, 'beneath');
  const client = new pg.Client(setup.ownerUrl);
  await client.connect();
  const { rows } = await client.query(
    `SELECT to_jsonb(t)::text AS row FROM totp_authenticators t WHERE user_id = $1
     UNION ALL SELECT to_jsonb(r)::text FROM recovery_codes r WHERE user_id = $1`,
    [userId],
  );
  await client.end();
  const stored = rows.map(({ row }: { row: string }) => row).join('\n');
  expect(rows).toHaveLength(11);
  for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) {
    expect(stored).not.toContain(text);
  }
});

test('without a begun enrolment, or a quarter of an hour later, there is nothing to confirm', async () => {
  const { caller } = await signedIn('slow');
  const nothing = { code: 'CONFLICT', satisfiedBy: 'beginTotpEnrollment' };
  await expect(setup.mfa.confirmTotpEnrollment(caller, '123456')).rejects.toMatchObject(nothing);
  const { secret } = await setup.mfa.beginTotpEnrollment(caller);
  setup.clock.advance(15 * MINUTE);
  const code = codeAt(secret, setup.clock.now());
  await expect(setup.mfa.confirmTotpEnrollment(caller, code)).rejects.toMatchObject(nothing);
});

test('an enrolment is confirmed once', async () => {
  const { caller } = await signedIn('once');
  const { secret } = await setup.mfa.beginTotpEnrollment(caller);
  const code = codeAt(secret, setup.clock.now());
  const outcomes = await Promise.allSettled(
    [1, 2, 3].map(() => setup.mfa.confirmTotpEnrollment(caller, code)),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('it needs a recent sign-in, and by both factors where there are two', async () => {
  const { caller } = await signedIn('stale');
  setup.clock.advance(10 * MINUTE + SECOND);
  await expect(setup.mfa.beginTotpEnrollment(caller)).rejects.toMatchObject({
    code: 'STEP_UP_REQUIRED',
    satisfiedBy: 'reauthenticate',
    stepUp: { acr: 'aal1', maxAge: 600 },
  });
  const enrolled = await enrolledUser(setup, 'one-factor');
  const fresh = { ...enrolled.caller, viewer: { ...enrolled.caller.viewer, authTime: setup.clock.now() } };
  await expect(setup.mfa.beginTotpEnrollment(fresh)).rejects.toMatchObject({
    code: 'STEP_UP_REQUIRED',
    stepUp: { acr: 'aal2', maxAge: 600 },
  });
});

test('another app takes the place of the first without a gap', async () => {
  const { caller, email, secret: first, recoveryCodes: old } = await enrolledUser(setup, 'replaced');
  const { secret } = await setup.mfa.beginTotpEnrollment(twice(caller));
  const prove = async (code: string, method: 'TOTP' | 'RECOVERY_CODE' = 'TOTP') => {
    const result = await setup.signIn.login({ email, password: PASSWORD, origin: ORIGIN });
    const challenge = 'challenge' in result ? result.challenge : '';
    return setup.signIn.completeMfa({ challenge, method, code, origin: ORIGIN });
  };
  await expect(prove(codeAt(first, setup.clock.now()))).resolves.toMatchObject({ user: { email } });
  setup.clock.advance(MINUTE);
  const codes = await setup.mfa.confirmTotpEnrollment(twice(caller), codeAt(secret, setup.clock.now()));
  setup.clock.advance(MINUTE);
  const refusal = { code: 'MFA_INVALID' };
  await expect(prove(codeAt(first, setup.clock.now()))).rejects.toMatchObject(refusal);
  await expect(prove(old[0] ?? '', 'RECOVERY_CODE')).rejects.toMatchObject(refusal);
  await expect(prove(codeAt(secret, setup.clock.now()))).resolves.toMatchObject({ user: { email } });
  await expect(prove(codes[0] ?? '', 'RECOVERY_CODE')).resolves.toMatchObject({ user: { email } });
});

test('switching it off needs a code, tells the owner, and leaves nothing behind', async () => {
  const { caller, email, userId, secret, code } = await enrolledUser(setup, 'off');
  const refused = setup.mfa.disableTotp(twice(caller), wrongCode(secret, setup.clock.now()));
  await expect(refused).rejects.toMatchObject({ code: 'MFA_INVALID' });
  const { failures } = await setup.db.totpAuthenticator.findUniqueOrThrow({ where: { userId } });
  expect(failures).toBe(1);
  await setup.mfa.disableTotp(twice(caller), code());
  expect(await methodsAsked(email)).toEqual([]);
  expect(await setup.db.recoveryCode.count({ where: { userId } })).toBe(0);
  const sessions = await setup.db.session.findMany({ where: { userId }, select: { amr: true } });
  for (const { amr } of sessions) expect(amr).not.toContain('mfa');
  const mails = (await templatesTo(email)).filter((template) => template === 'mfa-changed');
  expect(mails).toHaveLength(2);
  expect(await actionsAbout(userId)).toContain('mfa.disabled');
  await expect(setup.mfa.disableTotp(twice(caller), '123456')).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('who lost the telephone switches it off by a recovery code', async () => {
  const { caller, email, recoveryCodes } = await enrolledUser(setup, 'lost');
  await setup.mfa.disableTotp(twice(caller), recoveryCodes[3] ?? '');
  expect(await methodsAsked(email)).toEqual([]);
});

test('the operator removes all of it for who has lost all, and the owner is told', async () => {
  const { email, userId } = await enrolledUser(setup, 'lost-all');
  expect(await setup.mfa.removeByOperator(email)).toEqual(['TOTP', 'RECOVERY_CODE']);
  expect(await methodsAsked(email)).toEqual([]);
  expect(await setup.db.recoveryCode.count({ where: { userId } })).toBe(0);
  const mail = (await setup.mailsTo(email)).filter(({ template }) => template === 'mfa-changed').at(-1);
  expect(mail?.text).toContain('operators');
  expect(await actionsAbout(userId)).toContain('mfa.disabled');
  expect(await setup.mfa.removeByOperator(email)).toEqual([]);
  await expect(setup.mfa.removeByOperator('nobody@example.com')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what a stranger set up is removed with what else they did; what was there before stays', async () => {
  const { caller, email, userId } = await signedIn('disowned');
  const since = setup.clock.now();
  const { secret } = await setup.mfa.beginTotpEnrollment(caller);
  await setup.mfa.confirmTotpEnrollment(caller, codeAt(secret, setup.clock.now()));
  const discard = (moment: Date) => setup.db.$transaction((tx) => setup.mfa.discard(tx, userId, moment));
  await discard(new Date(setup.clock.now().getTime() + SECOND));
  expect(await methodsAsked(email)).toEqual(['TOTP', 'RECOVERY_CODE']);
  await discard(since);
  expect(await methodsAsked(email)).toEqual([]);
});

test('a stranger’s authenticator goes when the owner says “this wasn’t me”; one from before stays', async () => {
  const { caller, email } = await signedIn('stranger');
  const verify = { data: { isVerified: true }, select: { id: true } };
  await setup.db.user.update({ where: { email }, ...verify });
  const { secret } = await setup.mfa.beginTotpEnrollment(caller);
  await setup.mfa.confirmTotpEnrollment(caller, codeAt(secret, setup.clock.now()));
  await setup.identity.disownActivity({ token: await setup.tokenFor(email, 'mfa-changed'), origin: ORIGIN });
  const reset = { newPassword: PASSWORD, origin: ORIGIN };
  await setup.identity.resetPassword({ ...reset, token: await setup.tokenFor(email, 'reset-password') });
  expect(await methodsAsked(email)).toEqual([]);

  const own = await enrolledUser(setup, 'owner');
  await setup.db.user.update({ where: { email: own.email }, ...verify });
  setup.clock.advance(8 * DAY); // the notice of the enrolment is no longer open
  await setup.mfa.regenerateRecoveryCodes(twice(own.caller), own.code());
  const token = await setup.tokenFor(own.email, 'mfa-changed');
  await setup.identity.disownActivity({ token, origin: ORIGIN });
  await setup.identity.resetPassword({ ...reset, token: await setup.tokenFor(own.email, 'reset-password') });
  expect(await methodsAsked(own.email)).toEqual(['TOTP']);
});

test('recovery codes are renewed by a code, or by a session that proved two factors a moment ago', async () => {
  const { caller, userId, recoveryCodes, code } = await enrolledUser(setup, 'renewed');
  const byCode = await setup.mfa.regenerateRecoveryCodes(twice(caller), code());
  expect(byCode.filter((each) => recoveryCodes.includes(each))).toEqual([]);
  const bySession = await setup.mfa.regenerateRecoveryCodes(twice(caller), null);
  expect(await setup.mfa.statusOf([userId])).toEqual([{ totpEnabled: true, recoveryCodesLeft: 10 }]);
  await expect(setup.mfa.regenerateRecoveryCodes(twice(caller), byCode[0] ?? '')).rejects.toMatchObject({
    code: 'MFA_INVALID',
  });
  const once = { ...caller, viewer: { ...caller.viewer, authTime: setup.clock.now() } };
  await expect(setup.mfa.regenerateRecoveryCodes(once, null)).rejects.toMatchObject({
    code: 'STEP_UP_REQUIRED',
  });
  await setup.mfa.regenerateRecoveryCodes(once, bySession[0] ?? '');
  const without = await signedIn('without');
  await expect(setup.mfa.regenerateRecoveryCodes(without.caller, '123456')).rejects.toMatchObject({
    code: 'CONFLICT',
    hint: SOME_TEXT,
  });
});
