import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { isUuid } from '../../../input/uuid.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import { lockUser } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import { NOBODY } from '../nobody.js';
import type { ExportParts } from './export-parts.js';
import { EXPORT_COLUMNS, type ExportRecord } from './export-record.js';

export const EXPORT_JOB = 'export.run';

interface Requester {
  viewer: Pick<Viewer, 'userId'>;
  origin: RequestOrigin | null;
  identityProof: string | null;
}

export interface ExportOrder {
  viewer: Viewer;
  origin: RequestOrigin;
}

/** Asking for a copy of everything held about a person. */
export function createRequestExport(parts: ExportParts) {
  const { db, clock, audit, jobs, cases } = parts;

  /**
   * Has the caller's own data gathered (Art. 15 and 20 GDPR). While one copy is being made, asking again answers
   * that one.
   *
   * @throws AppError STEP_UP_REQUIRED when the sign-in is older than 10 minutes
   */
  async function request({ viewer, origin }: ExportOrder): Promise<ExportRecord> {
    requireRecentSignIn(viewer, clock);
    const identityProof = `Signed in by ${viewer.amr.join(', ')}`;
    return db.$transaction((tx) => order(tx, viewer.userId, { viewer, origin, identityProof }));
  }

  /**
   * Has the data of somebody else gathered, who alone can fetch it. The caller may do so by `privacy:export`.
   *
   * @throws AppError STEP_UP_REQUIRED; NOT_FOUND; FORBIDDEN for somebody above the caller; CONFLICT while the account is deleted,
   *   or once it is erased
   */
  async function requestFor(userId: string, { viewer, origin }: ExportOrder): Promise<ExportRecord> {
    requireRecentSignIn(viewer, clock);
    if (!isUuid(userId)) throw new AppError('NOT_FOUND');
    return db.$transaction(async (tx) => {
      await parts.requirePrivacyRight(tx, viewer, 'privacy:export', userId);
      return order(tx, userId, { viewer, origin, identityProof: null });
    });
  }

  /**
   * The same for an operator at the console, whom the server does not know.
   *
   * @throws AppError NOT_FOUND, CONFLICT
   */
  async function requestByOperator(userId: string): Promise<ExportRecord> {
    if (!isUuid(userId)) throw new AppError('NOT_FOUND');
    const operator = { viewer: { userId: NOBODY }, origin: null, identityProof: null };
    return db.$transaction((tx) => order(tx, userId, operator));
  }

  async function order(tx: Transaction, userId: string, requester: Requester): Promise<ExportRecord> {
    const user = await lockUser(tx, userId);
    if (!user) throw new AppError('NOT_FOUND');
    if (!isVisible(user)) throw new AppError('CONFLICT', { hint: WHY_NOT_EXPORTED[user.status] });
    return (await findPending(tx, userId)) ?? create(tx, userId, requester);
  }

  async function create(
    tx: Transaction,
    userId: string,
    { viewer, origin, identityProof }: Requester,
  ): Promise<ExportRecord> {
    const now = clock.now();
    const actorId = viewer.userId;
    const record = await tx.dataExport.create({
      data: { userId, requestedBy: actorId, requestedAt: now },
      select: EXPORT_COLUMNS,
    });
    const actor = actorId === NOBODY ? null : actorId;
    const channel = actorId === userId ? 'self-service' : 'staff';
    await cases.open(tx, {
      userId, type: 'ACCESS', channel, receivedAt: now, identityProof, openedBy: actor, reference: record.id, origin,
      told: 'not', // within minutes the copy is there, and its mail
    }); // prettier-ignore
    const data = { exportId: record.id };
    await audit.record(tx, { action: 'export.requested', actorId: actor, subjectId: userId, origin, data });
    await jobs.enqueue(tx, EXPORT_JOB, data);
    return record;
  }

  function findPending(tx: Transaction, userId: string): Promise<ExportRecord | null> {
    return tx.dataExport.findFirst({ where: { userId, status: 'PENDING' }, select: EXPORT_COLUMNS });
  }

  return { request, requestFor, requestByOperator };
}

const WHY_NOT_EXPORTED: Partial<Record<string, string>> = {
  DELETED:
    'The account is deleted, and nobody could fetch the copy; restoreUser brings it back, unless it is being erased.',
  ERASED: 'The account is erased; nothing is held about it any more.',
};
