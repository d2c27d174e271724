import { ROLES, type Role } from '../../security/permissions.js';
import type { IdentityParts } from './identity-parts.js';

/** Who holds which role. Everybody is a USER; the order is that of the table of roles. */
export function createFindRoles({ db }: Pick<IdentityParts, 'db'>) {
  /** The roles that count when somebody acts: none unless the account is active. */
  async function rolesInForce(userId: string): Promise<Role[]> {
    const rows = await db.userRole.findMany({
      where: { userId, user: { status: 'ACTIVE' } },
      select: { role: true },
    });
    return rows.map(({ role }) => role);
  }

  /** The roles granted to each of these accounts, in their order, whether in force or not. */
  async function findRoles(userIds: readonly string[]): Promise<Role[][]> {
    const rows = await db.userRole.findMany({
      where: { userId: { in: [...userIds] } },
      select: { userId: true, role: true },
    });
    return userIds.map((userId) => {
      const granted = new Set<Role>(['USER']);
      for (const row of rows) if (row.userId === userId) granted.add(row.role);
      return ROLES.filter((role) => granted.has(role));
    });
  }

  return { rolesInForce, findRoles };
}
