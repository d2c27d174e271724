import pg from 'pg';
import type { Transaction } from '../../../database/client.js';
import { lockAccount } from '../../identity/accounts/locked-user.js';
import type { CarryOut } from './carry-out-erasure.js';
import type { LedgerEntry } from './erasure-ledger.js';
import { appendToLedger, type ErasureInternals } from './erasure-parts.js';
import { OPEN_STATUSES } from './erasure-record.js';

/** Entries that one look at the database compares. */
const BATCH = 1_000;
const LOCK = 'custodia erasures are made safe';
const IN_THE_LEDGER = 'in-the-ledger';

/**
 * Makes a database that may have come out of a backup safe before the first request: whoever stands in the ledger
 * and is not erased there is erased again. Of several processes one does it and the others wait.
 */
export function createMakeErasuresSafe(parts: ErasureInternals, carryOut: CarryOut) {
  const { db, audit, ledger, log, databaseUrl } = parts;

  return async function makeSafe(): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl, application_name: 'custodia-erasures' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [LOCK]);
      await eraseTheResurrected();
      await enterTheForgotten();
    } finally {
      await client.end(); // and with it the lock
    }
  };

  async function eraseTheResurrected(): Promise<void> {
    let count = 0;
    for await (const entries of inBatches(ledger.read())) {
      const alive = await db.user.findMany({
        where: { id: { in: entries.map(({ userId }) => userId) }, status: { not: 'ERASED' } },
        select: { id: true },
      });
      const toErase = new Set(alive.map(({ id }) => id));
      for (const entry of entries) {
        if (!toErase.delete(entry.userId)) continue;
        const erasureId = await reopen(entry);
        if (erasureId === null) continue;
        await carryOut(erasureId, 'destroy');
        count += 1;
      }
    }
    if (count > 0) log.warn({ count }, 'Erased again whom the database still held: it came out of a backup');
  }

  /**
   * The request of a ledger entry as RUNNING, whatever the restored database knows of it. Returns its id; null when
   * another process has erased the account meanwhile. One that is RUNNING keeps what it has done.
   */
  async function reopen(entry: LedgerEntry): Promise<string | null> {
    const { userId, erasureId } = entry;
    const state = { status: 'RUNNING', steps: ['ledger'], receipt: null, completedAt: null } as const;
    return db.$transaction(async (tx) => {
      const user = await lockAccount(tx, userId);
      if (!user || user.status === 'ERASED') return null;
      const isRunning = { id: erasureId, status: 'RUNNING' } as const;
      if ((await tx.erasureRequest.count({ where: isRunning })) > 0) return erasureId;
      await cancelOthers(tx, entry);
      const data = { erasureId, status: state.status, reason: IN_THE_LEDGER };
      await audit.record(tx, { action: 'erasure.reopened', ...byServer(userId), data });
      const { count } = await tx.erasureRequest.updateMany({
        where: { id: erasureId },
        data: { ...state, steps: [...state.steps] },
      });
      if (count > 0) return erasureId;
      const { id } = await tx.erasureRequest.create({
        data: {
          ...state,
          steps: [...state.steps],
          id: erasureId,
          userId,
          requestedAt: new Date(entry.requestedAt),
          requestedBy: entry.requestedBy,
          scheduledFor: new Date(entry.at),
          startedAt: new Date(entry.at),
        },
        select: { id: true },
      });
      return id;
    });
  }

  /** One request of an account is open at a time, and that is the ledger's. */
  async function cancelOthers(tx: Transaction, { userId, erasureId, at }: LedgerEntry): Promise<void> {
    const others = await tx.erasureRequest.findMany({
      where: { userId, id: { not: erasureId }, status: { in: [...OPEN_STATUSES] } },
      select: { id: true },
    });
    const cancelled = { status: 'CANCELLED', cancelledAt: new Date(at) } as const;
    for (const { id } of others) {
      await tx.erasureRequest.update({ where: { id }, data: cancelled, select: { id: true } });
      const data = { erasureId: id, status: cancelled.status, reason: IN_THE_LEDGER };
      await audit.record(tx, { action: 'erasure.cancelled', ...byServer(userId), data });
    }
  }

  /** Whoever is erased and stands in no ledger (the file was lost) is entered, so that the next backup is safe too. */
  async function enterTheForgotten(): Promise<void> {
    const known = new Set<string>();
    for await (const { userId } of ledger.read()) known.add(userId);
    let count = 0;
    for (let last = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await db.user.findMany({
        where: { status: 'ERASED', id: { gt: last } },
        orderBy: { id: 'asc' },
        take: BATCH,
        select: { id: true, deletedAt: true },
      });
      for (const { id, deletedAt } of rows) {
        if (known.has(id)) continue;
        await enter(id, deletedAt ?? new Date(0));
        count += 1;
      }
      const end = rows.at(-1);
      if (!end) break;
      last = end.id;
    }
    if (count > 0) log.warn({ count }, 'Entered erasures of the database into the ledger, which lacked them');
  }

  async function enter(userId: string, erasedAt: Date): Promise<void> {
    const request = await db.erasureRequest.findFirst({
      where: { userId, status: { in: ['RUNNING', 'COMPLETED'] } },
      select: { id: true, requestedAt: true, requestedBy: true },
    });
    await appendToLedger(parts, {
      at: erasedAt.toISOString(),
      userId,
      erasureId: request?.id ?? userId,
      requestedAt: (request?.requestedAt ?? erasedAt).toISOString(),
      requestedBy: request?.requestedBy ?? userId,
    });
  }
}

function byServer(subjectId: string) {
  return { actorId: null, subjectId, origin: null };
}

async function* inBatches(entries: AsyncIterable<LedgerEntry>): AsyncGenerator<LedgerEntry[]> {
  let batch: LedgerEntry[] = [];
  for await (const entry of entries) {
    if (batch.push(entry) < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
