import { after, SECOND, type Clock } from '../../clock.js';
import type { Config } from '../../config.js';
import type { Database, Transaction } from '../../database/client.js';
import { createOpaqueToken, hashOpaqueToken } from '../../security/opaque-token.js';
import { openSuccessor, sealSuccessor } from '../../security/successor-envelope.js';

/** How long a token that was just spent still answers with its successor. */
const GRACE = 10 * SECOND;

/** A refresh token in clear: it exists only between here and the answer. */
export interface IssuedRefreshToken {
  token: string;
  expiresAt: Date;
}

export interface StoredRefreshToken {
  id: string;
  sessionId: string;
  usedAt: Date | null;
  expiresAt: Date;
  successorEnvelope: string | null;
  session: { userId: string };
}

const COLUMNS = {
  id: true,
  sessionId: true,
  usedAt: true,
  expiresAt: true,
  successorEnvelope: true,
  session: { select: { userId: true } },
} as const;

/**
 * The refresh tokens of a session, one family: each works once and is followed by the next. The caller
 * holds the account's lock, so that of parallel refreshes one after the other gets here.
 */
export function createRefreshTokens({
  clock,
  config,
}: {
  clock: Clock;
  config: Pick<Config, 'refreshTokenTtl'>;
}) {
  /** Adds a token at the end of the family; those before it stay as they are. */
  async function append(tx: Transaction, sessionId: string): Promise<IssuedRefreshToken> {
    const token = createOpaqueToken('refresh');
    const now = clock.now();
    const expiresAt = after(now, config.refreshTokenTtl);
    const last = await tx.refreshToken.findFirst({
      where: { sessionId },
      orderBy: { sequence: 'desc' },
      select: { sequence: true },
    });
    await tx.refreshToken.create({
      data: {
        sessionId,
        tokenHash: hashOpaqueToken(token),
        sequence: (last?.sequence ?? 0) + 1,
        createdAt: now,
        expiresAt,
      },
      select: { id: true },
    });
    return { token, expiresAt };
  }

  /** The stored token of this text; null when there is none. */
  function find(db: Database | Transaction, token: string): Promise<StoredRefreshToken | null> {
    return db.refreshToken.findUnique({ where: { tokenHash: hashOpaqueToken(token) }, select: COLUMNS });
  }

  /**
   * Spends a token and makes its successor. All others of the family are spent with it and forget their
   * successors: only the immediate predecessor can be repeated, and whoever holds an older token and the
   * database cannot follow the chain to the newest one. Expired ones go: they are refused either way.
   */
  async function rotate(tx: Transaction, token: string, { id, sessionId }: StoredRefreshToken) {
    const now = clock.now();
    const successor = await append(tx, sessionId);
    await tx.refreshToken.deleteMany({ where: { sessionId, expiresAt: { lte: now } } });
    const others = { sessionId, tokenHash: { not: hashOpaqueToken(successor.token) } };
    await tx.refreshToken.updateMany({ where: { ...others, usedAt: null }, data: { usedAt: now } });
    await tx.refreshToken.updateMany({
      where: { ...others, successorEnvelope: { not: null } },
      data: { successorEnvelope: null },
    });
    await tx.refreshToken.update({
      where: { id },
      data: { successorEnvelope: sealSuccessor(token, successor.token, sessionId) },
      select: { id: true },
    });
    return successor;
  }

  /** The successor of a token that was spent a moment ago; null when it is too late or the token too old. */
  async function findSuccessor(
    tx: Transaction,
    token: string,
    { usedAt, successorEnvelope, sessionId }: StoredRefreshToken,
  ): Promise<IssuedRefreshToken | null> {
    if (!usedAt || !successorEnvelope || after(usedAt, GRACE) <= clock.now()) return null;
    const successor = openSuccessor(token, successorEnvelope, sessionId);
    const stored = await find(tx, successor);
    return stored && { token: successor, expiresAt: stored.expiresAt };
  }

  return { append, find, rotate, findSuccessor };
}

export type RefreshTokens = ReturnType<typeof createRefreshTokens>;
