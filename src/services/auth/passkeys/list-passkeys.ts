import type { PasskeyParts } from './passkey-parts.js';
import { PASSKEY_COLUMNS, type PasskeyRecord } from './passkey-record.js';

/** Reads passkeys, without their keys. */
export function createListPasskeys({ db }: Pick<PasskeyParts, 'db'>) {
  /** The passkeys of each of these accounts, in their order, the oldest first. */
  async function listMany(userIds: readonly string[]): Promise<PasskeyRecord[][]> {
    const rows = await db.piecewise.passkey.findMany({
      where: { userId: { in: [...userIds] } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: PASSKEY_COLUMNS,
    });
    return userIds.map((userId) => rows.filter((row) => row.userId === userId));
  }

  /** A passkey of this account by its id, a UUID; null when there is none. */
  function find(userId: string, id: string): Promise<PasskeyRecord | null> {
    return db.piecewise.passkey.findFirst({ where: { id, userId }, select: PASSKEY_COLUMNS });
  }

  return { listMany, find };
}
