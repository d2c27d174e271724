import type { Database } from '../../database/client.js';
import { countAttempt, type Budget, type Counters, type Return, type Taking } from './budget.js';

/** Parameters of one budget in the statement. */
const PARAMETERS = 7;

/**
 * Counts in PostgreSQL, in a table that is not logged: an attempt costs one statement that waits for no disk, whatever
 * the number of budgets. A crash of PostgreSQL empties the table.
 */
export function createPostgresCounters(db: Database): Counters {
  const statements = new Map<number, string>();

  async function take(budgets: readonly Budget[], now: number): Promise<Taking> {
    const statement = statements.get(budgets.length) ?? takeStatement(budgets.length);
    statements.set(budgets.length, statement);
    const values = budgets.flatMap((budget) => parametersOf(budget, now));
    const [row = {}] = await db.$queryRawUnsafe<Record<string, bigint | null>[]>(
      statement,
      String(now),
      ...values,
    );
    const openings = budgets.map((_budget, index) => row[`open_${index}`] ?? null);
    const takes = budgets.flatMap(({ key }, index) => {
      const openAt = openings[index];
      return openAt === null || openAt === undefined ? [] : [{ key, openAt: Number(openAt) }];
    });
    const refusing = budgets[takes.length];
    if (!refusing) return { admitted: true, takes };
    if (takes.length > 0) await giveBack(takes);
    return { admitted: false, refusedBy: takes.length, openAt: (await findOpening(refusing.key)) ?? now };
  }

  async function giveBack(returns: readonly Return[]): Promise<void> {
    const keys = returns.map(({ key }) => key);
    const openings = returns.map(({ openAt }) => (openAt === null ? null : String(openAt)));
    await db.$executeRawUnsafe(GIVE_BACK, keys, openings);
  }

  async function findOpening(key: string): Promise<number | null> {
    const row = await db.attemptCounter.findUnique({ where: { key }, select: { openAt: true } });
    return row && Number(row.openAt);
  }

  /** Through the whole table, once for an erasure: it is small, and no attempt pays for an index. */
  async function erase(beginnings: readonly string[]): Promise<void> {
    await db.$executeRawUnsafe(ERASE, beginnings);
  }

  return { take, giveBack, erase };
}

/** Deletes what is forgotten anyway. Returns how many counts that were. */
export async function discardExpiredCounts(db: Database, now: number): Promise<number> {
  const { count } = await db.attemptCounter.deleteMany({ where: { expiresAt: { lte: BigInt(now) } } });
  return count;
}

/** `countAttempt()` of a key that is not held stands in the row to insert; of one that is, in the update. */
function parametersOf({ key, rule }: Budget, now: number): unknown[] {
  const first = countAttempt(null, rule, now);
  const { free, firstDelay, longestDelay, window } = rule;
  return [key, String(first.openAt), String(first.expiresAt), free, firstDelay, longestDelay, window];
}

/**
 * Takes from one budget after the other, each only when those before it admitted the attempt. A row that is shut is
 * not updated and returns nothing; of parallel statements each sees what the one before it left.
 */
function takeStatement(budgets: number): string {
  const parts = Array.from({ length: budgets }, (_part, index) => takePart(index));
  const openings = Array.from(
    { length: budgets },
    (_opening, index) => `(SELECT open_at FROM take_${index}) AS open_${index}`,
  );
  return `WITH ${parts.join(', ')} SELECT ${openings.join(', ')}`;
}

function takePart(index: number): string {
  const at = (place: number) => `$${2 + index * PARAMETERS + place}`;
  const [key, open, expires] = [at(0), `${at(1)}::bigint`, `${at(2)}::bigint`];
  const [free, first, longest] = [`${at(3)}::int`, `${at(4)}::float8`, `${at(5)}::float8`];
  const window = `${at(6)}::boolean`;
  const condition = index === 0 ? '' : `WHERE EXISTS (SELECT 1 FROM take_${index - 1})`;
  return `take_${index} AS (
    INSERT INTO attempt_counters AS held (key, count, open_at, expires_at)
    SELECT ${key}, 1, ${open}, ${expires} ${condition}
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN held.expires_at <= $1::bigint THEN 1 ELSE held.count + 1 END,
      open_at = CASE
        WHEN held.expires_at <= $1::bigint THEN EXCLUDED.open_at
        WHEN held.count + 1 < ${free} THEN 0
        WHEN ${window} THEN held.expires_at
        ELSE $1::bigint + LEAST(${longest}, ${first} * power(2, LEAST(held.count + 1 - ${free}, 30)))::bigint END,
      expires_at = CASE WHEN ${window} AND held.expires_at > $1::bigint THEN held.expires_at ELSE EXCLUDED.expires_at END
    WHERE held.open_at <= $1::bigint OR held.expires_at <= $1::bigint
    RETURNING open_at)`;
}

/** Locks the rows in the order in which an attempt takes from them, so that no two statements deadlock. */
const GIVE_BACK = `WITH given AS (
    SELECT held.key, given.open_at AS taken
    FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS given (key, open_at, place)
    JOIN attempt_counters AS held ON held.key = given.key
    ORDER BY given.place FOR UPDATE OF held),
  forgotten AS (DELETE FROM attempt_counters WHERE key IN (SELECT key FROM given WHERE taken IS NULL))
  UPDATE attempt_counters AS held SET
    count = GREATEST(held.count - 1, 0),
    open_at = CASE WHEN held.open_at = given.taken THEN 0 ELSE held.open_at END
  FROM given WHERE held.key = given.key AND given.taken IS NOT NULL`;

const ERASE = `DELETE FROM attempt_counters AS held
  USING unnest($1::text[]) AS about (beginning) WHERE starts_with(held.key, about.beginning)`;
