import type { Clock } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import {
  createRecoveryCode,
  hashRecoveryCode,
  isSameHash,
  RECOVERY_CODES,
} from '../../../security/second-factors/recovery-code.js';
import type { MfaParts } from './mfa-parts.js';
import type { SecondFactor, SecondFactorAttempt } from './second-factor.js';

/** Codes on paper for the day when no other second factor is at hand. */
export function createRecoveryCodes({ clock, audit, mail }: Pick<MfaParts, 'clock' | 'audit' | 'mail'>) {
  /** Spends a code and tells the owner of the account by mail. Guessing needs no bound: a code has 80 random bits. */
  async function check(tx: Transaction, { user, code, origin }: SecondFactorAttempt) {
    const given = hashRecoveryCode(code);
    const unused = await tx.recoveryCode.findMany({
      where: { userId: user.id, usedAt: null },
      select: { id: true, codeHash: true },
    });
    const matching = unused.filter(({ codeHash }) => isSameHash(codeHash, given));
    const { count } = await tx.recoveryCode.updateMany({
      where: { id: { in: matching.map(({ id }) => id) }, usedAt: null },
      data: { usedAt: clock.now() },
    });
    if (count !== 1) return new AppError('MFA_INVALID');
    const codesLeft = unused.length - 1;
    const { id, email } = user;
    await mail.sendLater(tx, {
      userId: id,
      to: { address: email },
      template: 'recovery-code-used',
      params: { codesLeft },
    });
    const event = { actorId: id, subjectId: id, origin, data: { codesLeft } };
    await audit.record(tx, { action: 'mfa.recovery_code_used', ...event });
    return ['otp'];
  }

  const factor: SecondFactor = {
    method: 'RECOVERY_CODE',
    standsAlone: false,
    isSetUpSql: 'EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = u.id AND used_at IS NULL)',
    check,
    async discard(tx, userId, since) {
      const where = since === null ? { userId } : { userId, createdAt: { gte: since } };
      return (await tx.recoveryCode.deleteMany({ where })).count;
    },
  };
  return { factor, replace: createReplace(clock) };
}

export type RecoveryCodes = ReturnType<typeof createRecoveryCodes>;

function createReplace(clock: Clock) {
  /** Voids the codes of an account and makes new ones, which exist in clear only in the answer. */
  return async function replace(tx: Transaction, userId: string): Promise<string[]> {
    await tx.recoveryCode.deleteMany({ where: { userId } });
    const codes = Array.from({ length: RECOVERY_CODES }, createRecoveryCode);
    const createdAt = clock.now();
    await tx.recoveryCode.createMany({
      data: codes.map((code) => ({ userId, createdAt, codeHash: hashRecoveryCode(code) })),
    });
    return codes;
  };
}
