import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../../clock.js';
import { destroyUserKey } from '../../../database/data-keys/user-keys.js';
import { findReadable, lockAccount } from '../../identity/accounts/locked-user.js';
import { deleteInBatches, destroyRest, vacuumTables } from './destroy-personal-data.js';
import { appendToLedger, type ErasureInternals } from './erasure-parts.js';
import { readReceipt, signReceipt } from './erasure-receipt.js';

/**
 * The steps in their order. Each bears repetition; what has been done is noted after it. Before `ledger` nothing is
 * destroyed, and from `ledger` on a restored backup is erased again.
 */
export const ERASURE_STEPS = [
  'access',
  'ledger',
  'files',
  'rows',
  'destroy',
  'sweep',
  'notify',
  'receipt',
] as const;

export type ErasureStep = (typeof ERASURE_STEPS)[number];

/** Told before and after each step; for tests that end the process there. */
export type WatchSteps = (step: ErasureStep, moment: 'before' | 'after') => void;

interface Erasure {
  id: string;
  userId: string;
  requestedAt: Date;
  requestedBy: string;
  steps: string[];
}

const COLUMNS = { id: true, userId: true, requestedAt: true, requestedBy: true, steps: true } as const;
/** The sealer takes up new events within a second or two. */
const SEALING_TIME = 10 * SECOND;

export type CarryOut = ReturnType<typeof createCarryOut>;

