import { randomUUID } from 'node:crypto';
import type { Transaction } from '../../../database/client.js';
import { dueDate } from './case-deadline.js';
import { createListCases } from './case-list.js';
import { createCaseNotices, type Told } from './case-notices.js';
import type { CaseOutcome, CaseParts, Closing, NewCase, OpenedCase } from './case-parts.js';
import { CASE_COLUMNS, type CaseRecord } from './case-record.js';
import { createStaffCases } from './case-staff.js';

/**
 * Data-subject requests as cases, so that each is answered in time and that can be shown (Art. 12(3) and 5(2)
 * GDPR): docs/data-subject-requests.md.
 */
export function createCaseService(parts: CaseParts) {
  const { clock, audit } = parts;
  const notices = createCaseNotices(parts);

  /**
   * Opens a case in the transaction of what the person asked for. The account exists; its values need not open, where the
   * case has no text.
   */
  async function open(tx: Transaction, { origin, told, ...row }: NewCase): Promise<OpenedCase> {
    const dueAt = dueDate(row.type, row.receivedAt);
    const select = { id: true, userId: true } as const;
    const identityProof = row.identityProof ?? undefined; // what is not written needs no key
    const id = randomUUID();
    const acknowledgedAt = await notices.received(tx, { id, ...row, dueAt }, told);
    const record = await tx.dataSubjectRequest.create({
      data: { id, ...row, identityProof, dueAt, acknowledgedAt },
      select,
    });
    await audit.record(tx, {
      action: 'case.opened',
      actorId: row.openedBy,
      subjectId: row.userId,
      origin,
      data: { caseId: record.id, type: row.type },
    });
    return record;
  }

  /**
   * Closes the open cases that this export or erasure settles, in the transaction of its end. Call it before
   * the person's data key is destroyed: reason and evidence are sealed. Without them it needs no key.
   */
  async function closeByReference(
    tx: Transaction,
    reference: string,
    outcome: CaseOutcome,
    told: Told,
  ): Promise<void> {
    const rows = await tx.dataSubjectRequest.findMany({
      where: { reference, status: 'OPEN' },
      select: { id: true, userId: true },
    });
    for (const { id, userId } of rows)
      await end(tx, { id, userId, actorId: null, origin: null, outcome, told });
  }

  /**
   * Closes whatever is still open of somebody who is erased, in the transaction of the erasure: requests for erasure are
   * granted by it, and of the others nothing is left to answer about. Neither seals nor opens a value: the person's data
   * key may be gone already (one in a database of its own goes before the transaction commits), and the erasure has to
   * end all the same. Evidence would be cleared with it anyway.
   */
  async function closeAllOf(tx: Transaction, userId: string): Promise<void> {
    const rows = await tx.dataSubjectRequest.findMany({
      where: { userId, status: 'OPEN' },
      select: { id: true, type: true },
    });
    for (const { id, type } of rows) {
      const decision = type === 'ERASURE' || type === 'CCPA_DELETE' ? 'GRANTED' : 'WITHDRAWN';
      const { count } = await tx.dataSubjectRequest.updateMany({
        where: { id, status: 'OPEN' },
        data: { status: 'CLOSED', decision, closedAt: clock.now(), closedBy: null },
      });
      if (count === 0) continue; // an officer was faster, and recorded it
      const data = { caseId: id, decision };
      await audit.record(tx, { action: 'case.closed', actorId: null, subjectId: userId, origin: null, data });
    }
  }

  /** Opens a case for what is done in the same transaction, and closes it. The person gets the answer alone. */
  async function settle(
    tx: Transaction,
    row: Omit<NewCase, 'told'>,
    outcome: CaseOutcome,
  ): Promise<CaseRecord> {
    const { id, userId } = await open(tx, { ...row, told: 'not' });
    return close(tx, { id, userId, actorId: row.openedBy, origin: row.origin, outcome, told: 'by mail' });
  }

  async function close(tx: Transaction, closing: Closing): Promise<CaseRecord> {
    await end(tx, closing);
    return tx.dataSubjectRequest.findUniqueOrThrow({ where: { id: closing.id }, select: CASE_COLUMNS });
  }

  async function end(tx: Transaction, closing: Closing): Promise<void> {
    const { id, userId, actorId, origin, outcome, told } = closing;
    const { type } = await tx.dataSubjectRequest.findUniqueOrThrow({ where: { id }, select: { type: true } });
    const { decision, decisionReason = null, answer = null } = outcome;
    const words = { decision, reason: decisionReason, answer };
    const decisionMailedAt = await notices.decided(tx, { id, userId, type }, words, told);
    const evidence = outcome.evidence ?? undefined; // what is not written needs no key
    await tx.dataSubjectRequest.update({
      where: { id },
      data: {
        ...outcome,
        evidence,
        status: 'CLOSED',
        closedAt: clock.now(),
        closedBy: actorId,
        decisionMailedAt,
      },
      select: { id: true },
    });
    const data = { caseId: id, decision };
    await audit.record(tx, { action: 'case.closed', actorId, subjectId: userId, origin, data });
  }

  return {
    open,
    closeByReference,
    closeAllOf,
    settle,
    ...createListCases(parts),
    ...createStaffCases({ ...parts, notices, open, close }),
  };
}

export type CaseService = ReturnType<typeof createCaseService>;
