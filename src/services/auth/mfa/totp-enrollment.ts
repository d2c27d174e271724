import { after, MINUTE } from '../../../clock.js';
import { AppError } from '../../../errors.js';
import { requireRecentSecondFactor, requireRecentSignIn } from '../../../security/rights/step-up.js';
import { createTotpSecret, findTotpStep, otpauthUri } from '../../../security/second-factors/totp.js';
import type { MfaCaller, MfaParts } from './mfa-parts.js';
import type { ProveSecondFactor } from './prove-second-factor.js';
import type { RecoveryCodes } from './recovery-codes.js';
import { requireOwner, tellOf } from './mfa-owner.js';

/** How long a new secret waits for its first code. */
const PENDING_FOR = 15 * MINUTE;

export interface TotpEnrollmentRecord {
  /** Base 32. */
  secret: string;
  otpauthUri: string;
}

type Parts = MfaParts & Pick<ProveSecondFactor, 'methodsOf'> & { recoveryCodes: RecoveryCodes };

/** Setting up an authenticator app, the first or another in its place. */
export function createTotpEnrollment(parts: Parts) {
  const { db, clock, audit, config, sessions, methodsOf, recoveryCodes } = parts;

  /**
   * Makes a secret, which counts once a code of it was shown. Until then an authenticator that is there goes on
   * working.
   *
   * @throws AppError STEP_UP_REQUIRED: a stolen access token must not add the thief's telephone
   */
  async function begin({ viewer, origin }: MfaCaller): Promise<TotpEnrollmentRecord> {
    return db.$transaction(async (tx) => {
      const { id: userId, email } = await requireOwner(tx, viewer.userId);
      const isOn = (await methodsOf(tx, userId)).length > 0;
      (isOn ? requireRecentSecondFactor : requireRecentSignIn)(viewer, clock);
      const secret = createTotpSecret();
      const pending = { pendingSecret: secret, pendingSince: clock.now() };
      const where = { userId };
      await tx.totpAuthenticator.upsert({ where, create: { userId, ...pending }, update: pending });
      const event = { actorId: userId, subjectId: userId, origin, data: { method: 'TOTP' } };
      await audit.record(tx, { action: 'mfa.enrollment_begun', ...event });
      return { secret, otpauthUri: otpauthUri({ secret, issuer: config.serviceName, account: email }) };
    });
  }

  /**
   * Puts the new secret in force, given a code of it. The session that asks counts as one of two factors from its
   * next token on. All recovery codes are new ones.
   *
   * @returns the recovery codes
   * @throws AppError MFA_INVALID; CONFLICT when no enrolment was begun within the last quarter of an hour
   */
  async function confirm({ viewer, origin }: MfaCaller, code: string): Promise<string[]> {
    const { userId, sessionId } = viewer;
    return db.$transaction(async (tx) => {
      const user = await requireOwner(tx, userId);
      const columns = { pendingSecret: true, pendingSince: true, confirmedAt: true } as const;
      const row = await tx.totpAuthenticator.findUnique({ where: { userId }, select: columns });
      const { pendingSecret: secret, pendingSince } = row ?? {};
      if (!secret || !pendingSince || after(pendingSince, PENDING_FOR) <= clock.now()) {
        throw new AppError('CONFLICT', {
          satisfiedBy: 'beginTotpEnrollment',
          hint: 'No enrolment is under way; it has to be completed within 15 minutes.',
        });
      }
      const lastStep = findTotpStep(secret, code, clock.now());
      if (lastStep === null) throw new AppError('MFA_INVALID');
      const fresh = { lastStep, failures: 0, failedAt: null, pendingSecret: null, pendingSince: null };
      const data = { secret, confirmedAt: clock.now(), ...fresh };
      await tx.totpAuthenticator.update({ where: { userId }, data, select: { userId: true } });
      const codes = await recoveryCodes.replace(tx, userId);
      await sessions.addSecondFactor(tx, sessionId, ['otp']);
      const isReplaced = row?.confirmedAt !== null;
      await tellOf(parts, tx, user, isReplaced ? 'totp-replaced' : 'totp-on');
      const event = { actorId: userId, subjectId: userId, origin, data: { method: 'TOTP', isReplaced } };
      await audit.record(tx, { action: 'mfa.enabled', ...event });
      return codes;
    });
  }

  return { begin, confirm };
}
