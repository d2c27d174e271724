import { Prisma } from '../../../database/generated/client.js';
import type { SessionParts } from './session-parts.js';
import { running, SESSION_COLUMNS, type SessionRecord } from './session-record.js';

/** Where a session stands in the list. */
export interface SessionPosition {
  createdAt: Date;
  id: string;
}

/** Reads the running sessions of an account, the newest first. */
export function createListSessions({ db, clock }: Pick<SessionParts, 'db' | 'clock'>) {
  /** At most `limit` sessions that stand after `position` in the list. */
  function list(
    userId: string,
    { limit, after: position }: { limit: number; after: SessionPosition | null },
  ): Promise<SessionRecord[]> {
    const beyond = position && {
      OR: [
        { createdAt: { lt: position.createdAt } },
        { createdAt: position.createdAt, id: { lt: position.id } },
      ],
    };
    return db.piecewise.session.findMany({
      where: { userId, ...running(clock.now()), ...beyond },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
      select: SESSION_COLUMNS,
    });
  }

  /**
   * The same for many accounts at once, in their order, by as many statements as for one. `position` counts for
   * each of them.
   */
  async function listMany(
    userIds: readonly string[],
    { limit, after: position }: { limit: number; after: SessionPosition | null },
  ): Promise<SessionRecord[][]> {
    const [only] = userIds;
    if (only !== undefined && userIds.length === 1) return [await list(only, { limit, after: position })];
    const beyond = position
      ? Prisma.sql`AND (created_at, id) < (${position.createdAt}::timestamptz, ${position.id}::uuid)`
      : Prisma.empty;
    const chosen = await db.$queryRaw<{ id: string }[]>`
      SELECT page.id FROM unnest(${[...userIds]}::uuid[]) AS account(id) CROSS JOIN LATERAL (
        SELECT id FROM sessions
         WHERE user_id = account.id AND revoked_at IS NULL AND expires_at > ${clock.now()}::timestamptz ${beyond}
         ORDER BY created_at DESC, id DESC LIMIT ${limit}) AS page`;
    const rows = await db.piecewise.session.findMany({
      where: { id: { in: chosen.map(({ id }) => id) } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: SESSION_COLUMNS,
    });
    return userIds.map((userId) => rows.filter((row) => row.userId === userId));
  }

  /** How many sessions of each of these accounts run, in their order. */
  async function countMany(userIds: readonly string[]): Promise<number[]> {
    const groups = await db.session.groupBy({
      by: ['userId'],
      where: { userId: { in: [...userIds] }, ...running(clock.now()) },
      _count: { _all: true },
    });
    const counts = new Map(groups.map((group) => [group.userId, group._count._all]));
    return userIds.map((userId) => counts.get(userId) ?? 0);
  }

  /** A running session of this account by its id, a UUID; null when there is none. */
  function find(userId: string, id: string): Promise<SessionRecord | null> {
    return db.piecewise.session.findFirst({
      where: { id, userId, ...running(clock.now()) },
      select: SESSION_COLUMNS,
    });
  }

  return { listMany, countMany, find };
}
