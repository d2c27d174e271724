import { after, HOUR, SECOND, type Clock } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { findTotpStep } from '../../../security/second-factors/totp.js';
import type { SecondFactor, SecondFactorAttempt } from './second-factor.js';

/** Wrong codes in a row that cost nothing but themselves. */
const FREE_FAILURES = 5;
/** The wait after the next one; it doubles with each further one. */
const FIRST_WAIT = 30 * SECOND;
const LONGEST_WAIT = HOUR;
/** Three of a million codes are right at any time: a hundred guesses find one with a chance of 0.0003. */
const MOST_FAILURES = 100;

const FORGOTTEN = { failures: 0, failedAt: null };
const COLUMNS = { secret: true, failures: true, failedAt: true } as const;

interface Failures {
  failures: number;
  failedAt: Date | null;
}

/** Codes of an authenticator app (RFC 6238): each time step once, wrong ones counted whoever asks for them. */
export function createTotpFactor({ clock }: { clock: Clock }) {
  /**
   * Checks a code. Wrong ones are counted over all challenges and operations of the account: the wait before the
   * next one grows, and after a hundred in a row codes are refused until the person has shown another proof, be it
   * another second factor or a password that was reset by mail since. A device that the account knows has a budget of
   * its own in the guard instead: strangers with the password do not hold the owner off.
   */
  async function check(tx: Transaction, { user, code, device }: SecondFactorAttempt) {
    const row = await tx.totpAuthenticator.findUnique({ where: { userId: user.id }, select: COLUMNS });
    if (!row?.secret) return new AppError('MFA_INVALID');
    const isCounted = device === null;
    const failures = isForgiven(row, user.passwordChangedAt) ? 0 : row.failures;
    const obstacle = isCounted && findObstacle({ ...row, failures }, clock.now());
    if (obstacle) return obstacle;
    const step = findTotpStep(row.secret, code, clock.now());
    const forgotten = isCounted ? FORGOTTEN : {};
    if (step !== null && (await spendStep(tx, user.id, step, forgotten))) return ['otp'];
    if (isCounted)
      await tx.totpAuthenticator.updateMany({
        where: { userId: user.id },
        data: { failures: failures + 1, failedAt: clock.now() },
      });
    return new AppError('MFA_INVALID');
  }

  /** Takes a time step, unless it or a later one was taken before, in whatever process. */
  async function spendStep(
    tx: Transaction,
    userId: string,
    step: number,
    forgotten: Partial<typeof FORGOTTEN>,
  ): Promise<boolean> {
    const { count } = await tx.totpAuthenticator.updateMany({
      where: { userId, OR: [{ lastStep: null }, { lastStep: { lt: step } }] },
      data: { lastStep: step, ...forgotten },
    });
    return count === 1;
  }

  /** Forgets wrong codes, since the person has shown another proof. */
  async function forgive(tx: Transaction, userId: string): Promise<void> {
    await tx.totpAuthenticator.updateMany({ where: { userId, failures: { gt: 0 } }, data: FORGOTTEN });
  }

  const factor: SecondFactor = {
    method: 'TOTP',
    standsAlone: true,
    isSetUpSql:
      'EXISTS (SELECT 1 FROM totp_authenticators WHERE user_id = u.id AND confirmed_at IS NOT NULL)',
    check,
    async discard(tx, userId, since) {
      const where = since === null ? { userId } : { userId, confirmedAt: { gte: since } };
      return (await tx.totpAuthenticator.deleteMany({ where })).count;
    },
  };
  return { factor, forgive };
}

export type TotpFactor = ReturnType<typeof createTotpFactor>;

/** Whoever reset the password since could read the person's mail, and the guesser's password is void. */
function isForgiven({ failedAt }: Failures, passwordChangedAt: Date | null): boolean {
  return failedAt !== null && passwordChangedAt !== null && passwordChangedAt > failedAt;
}

function findObstacle({ failures, failedAt }: Failures, now: Date): AppError | null {
  if (failures < FREE_FAILURES || failedAt === null) return null;
  if (failures >= MOST_FAILURES) {
    return new AppError('RATE_LIMITED', {
      satisfiedBy: 'requestPasswordReset',
      hint: 'Too many wrong codes in a row: use another method, or reset the password by mail.',
    });
  }
  const wait = Math.min(FIRST_WAIT * 2 ** (failures - FREE_FAILURES), LONGEST_WAIT);
  const left = after(failedAt, wait).getTime() - now.getTime();
  return left > 0 ? new AppError('RATE_LIMITED', { retryAfterSeconds: Math.ceil(left / SECOND) }) : null;
}
