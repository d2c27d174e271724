import { sealedSql } from '../../../database/sealed-sql.js';
import { LRUCache } from 'lru-cache';
import { findUserKey, type SqlTransaction } from '../../../database/data-keys/user-keys.js';
import type { UserKey } from '../../../privacy/data-keys.js';
import type { Privacy } from '../../../privacy/privacy.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { commitToOrigin, hasOrigin, holdOrigin, type HeldOrigin } from './event-origin.js';

export interface NewEvent {
  id: string;
  at: Date;
  action: string;
  actorId: string | null;
  subjectId: string | null;
  /** JSON text: what is hashed later is this text. */
  data: string;
}

const FIND_KEY = 'SELECT wrapped_key AS wrapped FROM data_keys WHERE user_id = $1::uuid';

const INSERT_EVENT = `INSERT INTO audit_events (id, at, action, actor_id, subject_id, origin_commitment, data)
  VALUES ($1::uuid, $2::timestamptz, $3, $4::uuid, $5::uuid, $6::bytea, $7::json)`;

const INSERT_ORIGIN = sealedSql(
  'audit origin',
  `INSERT INTO audit_origins (event_id, user_id, at, origin)
  SELECT $1::uuid, $2::uuid, $3::timestamptz, to_jsonb($4::text)`,
);

// The origin goes in only if the key that sealed it is still the person's: it may have been replaced or destroyed.
const INSERT_BOTH = sealedSql(
  'audit origin',
  `WITH event AS (${INSERT_EVENT})
  INSERT INTO audit_origins (event_id, user_id, at, origin)
  SELECT $1::uuid, k.user_id, $2::timestamptz, to_jsonb($9::text)
    FROM data_keys k WHERE k.user_id = $8::uuid AND k.wrapped_key = $10`,
);

/** People whose wrapped key is remembered, so that an event of theirs is one statement. */
const REMEMBERED = 20_000;

/**
 * Appends events, each in its caller's transaction. The origin is sealed under the data key of the person whose
 * address it is: the actor, or, where nobody is signed in, the subject. Without such a key (an unknown person, an
 * erased one) it is not kept. Nothing that is written is a row that another transaction could be waiting for:
 * appending needs no lock.
 */
export function createAppendEvent(privacy: Privacy) {
  const wrappedKeys = new LRUCache<string, string>({ max: REMEMBERED });

  return async function appendEvent(
    tx: SqlTransaction,
    event: NewEvent,
    origin: RequestOrigin | null,
  ): Promise<void> {
    const ownerId = event.actorId ?? event.subjectId;
    if (ownerId === null || !hasOrigin(origin)) return insertEvent(tx, event, null);
    const held = holdOrigin(origin);
    const wrapped = privacy.separateKeys ? undefined : wrappedKeys.get(ownerId);
    const known = wrapped === undefined ? undefined : privacy.dataKeys.findOpen(ownerId, wrapped);
    if (!known || wrapped === undefined) {
      await insertEvent(tx, event, held);
      return addOrigin(tx, event, ownerId, held);
    }
    const values = [...valuesOf(event, held), ownerId, sealHeld(known, event, held), wrapped];
    if ((await tx.$executeRawUnsafe(INSERT_BOTH, ...values)) === 0) await addOrigin(tx, event, ownerId, held);
  };

  /** Inserts the origin of an event that is there already, under the key as it is now; without a key, nothing. */
  async function addOrigin(tx: SqlTransaction, event: NewEvent, ownerId: string, held: HeldOrigin) {
    const key = await findKey(tx, ownerId);
    if (!key) return;
    const values = [event.id, ownerId, event.at.toISOString(), sealHeld(key, event, held)];
    await tx.$executeRawUnsafe(INSERT_ORIGIN, ...values);
  }

  async function findKey(tx: SqlTransaction, userId: string): Promise<UserKey | null> {
    if (privacy.separateKeys) return findUserKey(tx, privacy, userId);
    const [row] = await tx.$queryRawUnsafe<{ wrapped: string }[]>(FIND_KEY, userId);
    if (!row) {
      wrappedKeys.delete(userId);
      return null;
    }
    wrappedKeys.set(userId, row.wrapped);
    return privacy.dataKeys.findOpen(userId, row.wrapped) ?? privacy.dataKeys.open(userId, row.wrapped);
  }

  function sealHeld(key: UserKey, { id }: NewEvent, held: HeldOrigin): string {
    return privacy.seal(key, { model: 'AuditOrigin', field: 'origin', rowId: id }, held);
  }
}

async function insertEvent(tx: SqlTransaction, event: NewEvent, held: HeldOrigin | null): Promise<void> {
  await tx.$executeRawUnsafe(INSERT_EVENT, ...valuesOf(event, held));
}

function valuesOf({ id, at, action, actorId, subjectId, data }: NewEvent, held: HeldOrigin | null) {
  return [id, at.toISOString(), action, actorId, subjectId, held && commitToOrigin(held), data];
}
