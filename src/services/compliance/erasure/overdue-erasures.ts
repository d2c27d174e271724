import type { Clock } from '../../../clock.js';
import type { Database } from '../../../database/client.js';

/** Which erasures are overdue: those whose case is open past its date. */
export function createOverdueErasures({ db, clock }: { db: Database; clock: Clock }) {
  const past = () => ({ status: 'OPEN' as const, dueAt: { lt: clock.now() } });

  /** Whether each of these requests is overdue, in their order. Those that retention makes have no case and no date. */
  async function areOverdue(ids: readonly string[]): Promise<boolean[]> {
    const rows = await db.dataSubjectRequest.findMany({
      where: { reference: { in: [...ids] }, ...past() },
      select: { reference: true },
    });
    const overdue = new Set(rows.map(({ reference }) => reference));
    return ids.map((id) => overdue.has(id));
  }

  /** The condition that a request is overdue. */
  async function onlyOverdue(): Promise<{ id: { in: string[] } }> {
    const rows = await db.dataSubjectRequest.findMany({
      where: { type: 'ERASURE', reference: { not: null }, ...past() },
      select: { reference: true },
    });
    return { id: { in: rows.flatMap(({ reference }) => reference ?? []) } };
  }

  return { areOverdue, onlyOverdue };
}
