import type { Privacy } from '../../../privacy/privacy.js';
import type { HeldOrigin } from './event-origin.js';

/** An origin as it lies in the database beside its event. */
export interface StoredOrigin {
  /** Of the event. */
  id: string;
  /** The envelope; null where none is kept (any more). */
  origin: string | null;
  /** Whose key seals it. */
  ownerId: string | null;
  /** That key, unless it is kept in a database of its own. */
  wrappedKey: string | null;
}

/** Selects a StoredOrigin, but for the id, with the joins below. */
export const ORIGIN_COLUMNS = `o.origin #>> '{}' AS origin, o.user_id::text AS "ownerId", k.wrapped_key AS "wrappedKey"`;

/** Joins the origin of the event whose id is `eventId`, and the key that opens it. */
export function originJoins(eventId: string): string {
  return `LEFT JOIN audit_origins o ON o.event_id = ${eventId} LEFT JOIN data_keys k ON k.user_id = o.user_id`;
}

/** The wrapped keys that are kept in a database of their own, for many origins in one query. */
export async function fetchKeys(
  privacy: Privacy,
  origins: readonly StoredOrigin[],
): Promise<Map<string, string>> {
  const owners = origins.flatMap(({ ownerId }) => ownerId ?? []);
  if (!privacy.separateKeys || owners.length === 0) return new Map();
  return privacy.separateKeys.find([...new Set(owners)]);
}

/**
 * Opens an origin; null where none is kept, or its key was destroyed.
 *
 * @throws SealedValueError when it does not open
 */
export async function openOrigin(
  privacy: Privacy,
  { id, origin, ownerId, wrappedKey }: StoredOrigin,
  fetched: ReadonlyMap<string, string>,
): Promise<HeldOrigin | null> {
  if (origin === null || ownerId === null) return null;
  const wrapped = wrappedKey ?? fetched.get(ownerId);
  if (wrapped === undefined) return null;
  const { dataKeys } = privacy;
  const key = dataKeys.findOpen(ownerId, wrapped) ?? (await dataKeys.open(ownerId, wrapped));
  return privacy.open(key, { model: 'AuditOrigin', field: 'origin', rowId: id }, origin) as HeldOrigin;
}
