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
    return db.session.findMany({
      where: { userId, ...running(clock.now()), ...beyond },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
      select: SESSION_COLUMNS,
    });
  }

  /** A running session of this account by its id, a UUID; null when there is none. */
  function find(userId: string, id: string): Promise<SessionRecord | null> {
    return db.session.findFirst({ where: { id, userId, ...running(clock.now()) }, select: SESSION_COLUMNS });
  }

  function count(userId: string): Promise<number> {
    return db.session.count({ where: { userId, ...running(clock.now()) } });
  }

  return { list, find, count };
}
