import { after, DAY, HOUR, type Clock } from '../../clock.js';
import type { Database, Transaction } from '../../database/client.js';
import type { TokenPurpose } from '../../database/generated/client.js';
import { NOT_HELD } from '../../database/left-alone.js';
import { AppError } from '../../errors.js';
import { createOpaqueToken, hashOpaqueToken, isOpaqueToken } from '../../security/tokens/opaque-token.js';
import { lockUser, type LockedUser } from './accounts/locked-user.js';
import { isVisible } from './accounts/user-record.js';

/** How long a token of each purpose can be used, in milliseconds. */
export const TOKEN_LIFETIME = {
  VERIFY_EMAIL: DAY,
  RESET_PASSWORD: HOUR,
  CONFIRM_EMAIL_CHANGE: HOUR,
  UNDO_EMAIL_CHANGE: 3 * DAY,
  ACCEPT_INVITATION: 7 * DAY,
  DISOWN_ACTIVITY: 7 * DAY,
} as const satisfies Record<TokenPurpose, number>;

/** Those that a thief must not be able to void by making a newer one. */
const LASTING: ReadonlySet<TokenPurpose> = new Set(['UNDO_EMAIL_CHANGE', 'DISOWN_ACTIVITY']);

/** A token that has just been spent: whose it was, for which address, and when it was issued. */
export interface SpentToken {
  user: LockedUser & { readonly email: string };
  email: string;
  issuedAt: Date;
}

/** A new token as a mail carries it. */
export interface MailedToken {
  token: string;
  /** RFC 3339. */
  expiresAt: string;
}

export interface TokenRequest {
  userId: string;
  purpose: TokenPurpose;
  /** The address that the token is sent to and bound to. */
  email: string;
}

/**
 * The tokens that travel by mail. Only their hash is stored; each works once, for one purpose, and only for the
 * address that it was issued for.
 */
export function createOneTimeTokens({ db, clock }: { db: Database; clock: Clock }) {
  /** Makes a token; those of the same purpose issued before are void, except where a thief could use that. The caller holds the account's lock. */
  async function issue(tx: Transaction, { userId, purpose, email }: TokenRequest): Promise<MailedToken> {
    if (!LASTING.has(purpose)) await discard(tx, userId, [purpose]);
    const token = createOpaqueToken('oneTime');
    const now = clock.now();
    const expiresAt = after(now, TOKEN_LIFETIME[purpose]);
    const tokenHash = hashOpaqueToken(token);
    const data = { userId, purpose, tokenHash, email, createdAt: now, expiresAt };
    await tx.oneTimeToken.create({ data, select: { id: true } });
    return { token, expiresAt: expiresAt.toISOString() };
  }

  /** Whose token this is, without spending it. Throws TOKEN_INVALID. */
  async function requireOwner(client: Database | Transaction, purpose: TokenPurpose, token: string) {
    if (!isOpaqueToken('oneTime', token)) throw new AppError('TOKEN_INVALID');
    const found = await client.oneTimeToken.findFirst({
      where: { tokenHash: hashOpaqueToken(token), purpose, usedAt: null, expiresAt: { gt: clock.now() } },
      select: { id: true, userId: true, email: true, createdAt: true },
    });
    if (!found) throw new AppError('TOKEN_INVALID');
    return found;
  }

  /** Spends a token and locks its account. Of parallel callers one succeeds; the others get TOKEN_INVALID. */
  async function spend(tx: Transaction, purpose: TokenPurpose, token: string): Promise<SpentToken> {
    const found = await requireOwner(tx, purpose, token);
    const user = await lockUser(tx, found.userId);
    const { count } = await tx.oneTimeToken.updateMany({
      where: { id: found.id, usedAt: null, expiresAt: { gt: clock.now() } },
      data: { usedAt: clock.now() },
    });
    if (count !== 1 || !user || !isVisible(user)) throw new AppError('TOKEN_INVALID');
    return { user, email: found.email, issuedAt: found.createdAt };
  }

  /** Voids the undo links that were mailed after `moment`; earlier ones stay. */
  async function discardUndoLinksAfter(tx: Transaction, userId: string, moment: Date): Promise<void> {
    await tx.oneTimeToken.deleteMany({
      where: { userId, purpose: 'UNDO_EMAIL_CHANGE', createdAt: { gt: moment } },
    });
  }

  /** When the oldest token of a purpose that still works was issued; null when there is none. */
  async function findOldest(tx: Transaction, userId: string, purpose: TokenPurpose): Promise<Date | null> {
    const oldest = await tx.oneTimeToken.findFirst({
      where: { userId, purpose, usedAt: null, expiresAt: { gt: clock.now() } },
      orderBy: { createdAt: 'asc' },
      select: { createdAt: true },
    });
    return oldest?.createdAt ?? null;
  }

  /** Voids the tokens of these purposes, spent or not. */
  async function discard(tx: Transaction, userId: string, purposes: TokenPurpose[]): Promise<void> {
    await tx.oneTimeToken.deleteMany({ where: { userId, purpose: { in: purposes } } });
  }

  /**
   * Deletes at most `limit` tokens that were used or ran out before `moment`, those of held accounts excepted.
   *
   * @returns how many
   */
  async function discardSpent(moment: Date, limit: number): Promise<number> {
    const spent = [{ expiresAt: { lt: moment } }, { usedAt: { lt: moment } }];
    const rows = await db.oneTimeToken.findMany({
      where: { OR: spent, user: NOT_HELD },
      take: limit,
      select: { id: true },
    });
    const { count } = await db.oneTimeToken.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return count;
  }

  /** How many tokens of a purpose an account was sent since `moment`. */
  async function countSince(
    tx: Transaction,
    userId: string,
    purpose: TokenPurpose,
    moment: Date,
  ): Promise<number> {
    return tx.oneTimeToken.count({ where: { userId, purpose, createdAt: { gt: moment } } });
  }

  return { issue, countSince, findOldest, requireOwner, spend, discard, discardUndoLinksAfter, discardSpent };
}

export type OneTimeTokens = ReturnType<typeof createOneTimeTokens>;
