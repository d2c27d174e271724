import type { Clock } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { isUuid } from '../../../input/uuid.js';
import type { LostMail, Mail } from '../../../mail/outbox.js';
import type { TemplateCall, TemplateName } from '../../../mail/templates/templates.js';
import { findReadable, lockAccount } from '../../identity/accounts/locked-user.js';
import type { CaseRecord } from './case-record.js';

/**
 * How the person is told of something about their case: by a mail about the case, by another mail that the caller sends in the
 * same transaction, or not by the server.
 */
export type Told = 'by mail' | 'by another mail' | 'not';

type Case = Pick<CaseRecord, 'id' | 'userId' | 'type'>;
type ToldColumn = 'acknowledgedAt' | 'extensionMailedAt' | 'decisionMailedAt';

/** What each mail tells of a case, those included that tell of the export or the erasure that carries it out. */
const TOLD_BY: Partial<Record<TemplateName, ToldColumn>> = {
  'case-received': 'acknowledgedAt',
  'erasure-scheduled': 'acknowledgedAt',
  'case-extended': 'extensionMailedAt',
  'case-decided': 'decisionMailedAt',
  'export-ready': 'decisionMailedAt',
  'erasure-cancelled': 'decisionMailedAt',
};

/**
 * Tells people of their cases: that they came and when they are due, that they take longer, what was decided (Art. 12(3) and (4)
 * GDPR). Each answers when the mail was handed to the outbox; null: none was, since there is no address that opens. Evidence and
 * proofs of identity never go into a mail.
 */
export function createCaseNotices({ clock, mail }: { clock: Clock; mail: Mail }) {
  mail.onLost(noteLost);

  async function send(tx: Transaction, userId: string, told: Told, call: TemplateCall): Promise<Date | null> {
    if (told === 'not') return null;
    if (told === 'by mail') {
      const user = await findReadable(tx, userId);
      if (!user?.email) return null;
      await mail.sendLater(tx, { userId, to: { address: user.email }, ...call });
    }
    return clock.now();
  }

  function received(
    tx: Transaction,
    { id, userId, type, receivedAt, dueAt }: Case & Pick<CaseRecord, 'receivedAt' | 'dueAt'>,
    told: Told,
  ): Promise<Date | null> {
    const dates = { receivedAt: receivedAt.toISOString(), dueAt: dueAt.toISOString() };
    const params = { reference: id, type, ...dates, isLate: dueAt < clock.now() };
    return send(tx, userId, told, { template: 'case-received', params });
  }

  function extended(
    tx: Transaction,
    { id, userId, type }: Case,
    { dueAt, reason }: { dueAt: Date; reason: string },
    told: Told,
  ): Promise<Date | null> {
    const params = { reference: id, type, dueAt: dueAt.toISOString(), reason };
    return send(tx, userId, told, { template: 'case-extended', params });
  }

  function decided(
    tx: Transaction,
    { id, userId, type }: Case,
    words: { decision: NonNullable<CaseRecord['decision']>; reason: string | null; answer: string | null },
    told: Told,
  ): Promise<Date | null> {
    return send(tx, userId, told, { template: 'case-decided', params: { reference: id, type, ...words } });
  }

  /** Whoever was to be told by a mail that is given up was not told: staff sees it, and tells them in another way. */
  async function noteLost(tx: Transaction, { userId, template, params }: LostMail): Promise<void> {
    const column = TOLD_BY[template as TemplateName];
    const { reference } = params as { reference?: unknown };
    if (!column || !isUuid(reference)) return;
    await lockAccount(tx, userId);
    await tx.dataSubjectRequest.updateMany({
      where: { userId, OR: [{ id: reference }, { reference }] },
      data: { [column]: null },
    });
  }

  return { received, extended, decided };
}

export type CaseNotices = ReturnType<typeof createCaseNotices>;
