import type { Database, Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { ROLES, type Role, type StaffRole } from '../../../security/rights/permissions.js';
import type { IdentityParts } from '../identity-parts.js';

export interface GrantedRoles {
  userId: string;
  roles: readonly Role[];
  /** Who grants them; null: the operator at the server's console. */
  grantedBy: string | null;
}

/** Who holds which role. Everybody is a USER, which is never stored; the order is that of the table of roles. */
export function createRoles({ db, clock }: Pick<IdentityParts, 'db' | 'clock'>) {
  /** The roles that count when somebody acts: none unless the account is active. */
  async function rolesInForce(userId: string, client: Database | Transaction = db): Promise<Role[]> {
    const rows = await client.userRole.findMany({
      where: { userId, user: { status: 'ACTIVE' } },
      select: { role: true },
    });
    return rows.map(({ role }) => role);
  }

  /** The roles granted to each of these accounts, in their order, whether in force or not. */
  async function findRoles(
    userIds: readonly string[],
    client: Database | Transaction = db,
  ): Promise<Role[][]> {
    const rows = await client.userRole.findMany({
      where: { userId: { in: [...userIds] } },
      select: { userId: true, role: true },
    });
    return userIds.map((userId) => {
      const granted = new Set<Role>(['USER']);
      for (const row of rows) if (row.userId === userId) granted.add(row.role);
      return ROLES.filter((role) => granted.has(role));
    });
  }

  /** Replaces the roles of an account; those that stay keep who granted them, and when. The caller holds the rights lock. */
  async function setRoles(tx: Transaction, { userId, roles, grantedBy }: GrantedRoles): Promise<void> {
    const wanted = roles.filter((role): role is StaffRole => role !== 'USER');
    await tx.userRole.deleteMany({ where: { userId, role: { notIn: wanted } } });
    const grantedAt = clock.now();
    await tx.userRole.createMany({
      data: wanted.map((role) => ({ userId, role, grantedBy, grantedAt })),
      skipDuplicates: true,
    });
  }

  return { rolesInForce, findRoles, setRoles, lockRights, isThereAnAdmin, requireAnotherAdmin };
}

/**
 * Lets changes of rights happen one after the other, in every process, until the transaction ends: two
 * administrators who remove each other at the same moment would otherwise leave none. Taken before any account's
 * lock.
 */
async function lockRights(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('custodia:rights', 0))`;
}

/** Whether anybody holds the role ADMIN, in force or not. */
async function isThereAnAdmin(tx: Transaction): Promise<boolean> {
  return (await tx.userRole.count({ where: { role: 'ADMIN' } })) > 0;
}

/**
 * Makes sure that somebody who can sign in stays administrator when this account no longer is. The caller holds
 * the rights lock.
 *
 * @param findLeaving those of these accounts that are about to go and do not count
 * @throws AppError CONFLICT when the account is the last one
 */
async function requireAnotherAdmin(
  tx: Transaction,
  userId: string,
  findLeaving: (tx: Transaction, userIds: readonly string[]) => Promise<Set<string>> = async () => new Set(),
): Promise<void> {
  const ofAdmins = { role: 'ADMIN', user: { status: 'ACTIVE' } } as const;
  if ((await tx.userRole.count({ where: { ...ofAdmins, userId } })) === 0) return;
  // Whoever was invited and has not come yet cannot help: neither password nor sign-in.
  const others = await tx.$queryRaw<{ id: string }[]>`
    SELECT u.id FROM user_roles r JOIN users u ON u.id = r.user_id
     WHERE r.role = 'ADMIN' AND u.status = 'ACTIVE' AND u.id <> ${userId}::uuid
       AND (u.password_hash IS NOT NULL OR u.last_login_at IS NOT NULL)`;
  const ids = others.map(({ id }) => id);
  const leaving = await findLeaving(tx, ids);
  if (ids.some((id) => !leaving.has(id))) return;
  throw new AppError('CONFLICT', { fields: { userId: 'is the last administrator; make another one first' } });
}
