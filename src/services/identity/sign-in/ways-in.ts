import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { IdentityParts } from '../identity-parts.js';
import type { LockedUser } from '../accounts/locked-user.js';

/** By what somebody can sign in to an account: its password, links to providers that the server still knows, passkeys. */
export function createWaysIn({
  providers,
  countPasskeys,
}: Pick<IdentityParts, 'providers' | 'countPasskeys'>) {
  /** How many ways in the account has. Recovery codes and mailed links are none: they help back in, once. */
  async function countWaysIn(tx: Transaction, user: LockedUser): Promise<number> {
    const password = user.passwordHash === null ? 0 : 1;
    const provider = { in: [...providers.names] };
    const socialLogins = await tx.socialLogin.count({ where: { userId: user.id, provider } });
    return password + socialLogins + (await countPasskeys(tx, user.id));
  }

  /**
   * Last step of a transaction that takes a way in away, after it did: undoes it all where none is left. `user` is
   * the account as it was locked, which keeps a second removal waiting until this one has ended.
   *
   * @throws AppError LAST_WAY_IN
   */
  async function requireWayIn(tx: Transaction, user: LockedUser): Promise<void> {
    if ((await countWaysIn(tx, user)) === 0) throw new AppError('LAST_WAY_IN');
  }

  return { requireWayIn };
}
