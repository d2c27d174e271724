import type { Database, Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { looksLikeTotp } from '../../../security/second-factors/totp.js';
import type { MfaParts } from './mfa-parts.js';
import type { MfaMethodName, SecondFactor, SecondFactorAttempt } from './second-factor.js';
import type { TotpFactor } from './totp-factor.js';

type Parts = Pick<MfaParts, 'audit'> & { factors: readonly SecondFactor[]; totp: TotpFactor };

/** Which second factors an account has, and whether what somebody presents is one of them. */
export function createProveSecondFactor({ audit, factors, totp }: Parts) {
  const conditions = factors.map(({ isSetUpSql }) => isSetUpSql).join(', ');
  const setUpSql = `SELECT ARRAY[${conditions}] AS "isSetUp" FROM users u WHERE u.id = $1::uuid`;

  async function findSetUp(client: Database | Transaction, userId: string): Promise<SecondFactor[]> {
    const [row] = await client.$queryRawUnsafe<{ isSetUp: boolean[] }[]>(setUpSql, userId);
    return factors.filter((_factor, place) => row?.isSetUp[place]);
  }

  /** What the account can prove a second factor with; none: it is not asked for one. */
  async function methodsOf(client: Database | Transaction, userId: string): Promise<MfaMethodName[]> {
    const setUp = await findSetUp(client, userId);
    return setUp.some(({ standsAlone }) => standsAlone) ? setUp.map(({ method }) => method) : [];
  }

  /** Whether the account stays one with a second factor when this one is gone. */
  async function hasAnother(tx: Transaction, userId: string, method: MfaMethodName): Promise<boolean> {
    const setUp = await findSetUp(tx, userId);
    return setUp.some((factor) => factor.standsAlone && factor.method !== method);
  }

  /**
   * Checks what somebody presents as second factor and records a refusal. The caller holds the account's lock and
   * commits whatever comes of it: a refusal is returned, since it counts.
   *
   * @returns RFC 8176 values, or MFA_INVALID or RATE_LIMITED
   */
  async function prove(
    tx: Transaction,
    method: MfaMethodName,
    attempt: SecondFactorAttempt,
  ): Promise<readonly string[] | AppError> {
    const factor = factors.find((each) => each.method === method);
    const outcome = (await factor?.check(tx, attempt)) ?? new AppError('MFA_INVALID');
    if (!(outcome instanceof AppError)) {
      if (method !== 'TOTP') await totp.forgive(tx, attempt.user.id);
      return outcome;
    }
    const { user, origin, challengeId } = attempt;
    const data = { method, reason: outcome.code };
    // At a sign-in nobody is signed in yet: whoever typed the code is not known to be the owner.
    const actorId = challengeId === null ? user.id : null;
    await audit.record(tx, { action: 'mfa.refused', actorId, subjectId: user.id, origin, data });
    return outcome;
  }

  return { methodsOf, hasAnother, prove };
}

export type ProveSecondFactor = ReturnType<typeof createProveSecondFactor>;

/** The method that a code belongs to, where nobody says so: an assertion is JSON, a TOTP six digits. */
export function methodOfCode(code: string): MfaMethodName {
  if (code.trimStart().startsWith('{')) return 'PASSKEY';
  return looksLikeTotp(code) ? 'TOTP' : 'RECOVERY_CODE';
}
