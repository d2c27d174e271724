import type { SqlTransaction } from '../../../database/data-keys/user-keys.js';
import type { NewEvent } from './append-event.js';

const INSERT_EVENTS = `INSERT INTO audit_events (id, at, action, actor_id, subject_id, data)
  SELECT e.id, e.at, e.action, e.actor_id, e.subject_id, e.data::json
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], $6::text[])
      AS e(id, at, action, actor_id, subject_id, data)`;

/** Appends events that keep no origin, by one statement however many they are. */
export async function appendEvents(tx: SqlTransaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.$executeRawUnsafe(
    INSERT_EVENTS,
    events.map(({ id }) => id),
    events.map(({ at }) => at.toISOString()),
    events.map(({ action }) => action),
    events.map(({ actorId }) => actorId),
    events.map(({ subjectId }) => subjectId),
    events.map(({ data }) => data),
  );
}
