import DataLoader from 'dataloader';
import { after, MINUTE, type Clock } from '../../clock.js';
import type { Database, Transaction } from '../../database/client.js';
import type { NotificationListener } from '../../database/notification-listener.js';

const CHANNEL = 'custodia_session_ended';
/** Notifications carry at most 8,000 bytes: 200 ids of 36 characters and their commas stay below. */
const IDS_A_NOTIFICATION = 200;
/** Two servers' clocks, and a token's signing and its session's end, may differ by this much. */
const MARGIN = MINUTE;
/** A transaction that announced an end commits, or not, within this time. */
const COMMIT_TIME = MINUTE;

export interface EndedSessionsDeps {
  /** Not yet started; the channel is added to it. */
  listener: NotificationListener;
  db: Database;
  clock: Clock;
  config: { accessTokenTtl: number };
}

export type EndedSessions = ReturnType<typeof createEndedSessions>;

/**
 * Which sessions have ended while access tokens of theirs are still unexpired. Every process keeps them
 * in memory and hears of new ones by LISTEN/NOTIFY, so a revoked token dies everywhere without a query
 * per request. What memory cannot answer is asked of the database: everything while the listening
 * connection is down or has been silent for 0.9 s, and a session whose end this process announced and has not heard yet.
 */
export function createEndedSessions({ listener, db, clock, config }: EndedSessionsDeps) {
  /** Session id to the time, in ms, from which no token of it can be valid any more. */
  const ended = new Map<string, number>();
  /** Announced by this process, perhaps not committed: session id to the time when it must have been. */
  const announced = new Map<string, number>();
  // One statement for whoever came in one turn of the event loop: a process that hears late is a busy one.
  const inDatabase = new DataLoader(findEnded, { cache: false, batchScheduleFn: setImmediate });
  let tidyAt = 0;
  listener.hear({ name: CHANNEL, onPayload, catchUp });

  /** Whether a session has ended: at once from memory, or by a query where memory cannot know. */
  function has(sessionId: string): boolean | Promise<boolean> {
    if (ended.has(sessionId)) return true;
    if (listener.isLive() && !mayEnd(sessionId)) return false;
    return inDatabase.load(sessionId);
  }

  /** Whether this process announced the end of a session that may yet be committed, or is not heard yet. */
  function mayEnd(sessionId: string): boolean {
    const deadline = announced.get(sessionId);
    return deadline !== undefined && clock.now().getTime() <= deadline;
  }

  /** Tells every process, this one included, when and if the caller's transaction commits. */
  async function announce(tx: Transaction, sessionIds: readonly string[]): Promise<void> {
    tidy();
    const deadline = clock.now().getTime() + COMMIT_TIME;
    for (let start = 0; start < sessionIds.length; start += IDS_A_NOTIFICATION) {
      const ids = sessionIds.slice(start, start + IDS_A_NOTIFICATION);
      for (const id of ids) announced.set(id, deadline);
      await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, ${ids.join(',')})`;
    }
  }

  function onPayload(payload: string): void {
    tidy();
    add(payload.split(','));
  }

  /** What was announced while nobody listened. Older tokens than this looks back for are refused, whatever they say. */
  async function catchUp(query: (text: string, values: unknown[]) => Promise<Record<string, unknown>[]>) {
    const since = after(clock.now(), -(config.accessTokenTtl + MARGIN));
    const rows = await query(
      'SELECT id FROM sessions WHERE revoked_at >= $1 UNION SELECT id FROM ended_sessions WHERE ended_at >= $1',
      [since],
    );
    add(rows.map((row) => String(row.id)));
  }

  function add(sessionIds: string[]): void {
    const until = clock.now().getTime() + config.accessTokenTtl + MARGIN;
    for (const id of sessionIds) {
      ended.set(id, until);
      announced.delete(id);
    }
  }

  /** Forgets, at most once a minute, what is too old to matter. */
  function tidy(): void {
    const now = clock.now().getTime();
    if (now < tidyAt) return;
    tidyAt = now + MINUTE;
    for (const entries of [ended, announced]) {
      for (const [id, until] of entries) if (until < now) entries.delete(id);
    }
  }

  async function findEnded(ids: readonly string[]): Promise<boolean[]> {
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT id::text FROM sessions WHERE id = ANY(${ids}::uuid[]) AND revoked_at IS NULL`;
    const running = new Set(rows.map(({ id }) => id));
    return ids.map((id) => !running.has(id));
  }

  return { has, announce, start: listener.start, stop: listener.stop, isLive: listener.isLive };
}