/** Carries out what was asked for and cannot be taken back any more: requests that are RUNNING. */
export function createCarryOut(parts: ErasureInternals, watch: WatchSteps = () => undefined) {
  const { db, clock, audit, notices, plan, attempts, log } = parts;

  const work: Record<ErasureStep, (erasure: Erasure) => Promise<void>> = {
    access: ({ id, userId }) => endAccess(id, userId),
    ledger: (erasure) => writeLedger(erasure),
    files: ({ userId }) => removeFiles(userId),
    rows: async ({ id, userId }) => {
      await tryToEraseAttempts(userId, await keepAttemptKeys(id, userId));
      await deleteInBatches(db, plan, userId);
    },
    destroy: ({ id, userId }) => destroy(id, userId),
    // A mail or an export that was under way when its row went may have left a file, a transaction that had begun before
    // may have added a row, and guesses went on.
    sweep: async ({ id, userId }) => {
      await eraseAttempts(id, userId);
      await deleteInBatches(db, plan, userId);
      await removeFiles(userId);
      await vacuumTables(parts.databaseUrl, plan, log);
    },
    notify: ({ id }) => notices.sendAll(id),
    receipt: (erasure) => complete(erasure),
  };

  /**
   * Runs what is missing of an erasure, up to and including `last`. Does nothing for a request that is not RUNNING.
   * Safe to run in several processes at once, and again after any crash.
   */
  async function carryOut(erasureId: string, last: ErasureStep = 'receipt'): Promise<void> {
    const erasure = await db.erasureRequest.findFirst({
      where: { id: erasureId, status: 'RUNNING' },
      select: COLUMNS,
    });
    if (erasure === null) return;
    for (const step of ERASURE_STEPS) {
      if (!erasure.steps.includes(step)) {
        watch(step, 'before');
        await work[step](erasure);
        watch(step, 'after');
        await note(erasureId, step);
      }
      if (step === last) return;
    }
  }

  async function note(erasureId: string, step: ErasureStep): Promise<void> {
    await db.$executeRaw`
      UPDATE erasure_requests SET steps = array_append(steps, ${step})
       WHERE id = ${erasureId}::uuid AND NOT (${step} = ANY (steps))`;
  }

  /** Nobody gets in any more: the account is deleted and every session ends, in every process at once. */
  async function endAccess(erasureId: string, userId: string): Promise<void> {
    await db.$transaction(async (tx) => {
      const account = await lockAccount(tx, userId);
      if (!account || account.status === 'ERASED') return;
      if (account.status !== 'DELETED') {
        const data = { status: 'DELETED', deletedAt: clock.now() } as const;
        await tx.user.update({ where: { id: userId }, data, select: { id: true } });
      }
      await parts.endSessions(tx, userId, { reason: 'erasure' });
      await parts.keepEndedSessions(tx, userId);
      const data = { erasureId };
      await audit.record(tx, {
        action: 'erasure.started',
        actorId: null,
        subjectId: userId,
        origin: null,
        data,
      });
    });
  }

  async function writeLedger({ id, userId, requestedAt, requestedBy }: Erasure): Promise<void> {
    await appendToLedger(parts, {
      at: clock.now().toISOString(),
      userId,
      erasureId: id,
      requestedAt: requestedAt.toISOString(),
      requestedBy,
    });
  }

  /** The address is about to go, and with it all that finds the counts about it: what does is kept until `sweep`. */
  function keepAttemptKeys(erasureId: string, userId: string): Promise<string[]> {
    return db.$transaction(async (tx) => {
      const email = (await findReadable(tx, userId))?.email;
      if (!email) return [];
      const attemptKeys = attempts.keysAbout(email);
      await tx.erasureRequest.update({
        where: { id: erasureId },
        data: { attemptKeys },
        select: { id: true },
      });
      return attemptKeys;
    });
  }

  /**
   * A store of counts that is away holds nobody's erasure up here, nor the start of a server over a restored backup: the step
   * `sweep` waits for it.
   */
  async function tryToEraseAttempts(userId: string, addressKeys: readonly string[]): Promise<void> {
    try {
      await attempts.erase([...attempts.keysAbout(userId), ...addressKeys]);
    } catch (err) {
      log.warn({ err, userId }, 'The counts of attempts could not be erased yet');
    }
  }

  async function eraseAttempts(erasureId: string, userId: string): Promise<void> {
    const where = { where: { id: erasureId } };
    const { attemptKeys } = await db.erasureRequest.findUniqueOrThrow({
      ...where,
      select: { attemptKeys: true },
    });
    await attempts.erase([...attempts.keysAbout(userId), ...attemptKeys]);
    await db.erasureRequest.update({ ...where, data: { attemptKeys: [] }, select: { id: true } });
  }

  async function removeFiles(userId: string): Promise<void> {
    for (const remove of parts.removeFiles) await remove(userId);
  }

  /** The moment of the erasure: all at once, with the event that records it. */
  async function destroy(erasureId: string, userId: string): Promise<void> {
    const work = async (tx: Parameters<typeof destroyRest>[0]): Promise<void> => {
      const account = await lockAccount(tx, userId);
      if (!account || account.status === 'ERASED') return;
      await parts.keepEndedSessions(tx, userId);
      // Before its texts are cleared with all the rest.
      await parts.cases.closeAllOf(tx, userId);
      await destroyRest(tx, plan, userId, clock.now());
      await notices.prepare(tx, erasureId);
      const data = { erasureId };
      await audit.record(tx, { action: 'user.erased', actorId: null, subjectId: userId, origin: null, data });
      await destroyUserKey(tx, parts.privacy, userId);
    };
    await db.$transaction(work, { timeout: 30 * SECOND });
  }

  /** Signs the receipt over the sealed event, and closes the request. */
  async function complete({ id, userId }: Erasure): Promise<void> {
    const event = await waitUntilSealed(userId);
    const receipt = await signReceipt(parts.sign, {
      issuer: parts.config.publicUrl,
      userId,
      erasedAt: event.at,
      issuedAt: clock.now(),
      destroyed: plan.destroyed,
      auditSequence: event.sequence,
    });
    await db.$transaction(async (tx) => {
      const { count } = await tx.erasureRequest.updateMany({
        where: { id, status: 'RUNNING' },
        data: {
          status: 'COMPLETED',
          completedAt: clock.now(),
          receipt: receipt.jws,
          steps: { push: 'receipt' },
        },
      });
      if (count === 0) return; // another process was faster, and its receipt stands
      await tx.signingKey.updateMany({ where: { id: receipt.keyId }, data: { signedReceipts: true } });
      const data = { erasureId: id, receiptId: readReceipt(receipt.jws).id };
      await audit.record(tx, {
        action: 'erasure.completed',
        actorId: null,
        subjectId: userId,
        origin: null,
        data,
      });
    });
    log.info({ userId }, 'An erasure is complete');
  }

  /** The event that records the erasure, once it has its place in the sealed log. */
  async function waitUntilSealed(userId: string): Promise<{ at: Date; sequence: string }> {
    for (let waited = 0; waited < SEALING_TIME; waited += 250) {
      const [event] = await db.$queryRaw<{ at: Date; sequence: bigint }[]>`
        SELECT e.at, l.sequence FROM audit_events e JOIN audit_leaves l ON l.event_id = e.id
         WHERE e.subject_id = ${userId}::uuid AND e.action = 'user.erased' ORDER BY l.sequence DESC LIMIT 1`;
      if (event) return { at: event.at, sequence: String(event.sequence) };
      await pause(250);
    }
    throw new Error('The event of an erasure is not sealed yet.');
  }

  return carryOut;
}
