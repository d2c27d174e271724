import { AppError } from '../../../errors.js';
import { checkNewPassword } from '../../../security/passwords/password-policy.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { ConsentGiven, ForNewAccount, IdentityParts, NewProfile } from '../identity-parts.js';
import type { Reservations } from '../addresses/reserved-addresses.js';
import { isUniqueViolation } from '../accounts/unique-violation.js';
import type { Verification } from '../addresses/verify-email.js';
import { isVisible } from '../accounts/user-record.js';

/** What the answer to a registration says, over GraphQL and REST. */
export const REGISTERED_MESSAGE = 'User registered successfully.';

export interface Registration {
  email: string;
  password: string;
  profile?: NewProfile;
  consents?: readonly ConsentGiven[];
  origin: RequestOrigin;
}

interface NewAccount {
  email: string;
  passwordHash: string;
  writers: ForNewAccount[];
}

type Parts = IdentityParts & { verification: Verification; reservations: Reservations };

/** Opens accounts. */
export function createRegister(parts: Parts) {
  const { db, passwords, policy, audit, mail, config, guard, verification, reservations } = parts;

  async function createAccount(account: NewAccount, origin: RequestOrigin): Promise<string> {
    const { email, passwordHash } = account;
    return db.$transaction(async (tx) => {
      const user = await tx.user.create({ data: { email, passwordHash }, select: { id: true } });
      if (await reservations.isReserved(tx, email, null)) throw new AppError('EMAIL_TAKEN');
      for (const write of account.writers) await write(tx, user.id);
      await audit.record(tx, { action: 'user.registered', actorId: user.id, subjectId: user.id, origin });
      await verification.send(tx, { id: user.id, email });
      return user.id;
    });
  }

  /** Tells the owner that somebody tried to register the address again; accounts out of use get no mail. */
  async function tellOwner(email: string): Promise<void> {
    if (!(await guard.mayMail('registration-attempt', email))) return;
    await db.$transaction(async (tx) => {
      const owner = await tx.user.findUnique({
        where: { email },
        select: { id: true, email: true, status: true },
      });
      if (!owner || !isVisible(owner)) return;
      await mail.sendLater(tx, {
        userId: owner.id,
        to: { address: owner.email },
        template: 'registration-attempt',
        params: {},
      });
    });
  }

  /**
   * Opens an account and mails a link that verifies its address. The address may be taken: that is
   * EMAIL_TAKEN, or, where accounts are concealed, the same answer as success (`userId` null in both cases)
   * and a mail to its owner.
   *
   * @throws AppError EMAIL_TAKEN, PASSWORD_*, BAD_USER_INPUT, RATE_LIMITED, OVERLOADED
   */
  return async function register(registration: Registration): Promise<{ userId: string | null }> {
    const { email, profile = {}, consents = [], origin } = registration;
    const password = checkNewPassword(registration.password, { email }, policy);
    const writers = [parts.prepareProfile(profile), parts.prepareConsents(consents, origin)];
    // All input is checked and hashed before anything is looked up: a taken address answers and costs as a free one.
    await guard.limit('registration', origin);
    const passwordHash = await passwords.hash(password);
    try {
      const userId = await createAccount({ email, passwordHash, writers }, origin);
      return { userId: config.concealAccounts ? null : userId };
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (!config.concealAccounts) throw new AppError('EMAIL_TAKEN', { cause: error });
      await tellOwner(email);
      return { userId: null };
    }
  };
}

/** Whether the address turned out to belong to somebody, in a race of two registrations too. */
function isTaken(error: unknown): boolean {
  return isUniqueViolation(error) || (error instanceof AppError && error.code === 'EMAIL_TAKEN');
}
