import { AppError, type ErrorCode } from '../../../errors.js';
import { normalise } from '../../../privacy/search-index.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { AuditAction } from '../../audit/audit-action.js';
import { untilNextBeat } from './even-pace.js';
import type { IdentityParts } from '../identity-parts.js';
import { lockUser } from '../accounts/locked-user.js';
import { USER_COLUMNS, type UserRecord, type UserStatus } from '../accounts/user-record.js';

/** Somebody who has just proved that they know the account's password. */
export interface VerifiedUser extends UserRecord {
  /** Tells the password that was checked from one set later. */
  readonly passwordChangedAt: Date | null;
  readonly credentialsVoidAt: Date | null;
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

interface Admission {
  action: AuditAction;
  /** Whose password it is said to be: the id, or for an unknown address that. */
  account: string;
  password: string;
  origin: RequestOrigin;
  /** When the attempt came, by performance.now(). */
  startedAt: number;
}

type StoredUser = VerifiedUser & { readonly passwordHash: string | null };

const COLUMNS = {
  ...USER_COLUMNS,
  passwordHash: true,
  passwordChangedAt: true,
  credentialsVoidAt: true,
} as const;

/** Refused without looking at the password: the guard says which of those are recorded. */
const UNCHECKED: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'OTHER_PROOF_REQUIRED']);

/** The check of a password, for signing in and for operations that ask for it again. */
export function createCredentials(parts: IdentityParts) {
  const { db, passwords, audit, config, guard, deviceTokens, clock } = parts;

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

  /** Records a refused attempt, for unknown addresses too. */
  async function record(user: StoredUser | null, { action, origin }: Admission, reason: ErrorCode) {
    const event = { action, actorId: null, subjectId: user?.id ?? null, origin, data: { reason } };
    await db.$transaction((tx) => audit.record(tx, event));
  }

  /**
   * Records what was refused after a look at the password, and puts every refusal off to the next beat: reading and
   * sealing for a known address takes a few milliseconds more.
   */
  async function refuse(user: StoredUser | null, admission: Admission, error: AppError) {
    if (!UNCHECKED.has(error.code)) await record(user, admission, error.code);
    await untilNextBeat(admission.startedAt);
    return error;
  }

  /** What keeps an account out although the password is right. */
  function findObstacle(user: Holder): ErrorCode | null {
    if (user.status !== 'ACTIVE') return REFUSALS[user.status];
    if (awaitsReset(user)) return 'PASSWORD_RESET_REQUIRED';
    if (!config.requireVerifiedEmail || user.isVerified) return null;
    // Where accounts are concealed, whoever registered an address must not learn by signing in that it was free.
    return config.concealAccounts ? 'INVALID_CREDENTIALS' : 'EMAIL_NOT_VERIFIED';
  }

  /**
   * Checks who signs in. An unknown address, an account without a password and a wrong password cost the
   * same and answer the same; only a right password learns more. Replaces an outdated hash.
   *
   * @throws AppError INVALID_CREDENTIALS, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED, OVERLOADED,
   *   RATE_LIMITED, OTHER_PROOF_REQUIRED
   */
  async function check({ email, password, origin }: SignInAttempt): Promise<VerifiedUser> {
    const startedAt = performance.now();
    const user = await db.user.findUnique({ where: { email }, select: COLUMNS });
    // Known addresses are found in whatever case: an unknown one must not gain guesses by its spelling.
    const account = user?.id ?? normalise(email, 'email');
    return admit(user, { action: 'session.refused', account, password, origin, startedAt });
  }

  /**
   * Asks a signed-in user for the password again.
   * @throws AppError as `check`
   */
  async function requirePassword({ userId, password, origin }: PasswordAttempt): Promise<VerifiedUser> {
    const startedAt = performance.now();
    const user = await db.user.findUnique({ where: { id: userId }, select: COLUMNS });
    return admit(user, { action: 'password.refused', account: userId, password, origin, startedAt });
  }

  /** Lets the guard decide whether the password is looked at, and looks. */
  async function admit(user: StoredUser | null, admission: Admission): Promise<VerifiedUser> {
    const { account, origin, password } = admission;
    const device = user && deviceTokens.findKnownDevice(origin.deviceToken, user, clock.now());
    try {
      return await guard.attempt(
        { kind: 'password', account, origin, device },
        () => prove(user, password),
        (reason) => record(user, admission, reason),
      );
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'OVERLOADED') throw error;
      throw await refuse(user, admission, error);
    }
  }

  async function prove(user: StoredUser | null, password: string): Promise<VerifiedUser> {
    const matching = await matches(user, password);
    if (!user || !matching) throw new AppError('INVALID_CREDENTIALS');
    const obstacle = findObstacle(user);
    if (obstacle) throw new AppError(obstacle);
    return withoutHash(user);
  }

  return { check, requirePassword, findObstacle };
}

export type Credentials = ReturnType<typeof createCredentials>;

/** What is known of an account when somebody is about to sign in. */
type Holder = Pick<VerifiedUser, 'status' | 'isVerified'> &
  Partial<Pick<VerifiedUser, 'passwordChangedAt' | 'credentialsVoidAt'>>;

/** The owner reported a stranger, and has not set a password since. */
function awaitsReset({ credentialsVoidAt, passwordChangedAt }: Holder): boolean {
  if (!credentialsVoidAt) return false; // nor has an account that is about to be opened
  return !passwordChangedAt || passwordChangedAt <= credentialsVoidAt;
}

const REFUSALS: Record<Exclude<UserStatus, 'ACTIVE'>, ErrorCode> = {
  SUSPENDED: 'ACCOUNT_SUSPENDED',
  DELETED: 'ACCOUNT_DELETED',
  ERASED: 'INVALID_CREDENTIALS',
};

function withoutHash({ passwordHash: _, ...user }: StoredUser): VerifiedUser {
  return user;
}
