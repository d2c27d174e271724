import { isUuid } from '../../../input/uuid.js';
import type { IdentityParts } from '../identity-parts.js';
import { isVisible, USER_COLUMNS, type UserRecord } from './user-record.js';

/** Look-ups by id. Deleted and erased accounts are not found. */
export function createFindUsers({ db }: Pick<IdentityParts, 'db'>) {
  /** The accounts of these ids, in their order: null where there is none, or none that is visible. */
  async function findUsers(ids: readonly string[]): Promise<(UserRecord | null)[]> {
    const rows = await db.piecewise.user.findMany({
      where: { id: { in: ids.filter(isUuid) } },
      select: USER_COLUMNS,
    });
    const byId = new Map(rows.filter(isVisible).map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /** The account of this id; null when there is none, or none that is visible. */
  async function findUser(id: string): Promise<UserRecord | null> {
    const [user] = await findUsers([id]);
    return user ?? null;
  }

  return { findUser, findUsers };
}
