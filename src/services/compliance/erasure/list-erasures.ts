import type { Database } from '../../../database/client.js';
import { SealedValueError } from '../../../privacy/privacy-errors.js';
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

  /**
   * Why each of these was asked for, in their order; null where nobody said so, or the person is erased. One that does
   * not open is an error in its own place, and takes none of the others with it.
   */
  async function findReasons(ids: readonly string[]): Promise<(string | null | Error)[]> {
    const read = async (wanted: string[]) =>
      db.erasureRequest.findMany({ where: { id: { in: wanted } }, select: { id: true, reason: true } });
    try {
      const reasons = new Map((await read([...ids])).map(({ id, reason }) => [id, reason]));
      return ids.map((id) => reasons.get(id) ?? null);
    } catch (error) {
      if (!(error instanceof SealedValueError)) throw error;
      if (ids.length === 1) return [error];
      return Promise.all(ids.map(async (id) => (await findReasons([id]))[0] ?? null));
    }
  }

  return { list, count, find, findOpenOf, findReasons };
}
