import type { Database } from '../../../database/client.js';
import { isUuid } from '../../../input/uuid.js';
import { ERASURE_COLUMNS, OPEN_STATUSES, type ErasureRecord, type ErasureStatus } from './erasure-record.js';

/** Where a request stands in the list. */
export interface ErasurePosition {
  requestedAt: Date;
  id: string;
}

/** Reads erasure requests. */
export function createListErasures({ db }: { db: Database }) {
  const among = (status: readonly ErasureStatus[] | null) => (status ? { status: { in: [...status] } } : {});

  /** At most `limit` requests that stand after `position`, the newest first. */
  function list(page: {
    status: readonly ErasureStatus[] | null;
    limit: number;
    after: ErasurePosition | null;
  }): Promise<ErasureRecord[]> {
    const { requestedAt, id } = page.after ?? {};
    const beyond = page.after && {
      OR: [{ requestedAt: { lt: requestedAt } }, { requestedAt, id: { lt: id } }],
    };
    return db.erasureRequest.findMany({
      where: { ...among(page.status), ...beyond },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: page.limit,
      select: ERASURE_COLUMNS,
    });
  }

  function count(status: readonly ErasureStatus[] | null): Promise<number> {
    return db.erasureRequest.count({ where: among(status) });
  }

  /** The request of this id; null when there is none. */
  async function find(id: string): Promise<ErasureRecord | null> {
    return isUuid(id) ? db.erasureRequest.findUnique({ where: { id }, select: ERASURE_COLUMNS }) : null;
  }

  /** The open request of each of these accounts, in their order; null where there is none. */
  async function findOpenOf(userIds: readonly string[]): Promise<(ErasureRecord | null)[]> {
    const rows = await db.erasureRequest.findMany({
      where: { userId: { in: [...userIds] }, status: { in: [...OPEN_STATUSES] } },
      select: ERASURE_COLUMNS,
    });
    const byUser = new Map(rows.map((row) => [row.userId, row]));
    return userIds.map((userId) => byUser.get(userId) ?? null);
  }

  return { list, count, find, findOpenOf };
}
