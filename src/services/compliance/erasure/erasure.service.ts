import { after, MINUTE, SECOND } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { REGISTER } from '../../../privacy/register.js';
import { lockAccount } from '../../identity/accounts/locked-user.js';
import { createCarryOut, type WatchSteps } from './carry-out-erasure.js';
import type { ErasureParts } from './erasure-parts.js';
import { planErasure } from './erasure-plan.js';
import { createLegalHolds } from './legal-hold.js';
import { createListErasures } from './list-erasures.js';
import { createMakeErasuresSafe } from './make-erasures-safe.js';
import { CARRY_OUT_JOB, createRequestErasure, isHeld } from './request-erasure.js';

export type { ErasureParts } from './erasure-parts.js';

/** A request that has been RUNNING for so long without an end was left by a process that died. */
const STALLED_AFTER = 2 * MINUTE;
/** Each attempt may take that long, and has repetitions of its own: no more than one is begun anew in that time. */
const RESUMED_EVERY = 10 * MINUTE;

/**
 * Erasure (Art. 17 GDPR): asking for it, holding it back, carrying it out so that nothing interrupts it for good, and
 * proving it. How the steps follow one another, and why: docs/erasure.md.
 */
export function createErasureService(given: ErasureParts, watch?: WatchSteps) {
  const parts = { ...given, plan: planErasure(REGISTER) };
  const { db, clock, jobs, log } = parts;
  const carryOut = createCarryOut(parts, watch);
  const requests = createRequestErasure(parts);

  /**
   * Begins every erasure whose grace period is over, and takes up again what a dead process left. One that cannot begin
   * is logged and tried again at the next call; it holds nobody else's up. For a job.
   */
  async function runDue(): Promise<void> {
    const due = await db.erasureRequest.findMany({
      where: { status: 'SCHEDULED', scheduledFor: { lte: clock.now() } },
      select: { id: true, userId: true },
    });
    for (const { id, userId } of due) {
      try {
        await beginIfDue(id, userId);
      } catch (err) {
        log.error({ err, userId }, 'An erasure that is due could not begin');
      }
    }
    await resume(after(clock.now(), -STALLED_AFTER), RESUMED_EVERY);
  }

  async function beginIfDue(erasureId: string, userId: string): Promise<void> {
    await db.$transaction(async (tx) => {
      await parts.rights.lockRights(tx);
      await lockAccount(tx, userId); // and opens nothing: an account that does not open goes like any other
      const where = { id: erasureId, status: 'SCHEDULED', scheduledFor: { lte: clock.now() } } as const;
      if ((await tx.erasureRequest.count({ where })) === 0 || (await isHeld(tx, userId))) return;
      if (await isLastAdmin(tx, userId)) {
        log.warn({ userId }, 'An erasure waits until somebody else is administrator');
        return;
      }
      await requests.begin(tx, erasureId, null);
    });
  }

  /** Whether nobody could administer any more: the others may have gone since this erasure was asked for. */
  async function isLastAdmin(tx: Transaction, userId: string): Promise<boolean> {
    try {
      await parts.rights.requireAnotherAdmin(tx, userId);
      return false;
    } catch (error) {
      if (error instanceof AppError && error.code === 'CONFLICT') return true;
      throw error;
    }
  }

  /** Enqueues every erasure that runs since before `moment`, each of them once in `interval` milliseconds. */
  async function resume(moment: Date, interval?: number): Promise<void> {
    const running = await db.erasureRequest.findMany({
      where: { status: 'RUNNING', startedAt: { lte: moment } },
      select: { id: true },
    });
    await db.$transaction(async (tx) => {
      for (const { id } of running) {
        const options = interval ? { once: { key: id, seconds: interval / SECOND } } : {};
        await jobs.enqueue(tx, CARRY_OUT_JOB, { erasureId: id }, options);
      }
    });
  }

  jobs.handle(CARRY_OUT_JOB, ({ erasureId }) => carryOut(String(erasureId)), {
    expireInSeconds: RESUMED_EVERY / SECOND,
    retryDelaySeconds: 2,
  });
  // The next minute's job does what this one left.
  jobs.handle('erasure.run-due', runDue, { retryLimit: 0 });
  jobs.schedule('erasure.run-due', '* * * * *');

  return {
    ...createListErasures(parts),
    request: requests.request,
    erase: requests.erase,
    cancel: requests.cancel,
    holds: createLegalHolds(parts),
    findNotices: parts.notices.findNotices,
    runDue,
    carryOut,
    /** Before the first request: erases again whom a restored backup brought back. @throws StartError */
    makeSafe: createMakeErasuresSafe(parts, carryOut),
    /** After the jobs have started: goes on with what was interrupted. */
    resume: () => resume(clock.now()),
  };
}

export type ErasureService = ReturnType<typeof createErasureService>;
