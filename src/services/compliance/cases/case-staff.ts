import { after, DAY } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import type { DataSubjectDecision, DataSubjectRequestType } from '../../../database/generated/client.js';
import { AppError, badInput } from '../../../errors.js';
import { parseText } from '../../../input/text.js';
import { isUuid } from '../../../input/uuid.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { lockAccount } from '../../identity/accounts/locked-user.js';
import { extendedDueDate } from './case-deadline.js';
import type { CaseNotices, Told } from './case-notices.js';
import { CASE_COLUMNS, type CaseRecord } from './case-record.js';
import type { CaseParts, Closing, NewCase, OpenedCase } from './case-parts.js';

export interface OpenCaseInput {
  userId: string;
  type: DataSubjectRequestType;
  channel: string;
  receivedAt: Date;
  identityProof?: string | null;
  /** What exactly is asked for. */
  details?: string | null;
  /** Whether the person is told by mail. */
  notify: boolean;
}

export interface CloseCaseInput {
  id: string;
  decision: DataSubjectDecision;
  reason?: string | null;
  answer?: string | null;
  evidence: string;
  notify: boolean;
}

export interface ExtendCaseInput {
  id: string;
  reason: string;
  notify: boolean;
}

/** Who acts. */
export interface CaseActor {
  viewer: Pick<Viewer, 'userId' | 'amr'>;
  origin: RequestOrigin;
}

interface StaffCaseParts extends CaseParts {
  notices: Pick<CaseNotices, 'extended'>;
  open: (tx: Transaction, row: NewCase) => Promise<OpenedCase>;
  close: (tx: Transaction, closing: Closing) => Promise<CaseRecord>;
}

const NOTE = { min: 1, max: 2_000, multiline: true } as const;
/** An entry is made within a year of the letter: an older date is a slip of the pen. */
const OLDEST = 366 * DAY;

/** What staff does by hand: entering requests that came by letter, extending and answering them. */
export function createStaffCases(parts: StaffCaseParts) {
  const { db, clock, audit, notices, open, close, requirePrivacyRight } = parts;

  /**
   * Enters a request that came outside the applications, and acknowledges it.
   *
   * @throws AppError NOT_FOUND for an unknown or erased account, FORBIDDEN for somebody above the caller, BAD_USER_INPUT
   *   naming the field
   */
  async function openByStaff(input: OpenCaseInput, actor: CaseActor): Promise<CaseRecord> {
    const channel = parseText(input.channel, 'channel', { min: 1, max: 40 });
    const identityProof = input.identityProof ? parseText(input.identityProof, 'identityProof', NOTE) : null;
    const details = input.details ? { details: parseText(input.details, 'details', NOTE) } : {};
    const now = clock.now();
    const { userId, type, receivedAt } = input;
    if (receivedAt > now || receivedAt < after(now, -OLDEST)) {
      throw badInput('receivedAt', 'must lie in the past year');
    }
    if (!isUuid(userId)) throw new AppError('NOT_FOUND');
    return db.$transaction(async (tx) => {
      await requirePrivacyRight(tx, actor.viewer, 'privacy:cases', userId);
      const user = await lockAccount(tx, userId);
      if (!user || user.status === 'ERASED') throw new AppError('NOT_FOUND');
      const told = toldBy(input);
      const { id } = await open(tx, {
        userId,
        type,
        channel,
        receivedAt,
        identityProof,
        ...details,
        openedBy: actor.viewer.userId,
        reference: null,
        origin: actor.origin,
        told,
      });
      return tx.dataSubjectRequest.findUniqueOrThrow({ where: { id }, select: CASE_COLUMNS });
    });
  }

  /**
   * Gives a case more time, once, before its date: two further months, 45 further days under the CCPA. The person is told
   * until when, and the reason: Art. 12(3) GDPR.
   *
   * @throws AppError NOT_FOUND, FORBIDDEN, BAD_USER_INPUT without a reason, CONFLICT for a case that is closed, overdue,
   * extended before or of a kind that cannot be
   */
  function extend(input: ExtendCaseInput, actor: CaseActor): Promise<CaseRecord> {
    const { id } = input;
    const extensionReason = parseText(input.reason, 'reason', NOTE);
    return withOpenCase(id, actor, async (tx, found) => {
      const dueAt = extendedDueDate(found.type, found.receivedAt);
      const now = clock.now();
      if (!dueAt || found.extendedAt || found.dueAt < now) {
        throw new AppError('CONFLICT', { hint: whyNotExtended(found, dueAt) });
      }
      const words = { dueAt, reason: extensionReason };
      const extensionMailedAt = await notices.extended(tx, found, words, toldBy(input));
      const data = { dueAt, extendedAt: now, extensionReason, extensionMailedAt };
      const record = await tx.dataSubjectRequest.update({ where: { id }, data, select: CASE_COLUMNS });
      await audit.record(tx, {
        action: 'case.extended', actorId: actor.viewer.userId, subjectId: found.userId, origin: actor.origin,
        data: { caseId: id },
      }); // prettier-ignore
      return record;
    });
  }

  /**
   * Answers a case. The person is told the decision, the reason and the answer, and of a refusal also where to complain
   * (Art. 12(4) GDPR); never the evidence.
   *
   * @throws AppError NOT_FOUND, FORBIDDEN, BAD_USER_INPUT, CONFLICT for a case that is closed
   */
  function closeByStaff(input: CloseCaseInput, actor: CaseActor): Promise<CaseRecord> {
    const { id, decision } = input;
    const evidence = parseText(input.evidence, 'evidence', NOTE);
    const decisionReason = input.reason ? parseText(input.reason, 'reason', NOTE) : null;
    const answer = input.answer ? parseText(input.answer, 'answer', NOTE) : null;
    if (decisionReason === null && (decision === 'REFUSED' || decision === 'PARTLY_GRANTED')) {
      throw badInput('reason', 'must say why the request is refused');
    }
    return withOpenCase(id, actor, (tx, { userId }) =>
      close(tx, {
        id, userId, actorId: actor.viewer.userId, origin: actor.origin, told: toldBy(input),
        outcome: { decision, decisionReason, answer, evidence },
      }),
    ); // prettier-ignore
  }

  function withOpenCase(
    id: string,
    { viewer }: CaseActor,
    work: (tx: Transaction, found: CaseRecord) => Promise<CaseRecord>,
  ) {
    if (!isUuid(id)) return Promise.reject(new AppError('NOT_FOUND'));
    return db.$transaction(async (tx) => {
      const about = await tx.dataSubjectRequest.findUnique({ where: { id }, select: { userId: true } });
      if (about) await requirePrivacyRight(tx, viewer, 'privacy:cases', about.userId);
      const user = about && (await lockAccount(tx, about.userId));
      const found = user && (await tx.dataSubjectRequest.findUnique({ where: { id }, select: CASE_COLUMNS }));
      if (!found || user.status === 'ERASED') throw new AppError('NOT_FOUND');
      if (found.status !== 'OPEN') {
        const hint = 'The case is closed; openCase enters a new one if the person asks again.';
        throw new AppError('CONFLICT', { hint });
      }
      return work(tx, found);
    });
  }

  return { openByStaff, extend, closeByStaff };
}

function toldBy({ notify }: { notify: boolean }): Told {
  return notify ? 'by mail' : 'not';
}

function whyNotExtended({ extendedAt }: CaseRecord, dueAt: Date | null): string {
  if (!dueAt) return 'Requests of this kind cannot be given more time; closeCase answers it.';
  return extendedAt
    ? 'The case was given more time before, which is possible once; closeCase answers it.'
    : 'The case is overdue; closeCase answers it.';
}
