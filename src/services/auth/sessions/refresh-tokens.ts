import { after, SECOND, type Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database, Transaction } from '../../../database/client.js';
import { createOpaqueToken, hashOpaqueToken } from '../../../security/tokens/opaque-token.js';
import { openSuccessor, sealSuccessor } from '../../../security/tokens/successor-envelope.js';
import { SESSION_COLUMNS } from './session-record.js';

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

/** The same with the session as it is now. */
const WITH_SESSION = { ...COLUMNS, session: { select: { ...SESSION_COLUMNS, revokedAt: true } } } as const;

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
  /** Makes the first token of a session that was opened in this transaction. */
  function start(tx: Transaction, sessionId: string): Promise<IssuedRefreshToken> {
    return insert(tx, sessionId, 1);
  }

  /** Adds a token at the end of the family; those before it stay as they are. */
  async function append(tx: Transaction, sessionId: string): Promise<IssuedRefreshToken> {
    const last = await tx.refreshToken.findFirst({
      where: { sessionId },
      orderBy: { sequence: 'desc' },
      select: { sequence: true },
    });
    return insert(tx, sessionId, (last?.sequence ?? 0) + 1);
  }

  async function insert(tx: Transaction, sessionId: string, sequence: number): Promise<IssuedRefreshToken> {
    const { token, createdAt, expiresAt } = make();
    const data = { sessionId, tokenHash: hashOpaqueToken(token), sequence, createdAt, expiresAt };
    await tx.refreshToken.create({ data, select: { id: true } });
    return { token, expiresAt };
  }

  function make() {
    const createdAt = clock.now();
    return {
      token: createOpaqueToken('refresh'),
      createdAt,
      expiresAt: after(createdAt, config.refreshTokenTtl),
    };
  }

  /** The stored token of this text; null when there is none. */
  function find(db: Database | Transaction, token: string): Promise<StoredRefreshToken | null> {
    return db.refreshToken.findUnique({ where: { tokenHash: hashOpaqueToken(token) }, select: COLUMNS });
  }

  /** The same with its session. */
  function findWithSession(tx: Transaction, token: string) {
    return tx.refreshToken.findUnique({ where: { tokenHash: hashOpaqueToken(token) }, select: WITH_SESSION });
  }

  /**
   * Spends a token and makes its successor. All others of the family are spent with it and forget their
   * successors: only the immediate predecessor can be repeated, and whoever holds an older token and the
   * database cannot follow the chain to the newest one. One that `append` added and nobody has used is spent like the
   * others: were it only void, who refreshed first with a copy of the token before it would keep the session unnoticed.
   * Expired ones go: they are refused either way.
   *
   * One statement: its parts all see the family as it was before, the new token not among it.
   */
  async function rotate(
    tx: Transaction,
    token: string,
    { id, sessionId }: Pick<StoredRefreshToken, 'id' | 'sessionId'>,
  ): Promise<IssuedRefreshToken> {
    const { token: successor, createdAt: now, expiresAt } = make();
    const envelope = sealSuccessor(token, successor, sessionId);
    await tx.$executeRaw`
      WITH next AS (
        INSERT INTO refresh_tokens (session_id, token_hash, sequence, created_at, expires_at)
        SELECT ${sessionId}::uuid, ${hashOpaqueToken(successor)}, coalesce(max(sequence), 0) + 1, ${now}, ${expiresAt}
          FROM refresh_tokens WHERE session_id = ${sessionId}::uuid
      ), gone AS (
        DELETE FROM refresh_tokens WHERE session_id = ${sessionId}::uuid AND expires_at <= ${now}
      )
      UPDATE refresh_tokens SET
             used_at = coalesce(used_at, ${now}),
             successor_envelope = CASE WHEN id = ${id}::uuid THEN ${envelope} END
       WHERE session_id = ${sessionId}::uuid AND expires_at > ${now}
         AND (used_at IS NULL OR successor_envelope IS NOT NULL OR id = ${id}::uuid)`;
    return { token: successor, expiresAt };
  }

  /** The successor of a token that was spent a moment ago; null when it is too late or the token too old. */
  async function findSuccessor(
    tx: Transaction,
    token: string,
    { usedAt, successorEnvelope, sessionId }: Omit<StoredRefreshToken, 'session'>,
  ): Promise<IssuedRefreshToken | null> {
    if (!usedAt || !successorEnvelope || after(usedAt, GRACE) <= clock.now()) return null;
    const successor = openSuccessor(token, successorEnvelope, sessionId);
    const stored = await find(tx, successor);
    return stored && { token: successor, expiresAt: stored.expiresAt };
  }

  return { start, append, find, findWithSession, rotate, findSuccessor };
}

export type RefreshTokens = ReturnType<typeof createRefreshTokens>;
