import type { Transaction } from '../../../database/client.js';
import { readOrError } from '../../../privacy/fail-when-read.js';
import type { IdentityParts } from '../identity-parts.js';
import { lockUser } from './locked-user.js';

/** Why and for how long somebody is kept out. */
export interface SuspensionRecord {
  readonly reason: string;
  /** Null: until somebody ends it. */
  readonly until: Date | null;
  readonly since: Date;
}

const NONE = { suspendedAt: null, suspendedUntil: null, suspensionReason: null } as const;

/** Keeping an account out for a time. Callers hold its lock, end its sessions and record the event. */
export function createSuspensions({ db, clock, audit }: Pick<IdentityParts, 'db' | 'clock' | 'audit'>) {
  async function suspend(
    tx: Transaction,
    userId: string,
    { reason, until }: Pick<SuspensionRecord, 'reason' | 'until'>,
  ): Promise<void> {
    await tx.user.update({
      where: { id: userId },
      data: {
        status: 'SUSPENDED',
        suspendedAt: clock.now(),
        suspendedUntil: until,
        suspensionReason: reason,
      },
      select: { id: true },
    });
  }

  async function reinstate(tx: Transaction, userId: string): Promise<void> {
    await tx.user.update({
      where: { id: userId },
      data: { status: 'ACTIVE', ...NONE },
      select: { id: true },
    });
  }

  /** Ends a suspension whose time is over; does nothing to one that is not, or was ended before. */
  async function endIfOver(userId: string): Promise<void> {
    await db.$transaction(async (tx) => {
      const user = await lockUser(tx, userId);
      const held = await tx.user.findUnique({ where: { id: userId }, select: { suspendedUntil: true } });
      const until = held?.suspendedUntil;
      if (!user || !until || until > clock.now()) return;
      const status = user.status === 'SUSPENDED' ? ({ status: 'ACTIVE' } as const) : {};
      await tx.user.update({ where: { id: userId }, data: { ...status, ...NONE }, select: { id: true } });
      const data = { reason: 'time-is-over' };
      await audit.record(tx, {
        action: 'user.reinstated',
        actorId: null,
        subjectId: userId,
        origin: null,
        data,
      });
    });
  }

  /**
   * The suspensions of these accounts, in their order; null where there is none, and an error in its own place where the
   * reason does not open.
   */
  async function findSuspensions(userIds: readonly string[]): Promise<(SuspensionRecord | null | Error)[]> {
    const rows = await db.piecewise.user.findMany({
      where: { id: { in: [...userIds] }, status: 'SUSPENDED' },
      select: { id: true, suspendedAt: true, suspendedUntil: true, suspensionReason: true },
    });
    const byUser = new Map(rows.map((row) => [row.id, row]));
    return userIds.map((userId) => {
      const row = byUser.get(userId);
      const since = row?.suspendedAt;
      if (!since) return null;
      return readOrError(() => ({ reason: row.suspensionReason ?? '', until: row.suspendedUntil, since }));
    });
  }

  return { suspend, reinstate, endIfOver, findSuspensions };
}
