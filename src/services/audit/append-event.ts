import { findUserKey, type SqlTransaction } from '../../database/user-keys.js';
import type { Privacy } from '../../privacy/privacy.js';
import type { RequestOrigin } from '../../security/request-context.js';
import { commitToOrigin, hasOrigin, holdOrigin } from './event-origin.js';

export interface NewEvent {
  id: string;
  at: Date;
  action: string;
  actorId: string | null;
  subjectId: string | null;
  /** JSON text: what is hashed later is this text. */
  data: string;
}

const INSERT_EVENT = `INSERT INTO audit_events (id, at, action, actor_id, subject_id, origin_commitment, data)
  VALUES ($1::uuid, $2::timestamptz, $3, $4::uuid, $5::uuid, $6::bytea, $7::json)`;

const INSERT_EVENT_AND_ORIGIN = `WITH event AS (${INSERT_EVENT})
  INSERT INTO audit_origins (event_id, user_id, at, origin)
  VALUES ($1::uuid, $8::uuid, $2::timestamptz, to_jsonb($9::text))`;

/** Looked up in place of somebody's key, so that events about nobody take as long. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Appends one event. The origin is sealed under the data key of the person whose address it is: the actor, or,
 * where nobody is signed in, the subject. Without such a key (an unknown person, an erased one) it is not kept.
 * It writes no row that another transaction could be waiting for: appending needs no lock.
 */
export async function appendEvent(
  tx: SqlTransaction,
  privacy: Privacy,
  event: NewEvent,
  origin: RequestOrigin | null,
): Promise<void> {
  const { id, at, action, actorId, subjectId, data } = event;
  const columns = [id, at.toISOString(), action, actorId, subjectId] as const;
  const ownerId = actorId ?? subjectId;
  const key = hasOrigin(origin) ? await findUserKey(tx, privacy, ownerId ?? NOBODY) : null;
  if (!key || !hasOrigin(origin)) {
    await tx.$executeRawUnsafe(INSERT_EVENT, ...columns, null, data);
    return;
  }
  const held = holdOrigin(origin);
  const sealed = privacy.seal(key, { model: 'AuditOrigin', field: 'origin', rowId: id }, held);
  await tx.$executeRawUnsafe(
    INSERT_EVENT_AND_ORIGIN,
    ...columns,
    commitToOrigin(held),
    data,
    ownerId,
    sealed,
  );
}
