import type { DataSubjectRequestStatus } from '../../../database/generated/client.js';
import { CASE_COLUMNS, type CaseRecord } from './case-record.js';
import type { CaseParts } from './case-parts.js';

/** Where a case stands in the list. */
export interface CasePosition {
  dueAt: Date;
  id: string;
}

export interface CaseFilter {
  /** null: all. */
  status: readonly DataSubjectRequestStatus[] | null;
  /** Only those that are open past their date. */
  overdueOnly: boolean;
  /** Whether those of people are listed whose processing is restricted (Art. 18 GDPR). */
  includeRestricted: boolean;
}

/** Reads the cases, the most urgent first. */
export function createListCases({ db, clock }: Pick<CaseParts, 'db' | 'clock'>) {
  function matching({ status, overdueOnly, includeRestricted }: CaseFilter) {
    return {
      ...(status ? { status: { in: [...status] } } : {}),
      ...(includeRestricted ? {} : { user: { processingRestrictedAt: null } }),
      ...(overdueOnly ? { AND: [{ status: 'OPEN' as const, dueAt: { lt: clock.now() } }] } : {}),
    };
  }

  /** At most `limit` cases that stand after `position`. */
  function list(
    filter: CaseFilter,
    { limit, after: position }: { limit: number; after: CasePosition | null },
  ): Promise<CaseRecord[]> {
    const beyond = position && {
      dueAt: { gte: position.dueAt },
      OR: [{ dueAt: { gt: position.dueAt } }, { id: { gt: position.id } }],
    };
    return db.piecewise.dataSubjectRequest.findMany({
      where: { AND: [matching(filter), beyond ?? {}] },
      orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
      take: limit,
      select: CASE_COLUMNS,
    });
  }

  function count(filter: CaseFilter): Promise<number> {
    return db.dataSubjectRequest.count({ where: matching(filter) });
  }

  return { list, count };
}
