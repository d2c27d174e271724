import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { needsSecondFactor } from '../../../security/rights/assurance.js';
import { requireRecentSecondFactor, requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { UserRecord } from '../../identity/accounts/user-record.js';
import type { GuardCode } from './guard-code.js';
import type { MfaCaller, MfaParts } from './mfa-parts.js';
import { requireOwner, tellOf, type AccountOwner } from './mfa-owner.js';
import { methodOfCode, type ProveSecondFactor } from './prove-second-factor.js';
import type { RecoveryCodes } from './recovery-codes.js';
import type { RemoveSecondFactors } from './remove-second-factors.js';
import type { MfaMethodName } from './second-factor.js';

type Parts = MfaParts &
  ProveSecondFactor &
  Pick<RemoveSecondFactors, 'settleAfterRemoval'> & { recoveryCodes: RecoveryCodes; guardCode: GuardCode };

/** Switching a second factor off, and renewing recovery codes. */
export function createManageSecondFactors(parts: Parts) {
  const { db, clock, audit, config, identity, recoveryCodes } = parts;
  const { methodsOf, hasAnother, prove, settleAfterRemoval, guardCode } = parts;

  /**
   * Says no when an account would lose the second factor that one of its roles asks for.
   *
   * @throws AppError CONFLICT
   */
  async function requireDispensable(tx: Transaction, userId: string, method: MfaMethodName): Promise<void> {
    const roles = await identity.rolesInForce(userId, tx);
    if (!needsSecondFactor(roles, config.mfaRequiredRoles) || (await hasAnother(tx, userId, method))) return;
    throw new AppError('CONFLICT', {
      satisfiedBy: 'beginTotpEnrollment',
      hint: 'Your role asks for a second factor: put another one in its place instead.',
    });
  }

  /** Runs `act` once a code was proved; a refusal is committed, then thrown. */
  async function withCode<T>(
    { viewer, origin }: MfaCaller,
    code: string | null,
    act: (tx: Transaction, user: AccountOwner) => Promise<T>,
    before: (tx: Transaction, user: AccountOwner) => Promise<void>,
  ): Promise<T> {
    const { userId } = viewer;
    const run = async (device: string | null) => {
      const outcome = await db.$transaction(async (tx) => {
        const user = await requireOwner(tx, userId);
        await before(tx, user);
        if (code === null) requireRecentSecondFactor(viewer, clock);
        else {
          const attempt = { user, code, origin, challengeId: null, device };
          const proof = await prove(tx, methodOfCode(code), attempt);
          if (proof instanceof AppError) return proof;
        }
        return act(tx, user);
      });
      if (outcome instanceof AppError) throw outcome;
      return outcome;
    };
    return code === null ? run(null) : guardCode({ origin, findHolder: async () => userId }, run);
  }

  /**
   * Forgets the authenticator app, given a code of it or a recovery code, and tells the owner by mail.
   *
   * @throws AppError MFA_INVALID, RATE_LIMITED, STEP_UP_REQUIRED, CONFLICT without one or when a role asks for it
   */
  async function disableTotp(caller: MfaCaller, code: string): Promise<UserRecord> {
    requireRecentSignIn(caller.viewer, clock);
    const disable = async (tx: Transaction, user: AccountOwner) => {
      const { id: userId } = user;
      await tx.totpAuthenticator.deleteMany({ where: { userId } });
      await settleAfterRemoval(tx, userId);
      await tellOf(parts, tx, user, 'totp-off');
      const event = { actorId: userId, subjectId: userId, origin: caller.origin, data: { method: 'TOTP' } };
      await audit.record(tx, { action: 'mfa.disabled', ...event });
      return user;
    };
    return withCode(caller, code, disable, async (tx, { id }) => {
      if (!(await methodsOf(tx, id)).includes('TOTP')) throw notOn();
      await requireDispensable(tx, id, 'TOTP');
    });
  }

  /**
   * Voids the recovery codes and makes new ones.
   *
   * @param code a code of the authenticator app or a recovery code; null: the session proved it a moment ago
   * @throws AppError MFA_INVALID, RATE_LIMITED, STEP_UP_REQUIRED, CONFLICT without a second factor
   */
  async function regenerateRecoveryCodes(caller: MfaCaller, code: string | null): Promise<string[]> {
    requireRecentSignIn(caller.viewer, clock);
    const regenerate = async (tx: Transaction, user: AccountOwner) => {
      const { id: userId } = user;
      const codes = await recoveryCodes.replace(tx, userId);
      await tellOf(parts, tx, user, 'codes-renewed');
      const event = { actorId: userId, subjectId: userId, origin: caller.origin };
      await audit.record(tx, { action: 'mfa.recovery_codes_renewed', ...event });
      return codes;
    };
    return withCode(caller, code, regenerate, async (tx, { id }) => {
      if ((await methodsOf(tx, id)).length === 0) throw notOn();
    });
  }

  return { disableTotp, regenerateRecoveryCodes, requireDispensable };
}

function notOn(): AppError {
  return new AppError('CONFLICT', {
    satisfiedBy: 'beginTotpEnrollment',
    hint: 'The account has no such second factor.',
  });
}
