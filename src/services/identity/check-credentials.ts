import { AppError, type ErrorCode } from '../../errors.js';
import type { RequestOrigin } from '../../security/request-context.js';
import type { AuditAction } from '../audit/audit-action.js';
import { untilNextBeat } from './even-pace.js';
import type { IdentityParts } from './identity-parts.js';
import { lockUser } from './locked-user.js';
import { USER_COLUMNS, type UserRecord, type UserStatus } from './user-record.js';

/** Somebody who has just proved that they know the account's password. */
export interface VerifiedUser extends UserRecord {
  /** Tells the password that was checked from one set later. */
  readonly passwordChangedAt: Date | null;
}

export interface SignInAttempt {
  email: string;
  password: string;
  origin: RequestOrigin;
}

export interface PasswordAttempt {
  userId: string;
  password: string;
  origin: RequestOrigin;
}

interface Refusal {
  action: AuditAction;
  subjectId: string | null;
  code: ErrorCode;
  origin: RequestOrigin;
  /** When the attempt came, by performance.now(). */
  startedAt: number;
}

type StoredUser = VerifiedUser & { readonly passwordHash: string | null };

const COLUMNS = { ...USER_COLUMNS, passwordHash: true, passwordChangedAt: true } as const;

/** The check of a password, for signing in and for operations that ask for it again. */
export function createCredentials({ db, passwords, audit, config }: IdentityParts) {
  /** Whether the password is the account's; costs the same without an account or without a password. */
  async function matches(user: StoredUser | null, password: string): Promise<boolean> {
    if (!user?.passwordHash || user.status === 'ERASED') {
      await passwords.verifyAgainstNobody(password);
      return false;
    }
    const check = await passwords.verify(user.passwordHash, password);
    if (check.needsRehash) await rehash(user.id, user.passwordHash, password);
    return check.matches;
  }

  /** Replaces an outdated hash, unless the password was changed or re-hashed since it was verified. */
  async function rehash(userId: string, verifiedHash: string, password: string): Promise<void> {
    const passwordHash = await hashIfThereIsRoom(password);
    if (passwordHash === null) return;
    await db.$transaction(async (tx) => {
      const user = await lockUser(tx, userId);
      if (user?.passwordHash !== verifiedHash) return;
      await tx.user.update({ where: { id: userId }, data: { passwordHash }, select: { id: true } });
    });
  }

  /** Re-hashing can wait for the next sign-in; a full queue must not refuse this one. */
  async function hashIfThereIsRoom(password: string): Promise<string | null> {
    try {
      return await passwords.hash(password);
    } catch (error) {
      if (error instanceof AppError && error.code === 'OVERLOADED') return null;
      throw error;
    }
  }

  /**
   * Records a refused attempt, for unknown addresses too, and puts it off to the next beat: reading and sealing
   * for a known one takes a few milliseconds more.
   */
  async function refuse({ action, subjectId, code, origin, startedAt }: Refusal): Promise<never> {
    await db.$transaction((tx) =>
      audit.record(tx, { action, actorId: null, subjectId, origin, data: { reason: code } }),
    );
    await untilNextBeat(startedAt);
    throw new AppError(code);
  }

  /** What keeps an account out although the password is right. */
  function findObstacle(user: Pick<UserRecord, 'status' | 'isVerified'>): ErrorCode | null {
    if (user.status !== 'ACTIVE') return REFUSALS[user.status];
    if (!config.requireVerifiedEmail || user.isVerified) return null;
    // Where accounts are concealed, whoever registered an address must not learn by signing in that it was free.
    return config.concealAccounts ? 'INVALID_CREDENTIALS' : 'EMAIL_NOT_VERIFIED';
  }

  /**
   * Checks who signs in. An unknown address, an account without a password and a wrong password cost the
   * same and answer the same; only a right password learns more. Replaces an outdated hash.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED, OVERLOADED
   */
  async function check({ email, password, origin }: SignInAttempt): Promise<VerifiedUser> {
    const startedAt = performance.now();
    const user = await db.user.findUnique({ where: { email }, select: COLUMNS });
    return admit(user, password, { action: 'session.refused', origin, startedAt });
  }

  /**
   * Asks a signed-in user for the password again.
   * @throws AppError as `check`
   */
  async function requirePassword({ userId, password, origin }: PasswordAttempt): Promise<VerifiedUser> {
    const startedAt = performance.now();
    const user = await db.user.findUnique({ where: { id: userId }, select: COLUMNS });
    return admit(user, password, { action: 'password.refused', origin, startedAt });
  }

  async function admit(
    user: StoredUser | null,
    password: string,
    attempt: Pick<Refusal, 'action' | 'origin' | 'startedAt'>,
  ) {
    const known = await matches(user, password);
    const code = user && known ? findObstacle(user) : 'INVALID_CREDENTIALS';
    if (!user || code)
      return refuse({ ...attempt, subjectId: user?.id ?? null, code: code ?? 'INVALID_CREDENTIALS' });
    return withoutHash(user);
  }

  return { check, requirePassword, findObstacle };
}

export type Credentials = ReturnType<typeof createCredentials>;

const REFUSALS: Record<Exclude<UserStatus, 'ACTIVE'>, ErrorCode> = {
  SUSPENDED: 'ACCOUNT_SUSPENDED',
  DELETED: 'ACCOUNT_DELETED',
  ERASED: 'INVALID_CREDENTIALS',
};

function withoutHash({ passwordHash: _, ...user }: StoredUser): VerifiedUser {
  return user;
}
