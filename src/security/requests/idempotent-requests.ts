import { setTimeout as sleep } from 'node:timers/promises';
import { after, MINUTE, SECOND, type Clock } from '../../clock.js';
import type { Claim } from '../../database/claim.js';
import type { Database, Transaction } from '../../database/client.js';
import { NOT_HELD } from '../../database/left-alone.js';
import { AppError, type ErrorCode } from '../../errors.js';
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

/**
 * How a request ended. `done`: its answer is given again. `refused`: it was not carried out, and a repetition is tried
 * anew. `failed`: its answer does not say; what its transactions have committed does.
 */
export type Ending = 'done' | 'refused' | 'failed';

/** Errors that may come before a change as well as after it. */
const SAY_NOTHING: readonly ErrorCode[] = ['TIMED_OUT', 'OVERLOADED', 'INTERNAL_SERVER_ERROR'];

/** Whether an error with this code says that what was asked for was not done. */
export function isRefusalCode(code: unknown): boolean {
  return !SAY_NOTHING.some((silent) => silent === code);
}

/** An answer as text, and whether it is to be given again. */
export interface Outcome {
  answer: string;
  /** What a repetition finds: the answer, or what stands for one that must not be kept. */
  kept: string;
  ending: Ending;
  /** The account that the answer is about, with which it goes; null: none. */
  userId: string | null;
}

export type IdempotentRequests = ReturnType<typeof createIdempotentRequests>;

type Row = NonNullable<Awaited<ReturnType<Database['idempotentRequest']['findFirst']>>>;

/** A row that is locked beyond it was left by a process that died, or lost its connection. */
const LOCK = MINUTE;
const PATIENCE = 10 * SECOND;
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 500;

/**
 * Requests that are carried out once for each Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a repetition
 * gets the stored answer for as long as `ttl` says, one that arrives while the first is under way waits for it. Where the first
 * was cut off, a repetition is carried out if no transaction of the first was committed (docs/adr/0015).
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
   * @param work marks the claim that it gets in each transaction that changes something
   * @throws AppError CONFLICT when the key was used for another request, or the first one still runs; OUTCOME_UNKNOWN when it
   * was cut off after a change; and what `work` throws
   */
  async function once(
    asked: RepeatableRequest,
    work: (claim: Claim) => Promise<Outcome>,
  ): Promise<{ answer: string; isRepeated: boolean }> {
    const versions = [secrets.activeId, ...secrets.ids.filter((id) => id !== secrets.activeId)].map((id) =>
      deriveSecrets(secrets, id, asked),
    );
    const [own] = versions as [IdempotencySecrets];
    const until = Date.now() + patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const row = await requests.findFirst({ where: { id: { in: versions.map(({ id }) => id) } } });
      if (row === null) {
        const claim = await makeClaim(own, asked);
        if (claim) return { answer: await carryOut(own, claim, work), isRepeated: false };
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
        if (row.hasChanged) throw new AppError('OUTCOME_UNKNOWN');
        const claim = await takeOver(row);
        if (claim) return { answer: await carryOut(version, claim, work), isRepeated: false };
      } else if (Date.now() > until) {
        throw new AppError('CONFLICT', {
          hint: 'The first request with this Idempotency-Key is still running.',
          retryAfterSeconds: 1,
        });
      }
      await sleep(pause);
    }
  }

  async function makeClaim(
    own: IdempotencySecrets,
    { userId, request }: RepeatableRequest,
  ): Promise<Claim | null> {
    const now = clock.now();
    const claim = { id: own.id, lockedUntil: after(now, LOCK) };
    const { count } = await requests.createMany({
      data: [{ ...claim, userId, fingerprint: own.fingerprint(request), createdAt: now }],
      skipDuplicates: true,
    });
    return count === 1 ? claim : null;
  }

  /** A transaction of the first that is being committed holds the row: this waits for it, and looks again. */
  async function takeOver({ id, lockedUntil }: Row): Promise<Claim | null> {
    const claim = { id, lockedUntil: after(clock.now(), LOCK) };
    const { count } = await requests.updateMany({
      where: { id, lockedUntil, answer: null, hasChanged: false },
      data: { lockedUntil: claim.lockedUntil },
    });
    return count === 1 ? claim : null;
  }

  async function carryOut(
    own: IdempotencySecrets,
    claim: Claim,
    work: (claim: Claim) => Promise<Outcome>,
  ): Promise<string> {
    let ending: Ending = 'failed';
    try {
      const outcome = await work(claim);
      ({ ending } = outcome);
      if (ending === 'done') await keep(own, claim, outcome);
      return outcome.answer;
    } catch (error) {
      if (error instanceof AppError && isRefusalCode(error.code)) ending = 'refused';
      throw error;
    } finally {
      if (ending !== 'done') await giveBack(claim, ending);
    }
  }

  /** Frees the key, unless something was changed and the answer does not say what: then repetitions are told so from now on. */
  async function giveBack(claim: Claim, ending: Ending): Promise<void> {
    const own = { ...claim, answer: null };
    try {
      const untouched = ending === 'refused' ? own : { ...own, hasChanged: false };
      const { count } = await requests.deleteMany({ where: untouched });
      if (count === 0) await requests.updateMany({ where: own, data: { lockedUntil: clock.now() } });
    } catch (err) {
      log.error({ err }, 'An idempotency key could not be given back');
    }
  }

  /** What was changed is changed: the client gets its answer even if a repetition will not. */
  async function keep(own: IdempotencySecrets, claim: Claim, { kept, userId }: Outcome): Promise<void> {
    const where = { ...claim };
    try {
      await db.$transaction(async (tx) => {
        // An erasure of the account, which deletes what is kept with it, has come before or waits for this.
        if (userId !== null && !(await holdAccount(tx, userId)))
          return tx.idempotentRequest.deleteMany({ where });
        return tx.idempotentRequest.updateMany({ where, data: { answer: own.seal(kept), userId } });
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
