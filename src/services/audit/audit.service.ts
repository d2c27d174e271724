import type { Clock } from '../../clock.js';
import type { SqlTransaction } from '../../database/data-keys/user-keys.js';
import type { Privacy } from '../../privacy/privacy.js';
import type { RequestOrigin } from '../../security/requests/request-context.js';
import { createAppendEvent, type NewEvent } from './events/append-event.js';
import { appendEvents } from './events/append-events.js';
import type { AuditAction } from './audit-action.js';
import { createEventIds } from './events/event-ids.js';

/** What an event may say beside its action: ids, codes and counts, never personal data. */
export type AuditData = Record<string, string | number | boolean | readonly string[]>;

export interface AuditEntry {
  action: AuditAction;
  /** Who did it; null for the server itself and for a caller who is not signed in. */
  actorId: string | null;
  /** Whose account it is about; null when it is about none. */
  subjectId: string | null;
  /** Where the request came from; null when there was no request. */
  origin: RequestOrigin | null;
  data?: AuditData;
}

/** The record of what happened: docs/audit-log.md. */
export function createAuditService({ clock, privacy }: { clock: Clock; privacy: Privacy }) {
  const nextId = createEventIds();
  const appendEvent = createAppendEvent(privacy);

  /**
   * Records an event in the transaction of the change it tells of: both take place or neither. Address and user
   * agent are sealed under the data key of the actor or, where nobody is signed in, of the subject.
   */
  async function record(tx: SqlTransaction, entry: AuditEntry): Promise<void> {
    await appendEvent(tx, eventOf(entry), entry.origin);
  }

  /** Records many events by one statement; they keep no origin. */
  async function recordMany(
    tx: SqlTransaction,
    entries: readonly Omit<AuditEntry, 'origin'>[],
  ): Promise<void> {
    await appendEvents(tx, entries.map(eventOf));
  }

  function eventOf({ action, actorId, subjectId, data = {} }: Omit<AuditEntry, 'origin'>): NewEvent {
    const at = clock.now();
    const text = JSON.stringify(data, Object.keys(data).sort());
    return { id: nextId(at), at, action, actorId, subjectId, data: text };
  }

  return { record, recordMany };
}

export type AuditService = ReturnType<typeof createAuditService>;
