import { after, MINUTE } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { NOT_HELD } from '../../../database/left-alone.js';
import { AppError } from '../../../errors.js';
import { createOpaqueToken, hashOpaqueToken, isOpaqueToken } from '../../../security/tokens/opaque-token.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { lockUser, type LockedUser } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import type { MfaParts } from './mfa-parts.js';
import type { ProveSecondFactor } from './prove-second-factor.js';
import type { MfaMethodName } from './second-factor.js';

const LIFETIME = 5 * MINUTE;
/** Answers to one challenge; a sixth is not looked at. */
const MOST_ATTEMPTS = 5;

/** A first factor that was proved. */
export interface FirstFactor {
  userId: string;
  /** How: RFC 8176 values such as `pwd`; `fed` for a provider that vouched for the person. */
  amr: readonly string[];
  /** As it was when the proof was checked: a password that was changed since voids it. */
  passwordChangedAt: Date | null;
  origin: RequestOrigin;
}

/** What a sign-in answers instead of tokens while a second factor is missing. */
export interface IssuedChallenge {
  /** Whose it is; for the server only. */
  userId: string;
  challenge: string;
  methods: MfaMethodName[];
  expiresAt: Date;
}

export interface ChallengeAnswer {
  challenge: string;
  method: MfaMethodName;
  code: string;
  origin: RequestOrigin;
}

/** An answer that the guard has admitted; `device` is the known one on which it came. */
export type AdmittedAnswer = ChallengeAnswer & { device: string | null };

const COLUMNS = { id: true, userId: true, amr: true, passwordChangedAt: true } as const;

type Parts = Pick<MfaParts, 'db' | 'clock' | 'audit'> & Pick<ProveSecondFactor, 'prove'>;

/** The time between the first factor and the second. Only the hash of a challenge is stored; it works once. */
export function createMfaChallenges({ db, clock, audit, prove }: Parts) {
  /** Makes a challenge. The caller holds the account's lock. */
  async function issue(
    tx: Transaction,
    first: FirstFactor,
    methods: MfaMethodName[],
  ): Promise<IssuedChallenge> {
    const { userId, amr, passwordChangedAt, origin } = first;
    const challenge = createOpaqueToken('mfa');
    const createdAt = clock.now();
    const expiresAt = after(createdAt, LIFETIME);
    const tokenHash = hashOpaqueToken(challenge);
    const data = { userId, tokenHash, amr: [...amr], passwordChangedAt, createdAt, expiresAt };
    await tx.mfaChallenge.create({ data, select: { id: true } });
    const event = { actorId: null, subjectId: userId, origin, data: { amr: [...amr], methods } };
    await audit.record(tx, { action: 'mfa.challenged', ...event });
    return { userId, challenge, methods, expiresAt };
  }

  /** A challenge that can still be answered; null for any other text. */
  async function find(tx: Transaction, challenge: string) {
    if (!isOpaqueToken('mfa', challenge)) return null;
    return tx.mfaChallenge.findFirst({
      where: { tokenHash: hashOpaqueToken(challenge), ...open(clock.now()) },
      select: COLUMNS,
    });
  }

  /**
   * Answers a challenge: checks the second factor and spends the challenge, or counts the attempt. Locks the
   * account. The caller commits whatever comes of it: a refusal is returned, since it counts.
   *
   * @returns what was proved by both factors; TOKEN_INVALID for a challenge that is unknown, expired, answered or
   *   worn out; MFA_INVALID; RATE_LIMITED
   */
  async function answer(
    tx: Transaction,
    { challenge, method, code, origin, device }: AdmittedAnswer,
  ): Promise<{ first: FirstFactor; second: readonly string[]; user: LockedUser } | AppError> {
    const found = await find(tx, challenge);
    const user = found && (await lockUser(tx, found.userId));
    const current = user && (await find(tx, challenge)); // as it is under the lock
    if (!current || !isVisible(user)) return new AppError('TOKEN_INVALID');
    const { id, userId, amr, passwordChangedAt } = current;
    const second = await prove(tx, method, { user, code, origin, challengeId: id, device });
    if (second instanceof AppError) {
      // Whoever is told to wait has not been answered.
      const attempts = { increment: second.code === 'RATE_LIMITED' ? 0 : 1 };
      await tx.mfaChallenge.updateMany({ where: { id }, data: { attempts } });
      return second;
    }
    await tx.mfaChallenge.updateMany({ where: { id }, data: { usedAt: clock.now() } });
    return { first: { userId, amr, passwordChangedAt, origin }, second, user };
  }

  /** Deletes at most `limit` challenges that ran out before `moment`, those of held accounts excepted. Returns how many. */
  async function discardOld(moment: Date, limit: number): Promise<number> {
    const rows = await db.mfaChallenge.findMany({
      where: { expiresAt: { lt: moment }, user: NOT_HELD },
      take: limit,
      select: { id: true },
    });
    const { count } = await db.mfaChallenge.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return count;
  }

  return { issue, find, answer, discardOld };
}

export type MfaChallenges = ReturnType<typeof createMfaChallenges>;

function open(now: Date) {
  return { usedAt: null, expiresAt: { gt: now }, attempts: { lt: MOST_ATTEMPTS } };
}
