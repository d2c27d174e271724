import { createGuardCode } from './guard-code.js';
import { createManageSecondFactors } from './manage-second-factors.js';
import { createMfaChallenges } from './mfa-challenges.js';
import type { MfaParts } from './mfa-parts.js';
import { createMfaStatus } from './mfa-status.js';
import { createProveSecondFactor } from './prove-second-factor.js';
import { createRecoveryCodes } from './recovery-codes.js';
import { createRemoveSecondFactors } from './remove-second-factors.js';
import { createTotpEnrollment } from './totp-enrollment.js';
import { createTotpFactor } from './totp-factor.js';

/** Second factors: setting them up, asking for them at a sign-in, checking them. */
export function createMfaService(parts: MfaParts) {
  const totp = createTotpFactor(parts);
  const recoveryCodes = createRecoveryCodes(parts);
  const factors = [totp.factor, ...(parts.furtherFactors ?? []), recoveryCodes.factor];
  const proving = createProveSecondFactor({ ...parts, factors, totp });
  const guardCode = createGuardCode(parts);
  const challenges = createMfaChallenges({ ...parts, ...proving });
  const enrollment = createTotpEnrollment({ ...parts, ...proving, recoveryCodes });
  const removal = createRemoveSecondFactors({ ...parts, ...proving, factors });
  return {
    ...proving,
    guardCode,
    challenge: challenges.issue,
    findChallenge: challenges.find,
    answerChallenge: challenges.answer,
    discardChallenges: challenges.discardOld,
    beginTotpEnrollment: enrollment.begin,
    confirmTotpEnrollment: enrollment.confirm,
    ...removal,
    ...createManageSecondFactors({ ...parts, ...proving, ...removal, recoveryCodes, guardCode }),
    statusOf: createMfaStatus(parts),
  };
}

export type MfaService = ReturnType<typeof createMfaService>;
