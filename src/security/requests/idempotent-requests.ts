import { setTimeout as sleep } from 'node:timers/promises';
import { after, MINUTE, SECOND, type Clock } from '../../clock.js';
import type { Database, Transaction } from '../../database/client.js';
import { NOT_HELD } from '../../database/not-held.js';
import { AppError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { SecretVersions } from '../../privacy/key-ring.js';
import { deriveSecrets, type IdempotencySecrets } from './idempotency-secrets.js';

/** A request that its client may repeat. */
export interface RepeatableRequest {
  /** The client's Idempotency-Key. */
  key: string;
  userId: string | null;
  /** Who asks, as a text: keys of two callers never meet. */
  caller: string;
  /** Everything that makes this request another than the last. */
  request: string;
}

/** An answer as text, and whether it is to be given again. */
export interface Outcome {
  answer: string;
  /** What a repetition finds: the answer, or what stands for one that must not be kept. */
  kept: string;
  /** false: nothing was changed, and a repetition is tried anew. */
  isFinal: boolean;
  /** The account that the answer is about, with which it goes; null: none. */
  userId: string | null;
}

export type IdempotentRequests = ReturnType<typeof createIdempotentRequests>;

type Row = NonNullable<Awaited<ReturnType<Database['idempotentRequest']['findFirst']>>>;

/** Longer than any request runs: a row that is locked beyond it was left by a process that died. */
const LOCK = MINUTE;
const PATIENCE = 10 * SECOND;
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 500;

/**
 * Requests that are carried out once for each Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a repetition
 * gets the stored answer for as long as `ttl` says, one that arrives while the first is under way waits for it.
 */
export function createIdempotentRequests({
  db,
  secrets,
  clock,
  ttl,
  log,
  patience = PATIENCE,
}: {
  db: Database;
  secrets: SecretVersions;
  clock: Clock;
  /** Milliseconds. */
  ttl: number;
  log: Log;
  /** How long a repetition waits for the first request, in milliseconds. */
  patience?: number;
}) {
  const requests = db.idempotentRequest;

  /**
   * Carries `work` out, or finds what it answered before.
   *
   * @throws AppError CONFLICT when the key was used for another request, or the first one still runs; and what `work` throws
   */
  async function once(
    asked: RepeatableRequest,
    work: () => Promise<Outcome>,
  ): Promise<{ answer: string; isRepeated: boolean }> {
    const versions = [secrets.activeId, ...secrets.ids.filter((id) => id !== secrets.activeId)].map((id) =>
      deriveSecrets(secrets, id, asked),
    );
    const [own] = versions as [IdempotencySecrets];
    const until = Date.now() + patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const row = await requests.findFirst({ where: { id: { in: versions.map(({ id }) => id) } } });
      if (row === null) {
        if (await claim(own, asked)) return { answer: await carryOut(own, work), isRepeated: false };
        continue;
      }
      if (row.createdAt < after(clock.now(), -ttl)) {
        await requests.deleteMany({ where: { id: row.id, createdAt: row.createdAt } });
        continue;
      }
      const version = versions.find(({ id }) => id === row.id) ?? own;
      requireSame(row, version, asked);
      if (row.answer !== null) return { answer: version.open(row.answer), isRepeated: true };
      if (row.lockedUntil < clock.now()) {
        if (await takeOver(row)) return { answer: await carryOut(version, work), isRepeated: false };
      } else if (Date.now() > until) {
        throw new AppError('CONFLICT', {
          hint: 'The first request with this Idempotency-Key is still running.',
          retryAfterSeconds: 1,
        });
      }
      await sleep(pause);
    }
  }

  async function claim(own: IdempotencySecrets, { userId, request }: RepeatableRequest): Promise<boolean> {
    const now = clock.now();
    const { count } = await requests.createMany({
      data: [
        {
          id: own.id,
          userId,
          fingerprint: own.fingerprint(request),
          lockedUntil: after(now, LOCK),
          createdAt: now,
        },
      ],
      skipDuplicates: true,
    });
    return count === 1;
  }

  async function takeOver({ id, lockedUntil }: Row): Promise<boolean> {
    const { count } = await requests.updateMany({
      where: { id, lockedUntil, answer: null },
      data: { lockedUntil: after(clock.now(), LOCK) },
    });
    return count === 1;
  }

  async function carryOut(own: IdempotencySecrets, work: () => Promise<Outcome>): Promise<string> {
    let isFinal = false;
    try {
      const outcome = await work();
      ({ isFinal } = outcome);
      if (isFinal) await keep(own, outcome);
      return outcome.answer;
    } finally {
      if (!isFinal) await requests.deleteMany({ where: { id: own.id, answer: null } });
    }
  }

  /** What was changed is changed: the client gets its answer even if a repetition will not. */
  async function keep(own: IdempotencySecrets, { kept, userId }: Outcome): Promise<void> {
    const { id } = own;
    try {
      await db.$transaction(async (tx) => {
        // An erasure of the account, which deletes what is kept with it, has come before or waits for this.
        if (userId !== null && !(await holdAccount(tx, userId)))
          return tx.idempotentRequest.deleteMany({ where: { id } });
        return tx.idempotentRequest.updateMany({ where: { id }, data: { answer: own.seal(kept), userId } });
      });
    } catch (err) {
      log.error({ err }, 'An answer could not be stored under its idempotency key');
    }
  }

  return { once };
}

/** Keeps an account from being erased until the transaction ends; false when it is erased, or was never there. */
async function holdAccount(tx: Transaction, userId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<object[]>`
    SELECT 1 FROM users WHERE id = ${userId}::uuid AND status <> 'ERASED' FOR KEY SHARE`;
  return rows.length > 0;
}

function requireSame(row: Row, version: IdempotencySecrets, { request }: RepeatableRequest): void {
  if (row.fingerprint === version.fingerprint(request)) return;
  throw new AppError('CONFLICT', { hint: 'This Idempotency-Key was used for another request.' });
}

/** Deletes at most `limit` requests made before `moment`, none of a held account. Returns how many. */
export async function discardOldRequests(db: Database, moment: Date, limit: number): Promise<number> {
  const rows = await db.idempotentRequest.findMany({
    where: { createdAt: { lt: moment }, OR: [{ userId: null }, { user: NOT_HELD }] },
    take: limit,
    select: { id: true },
  });
  const { count } = await db.idempotentRequest.deleteMany({
    where: { id: { in: rows.map(({ id }) => id) } },
  });
  return count;
}
