import type { Transaction } from '../../../database/client.js';
import { badInput } from '../../../errors.js';
import { normalise } from '../../../privacy/search-index.js';
import type { IdentityParts } from '../identity-parts.js';
import type { UserStatus } from './user-record.js';

/** A provider's account that the person signs in with. */
export interface ImportedSocialLogin {
  provider: string;
  providerId: string;
  linkedAt: Date;
}

/** An account as another system knows it: what Identity keeps of it. */
export interface ImportedAccount {
  id: string;
  email: string;
  isVerified: boolean;
  /** A PHC or modular-crypt string; null: the person has no password yet. */
  passwordHash: string | null;
  status: Exclude<UserStatus, 'ERASED'>;
  createdAt: Date;
  lastLoginAt: Date | null;
  suspendedAt: Date | null;
  suspendedUntil: Date | null;
  suspensionReason: string | null;
  deletedAt: Date | null;
  deletionReason: string | null;
  processingRestrictedAt: Date | null;
  socialLogins: readonly ImportedSocialLogin[];
}

/** Brings accounts in that other systems opened. */
export function createImportAccounts({ clock, passwords }: Pick<IdentityParts, 'clock' | 'passwords'>) {
  /**
   * Refuses a password hash that this server could not check.
   * @throws AppError BAD_USER_INPUT naming the field and the problem, and nothing of the hash
   */
  function requirePasswordHash(hash: string, field: string): void {
    try {
      passwords.requireCheckable(hash);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'StoredHashError') throw error;
      throw badInput(field, `cannot be checked: ${error.message}`);
    }
  }

  /** Those of the accounts whose address, id or provider's account is somebody's here already, or reserved. */
  async function findTaken<A extends ImportedAccount>(
    tx: Transaction,
    accounts: readonly A[],
  ): Promise<Set<A>> {
    const emails = accounts.map(({ email }) => email);
    const ids = accounts.map(({ id }) => id);
    const [users, byId, links, logins] = [
      await tx.user.findMany({ where: { email: { in: emails } }, select: { email: true } }),
      await tx.user.findMany({ where: { id: { in: ids } }, select: { id: true } }),
      await tx.oneTimeToken.findMany({
        where: {
          email: { in: emails },
          purpose: 'UNDO_EMAIL_CHANGE',
          usedAt: null,
          expiresAt: { gt: clock.now() },
        },
        select: { email: true },
      }),
      await findTakenLogins(tx, accounts),
    ];
    const addresses = new Set([...users, ...links].map(({ email }) => normalise(email ?? '', 'email')));
    const known = new Set(byId.map(({ id }) => id));
    const isTaken = ({ id, email, socialLogins }: A) =>
      known.has(id) ||
      addresses.has(normalise(email, 'email')) ||
      socialLogins.some((login) => logins.has(nameOf(login)));
    return new Set(accounts.filter(isTaken));
  }

  /** Opens the accounts as they are, in the caller's transaction; no mail is sent. */
  async function importMany(tx: Transaction, accounts: readonly ImportedAccount[]): Promise<void> {
    const importedAt = clock.now();
    await tx.user.createMany({
      data: accounts.map(({ socialLogins: _, ...account }) => ({ ...account, importedAt })),
    });
    const socialLogins = accounts.flatMap(({ id: userId, isVerified: addressProved, socialLogins }) =>
      socialLogins.map((login) => ({ userId, ...login, addressProved })),
    );
    if (socialLogins.length > 0) await tx.socialLogin.createMany({ data: socialLogins });
  }

  return { requirePasswordHash, findTaken, importMany };
}

/** One look-up for each provider. */
async function findTakenLogins(tx: Transaction, accounts: readonly ImportedAccount[]): Promise<Set<string>> {
  const byProvider = new Map<string, string[]>();
  for (const { provider, providerId } of accounts.flatMap(({ socialLogins }) => socialLogins)) {
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), providerId]);
  }
  const taken = new Set<string>();
  for (const [provider, providerIds] of byProvider) {
    const found = await tx.socialLogin.findMany({
      where: { provider, providerId: { in: providerIds } },
      select: { provider: true, providerId: true },
    });
    for (const login of found) taken.add(nameOf(login));
  }
  return taken;
}

function nameOf({ provider, providerId }: { provider: string; providerId: string }): string {
  return `${provider} ${providerId}`;
}
