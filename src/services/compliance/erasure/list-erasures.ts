import type { Clock } from '../../../clock.js';
import type { Database } from '../../../database/client.js';
import { readOrError } from '../../../privacy/fail-when-read.js';
import { isUuid } from '../../../input/uuid.js';
import { ERASURE_COLUMNS, OPEN_STATUSES, type ErasureRecord, type ErasureStatus } from './erasure-record.js';
import { createOverdueErasures } from './overdue-erasures.js';

/** Where a request stands in the list. */
export interface ErasurePosition {
  requestedAt: Date;
  id: string;
}

export interface ErasureFilter {
  /** null: all. */
  status: readonly ErasureStatus[] | null;
  /** Whether those of people are listed whose processing is restricted (Art. 18 GDPR). */
  includeRestricted: boolean;
  /** Only those whose case is open past its date. */
  overdueOnly?: boolean;
}

interface ErasureReason {
  reason: string | null;
  isRestricted: boolean;
}

const REASON_COLUMNS = {
  id: true,
  reason: true,
  user: { select: { processingRestrictedAt: true } },
} as const;
const UNRESTRICTED = { user: { processingRestrictedAt: null } } as const;

/** Reads erasure requests. */
export function createListErasures({ db, clock }: { db: Database; clock: Clock }) {
  const { areOverdue, onlyOverdue } = createOverdueErasures({ db, clock });
  const among = async ({ status, includeRestricted, overdueOnly = false }: ErasureFilter) => ({
    ...(status ? { status: { in: [...status] } } : {}),
    ...(includeRestricted ? {} : UNRESTRICTED),
    ...(overdueOnly ? { AND: [await onlyOverdue()] } : {}),
  });

  /** At most `limit` requests that stand after `position`, the newest first. */
  async function list(
    filter: ErasureFilter,
    page: { limit: number; after: ErasurePosition | null },
  ): Promise<ErasureRecord[]> {
    const { requestedAt, id } = page.after ?? {};
    const beyond = page.after && {
      OR: [{ requestedAt: { lt: requestedAt } }, { requestedAt, id: { lt: id } }],
    };
    return db.erasureRequest.findMany({
      where: { ...(await among(filter)), ...beyond },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: page.limit,
      select: ERASURE_COLUMNS,
    });
  }

  async function count(filter: ErasureFilter): Promise<number> {
    return db.erasureRequest.count({ where: await among(filter) });
  }

  /** The request of this id; null when there is none, or only that of somebody whom the caller may not read. */
  async function find(id: string, { includeRestricted = true } = {}): Promise<ErasureRecord | null> {
    if (!isUuid(id)) return null;
    const where = { id, ...(includeRestricted ? {} : UNRESTRICTED) };
    return db.erasureRequest.findFirst({ where, select: ERASURE_COLUMNS });
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
   * Why each of these was asked for, in their order, and whether the person's processing is restricted (Art. 18 GDPR);
   * null where nobody said so, or the person is erased. One that does not open is an error in its own place, and takes
   * none of the others with it.
   */
  async function findReasons(ids: readonly string[]): Promise<(ErasureReason | Error)[]> {
    const rows = await db.piecewise.erasureRequest.findMany({
      where: { id: { in: [...ids] } },
      select: REASON_COLUMNS,
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => {
      const row = byId.get(id);
      const isRestricted = (row?.user.processingRestrictedAt ?? null) !== null;
      return readOrError(() => ({ reason: row?.reason ?? null, isRestricted }));
    });
  }

  return { list, count, find, findOpenOf, findReasons, areOverdue };
}
