import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { parseText } from '../../../input/text.js';
import { isUuid } from '../../../input/uuid.js';
import { requireRecentSignIn } from '../../../security/rights/step-up.js';
import {
  findAddressee,
  findReadable,
  lockAccount,
  lockUser,
  type LockedAccount,
  type LockedUser,
} from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import type { Told } from '../cases/case-notices.js';
import { NOBODY } from '../nobody.js';
import { beingErased, erasedAlready, findLeaving } from './conflicts.js';
import { endOfGrace } from './erasure-grace.js';
import { createErasureMails } from './erasure-mails.js';
import type { ErasureActor, ErasureInternals, StaffActor } from './erasure-parts.js';
import { ERASURE_COLUMNS, OPEN_STATUSES, type ErasureRecord } from './erasure-record.js';

export const CARRY_OUT_JOB = 'erasure.carry-out';

const NO_ORIGIN = { ipAddress: null, userAgent: null } as const;
/** Whoever is at the console, whom nobody knows by name, and the server that begins what is due. */
const THE_SERVER: ErasureActor = { actorId: NOBODY, origin: NO_ORIGIN };

/** At most this many characters say why. */
const MAX_REASON = 500;

/** Asking for an erasure, and taking it back. Every operation locks the account first. */
export function createRequestErasure(parts: ErasureInternals) {
  const { db, clock, audit, cases, jobs, config } = parts;
  const mails = createErasureMails(parts);

  /**
   * Somebody asks for the erasure of the own account. It is carried out at the end of the grace period; until then
   * the account works as before, so that its owner can sign in and cancel. Under a legal hold the request waits.
   *
   * @throws AppError BAD_USER_INPUT; CONFLICT when one is open already, or for the last administrator
   */
  async function request(actor: ErasureActor, reason: string | null | undefined): Promise<ErasureRecord> {
    const text = readReason(reason);
    return db.$transaction(async (tx) => {
      await parts.rights.lockRights(tx);
      const user = await lockUser(tx, actor.actorId);
      if (!user || !isVisible(user)) throw new AppError('UNAUTHENTICATED');
      await requireNoneOpen(tx, user.id);
      await parts.rights.requireAnotherAdmin(tx, user.id, findLeaving);
      const held = await isHeld(tx, user.id);
      return open(tx, actor, user, { readable: user, reason: text, held });
    });
  }

  /**
   * A privacy officer has an account erased: after the grace period, or at once. At once also brings forward a
   * request that is scheduled. An account whose values do not open goes like any other, without a mail and a
   * reason: there is no address to write to and no key to seal with. Without an `actor` the order is that of whoever is at the
   * server's console, who stands above every account.
   *
   * @throws AppError BAD_USER_INPUT, NOT_FOUND, FORBIDDEN; LEGAL_HOLD while the account is held; CONFLICT when it is
   *   erased, being erased, or scheduled to be and `immediately` is false
   */
  async function erase(
    officer: StaffActor | null,
    order: { userId: string; reason: string; immediately: boolean },
  ): Promise<ErasureRecord> {
    const actor = officer ?? THE_SERVER;
    const reason = parseText(order.reason, 'reason', { min: 1, max: MAX_REASON });
    if (!isUuid(order.userId)) throw new AppError('NOT_FOUND');
    return db.$transaction(async (tx) => {
      if (officer) await parts.rights.requirePrivacyRight(tx, officer.viewer, 'privacy:erase', order.userId);
      else await parts.rights.lockRights(tx);
      const user = await lockAccount(tx, order.userId);
      if (!user) throw new AppError('NOT_FOUND');
      if (user.status === 'ERASED') throw erasedAlready();
      await parts.rights.requireAnotherAdmin(tx, user.id, findLeaving);
      if (await isHeld(tx, user.id)) throw new AppError('LEGAL_HOLD', { satisfiedBy: 'releaseLegalHold' });
      const scheduled = order.immediately
        ? await requireScheduledIfOpen(tx, user.id)
        : await requireNoneOpen(tx, user.id);
      const readable = scheduled ? null : await findReadable(tx, user.id);
      const details = { readable, reason: readable && reason, held: false, immediately: order.immediately };
      const opened = scheduled ?? (await open(tx, actor, user, details));
      return order.immediately ? begin(tx, opened.id, actor) : opened;
    });
  }

  /**
   * Takes a request back, which its subject and privacy officers may do until it is carried out. Where the account's values
   * do not open, without a mail, evidence in the case, and the origin of a subject who does it themselves.
   *
   * @throws AppError NOT_FOUND for a request that is not there or that the caller may not know of; FORBIDDEN for that of
   *   somebody above the caller, STEP_UP_REQUIRED for that of others; CONFLICT once it is cancelled, running or completed
   */
  async function cancel(
    actor: StaffActor,
    erasureId: string,
    mayCancelOthers: boolean,
  ): Promise<ErasureRecord> {
    const found = isUuid(erasureId)
      ? await db.erasureRequest.findUnique({ where: { id: erasureId }, select: { userId: true } })
      : null;
    const isOwn = found?.userId === actor.actorId;
    if (!found || (!isOwn && !mayCancelOthers)) throw new AppError('NOT_FOUND');
    return db.$transaction(async (tx) => {
      if (!isOwn) {
        await parts.rights.requirePrivacyRight(tx, actor.viewer, 'privacy:erase', found.userId);
        requireRecentSignIn(actor.viewer, clock);
      }
      await lockAccount(tx, found.userId);
      const current = await tx.erasureRequest.findUniqueOrThrow({
        where: { id: erasureId },
        select: { status: true },
      });
      if (current.status !== 'SCHEDULED' && current.status !== 'ON_HOLD') {
        throw new AppError('CONFLICT', { hint: WHY_NOT_CANCELLED[current.status] });
      }
      const cancelled = await tx.erasureRequest.update({
        where: { id: erasureId },
        data: { status: 'CANCELLED', cancelledAt: clock.now() },
        select: ERASURE_COLUMNS,
      });
      const to = await findAddressee(tx, found.userId);
      const isUnreadable = to === null && isOwn;
      await record(
        tx,
        'erasure.cancelled',
        isUnreadable ? { ...actor, origin: NO_ORIGIN } : actor,
        cancelled,
      );
      const evidence = to && 'Taken back before it was carried out.';
      const told = (await mails.cancelled(tx, to, cancelled)) ? 'by another mail' : 'not';
      await cases.closeByReference(tx, erasureId, { decision: 'WITHDRAWN', evidence }, told);
      return cancelled;
    });
  }

  /** Carries out at the next opportunity what is SCHEDULED. From here on there is no way back. */
  async function begin(
    tx: Transaction,
    erasureId: string,
    actor: ErasureActor | null,
  ): Promise<ErasureRecord> {
    const now = clock.now();
    const begun = await tx.erasureRequest.update({
      where: { id: erasureId },
      data: { status: 'RUNNING', scheduledFor: now, startedAt: now },
      select: ERASURE_COLUMNS,
    });
    await record(tx, actor ? 'erasure.ordered' : 'erasure.due', actor ?? THE_SERVER, begun);
    await jobs.enqueue(tx, CARRY_OUT_JOB, { erasureId });
    return begun;
  }

  async function open(
    tx: Transaction,
    actor: ErasureActor,
    user: LockedAccount,
    details: { readable: LockedUser | null; reason: string | null; held: boolean; immediately?: boolean },
  ): Promise<ErasureRecord> {
    const now = clock.now();
    const scheduledFor = details.immediately ? now : endOfGrace(now, config.erasureGrace);
    const created = await tx.erasureRequest.create({
      data: {
        userId: user.id,
        status: details.held ? 'ON_HOLD' : 'SCHEDULED',
        requestedAt: now,
        requestedBy: actor.actorId,
        scheduledFor,
        reason: details.reason ?? undefined, // what is not written needs no key
      },
      select: ERASURE_COLUMNS,
    });
    await record(tx, 'erasure.requested', actor, created);
    const channel = actor.actorId === user.id ? 'self-service' : 'staff';
    await cases.open(tx, {
      userId: user.id,
      type: 'ERASURE',
      channel,
      receivedAt: now,
      identityProof: channel === 'staff' ? null : 'Signed in within the last 10 minutes.',
      openedBy: actor.actorId === NOBODY ? null : actor.actorId,
      reference: created.id,
      origin: actor.origin,
      told: await tell(tx, created, details),
    });
    return created;
  }

  /** What waits under a hold has no day yet: the person is told when an answer is due. */
  async function tell(
    tx: Transaction,
    created: ErasureRecord,
    { readable, held, immediately }: { readable: LockedUser | null; held: boolean; immediately?: boolean },
  ): Promise<Told> {
    if (held) return 'by mail';
    return !immediately && (await mails.scheduled(tx, readable, created)) ? 'by another mail' : 'not';
  }

  async function record(
    tx: Transaction,
    action: 'erasure.requested' | 'erasure.cancelled' | 'erasure.ordered' | 'erasure.due',
    { actorId, origin }: ErasureActor,
    { id, userId, status }: ErasureRecord,
  ): Promise<void> {
    const data = { erasureId: id, status };
    const actor = actorId === NOBODY ? null : actorId;
    await audit.record(tx, { action, actorId: actor, subjectId: userId, origin, data });
  }

  async function requireNoneOpen(tx: Transaction, userId: string): Promise<null> {
    const found = await findOpen(tx, userId);
    if (!found) return null;
    throw found.status === 'RUNNING'
      ? beingErased()
      : new AppError('CONFLICT', { hint: 'An erasure is scheduled already.', satisfiedBy: 'cancelErasure' });
  }

  async function requireScheduledIfOpen(tx: Transaction, userId: string): Promise<ErasureRecord | null> {
    const found = await findOpen(tx, userId);
    if (found?.status === 'RUNNING') throw beingErased();
    return found;
  }

  return { request, erase, cancel, begin };
}

export type RequestErasure = ReturnType<typeof createRequestErasure>;

const WHY_NOT_CANCELLED = {
  RUNNING: 'The erasure is being carried out and cannot be taken back; register anew afterwards.',
  COMPLETED: 'The account is erased; nothing can bring it back. Its address is free: register anew.',
  CANCELLED: 'The erasure is cancelled already; there is nothing more to do.',
} as const;

/** The open request of an account; null when there is none. */
export function findOpen(
  tx: Pick<Transaction, 'erasureRequest'>,
  userId: string,
): Promise<ErasureRecord | null> {
  return tx.erasureRequest.findFirst({
    where: { userId, status: { in: [...OPEN_STATUSES] } },
    select: ERASURE_COLUMNS,
  });
}

/** Whether a legal hold lies on the account. */
export async function isHeld(tx: Pick<Transaction, 'legalHold'>, userId: string): Promise<boolean> {
  return (await tx.legalHold.count({ where: { userId, releasedAt: null } })) > 0;
}

function readReason(reason: string | null | undefined): string | null {
  if (reason === null || reason === undefined) return null;
  return parseText(reason, 'reason', { min: 0, max: MAX_REASON }) || null;
}
