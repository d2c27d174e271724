import type { Transaction } from '../../../database/client.js';
import type { AppError } from '../../../errors.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { LockedUser } from '../../identity/accounts/locked-user.js';

/** The ways to prove a second factor, as the API calls them. */
export const MFA_METHODS = ['TOTP', 'RECOVERY_CODE', 'PASSKEY'] as const;

export type MfaMethodName = (typeof MFA_METHODS)[number];

export interface SecondFactorAttempt {
  /** The account, locked by the caller. */
  user: LockedUser & { readonly email: string };
  /** What the person typed or the device answered: untrusted. */
  code: string;
  origin: RequestOrigin;
  /** The challenge that is answered; null when a signed-in user proves it again. */
  challengeId: string | null;
  /** The known device on which it is presented, where the guard counts what is wrong; null: anywhere else. */
  device: string | null;
}

/** One kind of second factor. The MFA service is made from a list of them, in the order in which it offers them. */
export interface SecondFactor {
  method: MfaMethodName;
  /** Whether an account that has it is asked for a second factor; recovery codes only help out beside another. */
  standsAlone: boolean;
  /** Whether an account has it, as a condition in SQL on `u.id`: one statement asks for all kinds. */
  isSetUpSql: string;
  /**
   * Checks the proof and spends it. A refusal is returned, not thrown, since what it counts must be committed.
   *
   * @returns RFC 8176 values of what was proved
   */
  check(tx: Transaction, attempt: SecondFactorAttempt): Promise<readonly string[] | AppError>;
  /**
   * Removes what the account has of this kind and was set up at `since` or later; null: all of it.
   *
   * @returns how many were removed
   */
  discard(tx: Transaction, userId: string, since: Date | null): Promise<number>;
}
