import { hashLeaf } from './merkle-tree.js';

/** The columns of an event that its leaf covers, as PostgreSQL writes them. */
export interface EventRecord {
  id: string;
  /** Microseconds since 1970, UTC, as a decimal number. */
  atMicroseconds: string;
  action: string;
  actorId: string | null;
  subjectId: string | null;
  originCommitment: Buffer | null;
  /** The JSON text as it is stored. */
  data: string;
}

const VERSION = 1;
/** Version, id, time, and the length of the action. */
const HEAD_BYTES = 27;
const ABSENT = Buffer.of(0);
const PRESENT = Buffer.of(1);
const COMMITMENT_BYTES = 32;

/** Selects an EventRecord from `audit_events e`. */
export const EVENT_RECORD_COLUMNS = `e.id::text AS id, CASE WHEN isfinite(e.at)
    THEN (extract(epoch FROM e.at) * 1000000)::bigint::text ELSE '' END AS "atMicroseconds", e.action,
  e.actor_id::text AS "actorId", e.subject_id::text AS "subjectId",
  e.origin_commitment AS "originCommitment", e.data::text AS data`;

/**
 * The bytes that stand for an event in the log. docs/audit-log.md gives the format byte by byte: every part has
 * a fixed length or its length before it, so that no two events have the same bytes.
 *
 * @throws Error when a column holds what no event has
 */
export function encodeEvent(event: EventRecord): Buffer {
  const { originCommitment, atMicroseconds } = event;
  if (!/^-?\d+$/.test(atMicroseconds) || (originCommitment && originCommitment.length !== COMMITMENT_BYTES)) {
    throw new Error('This is no event.');
  }
  const people = [uuidBytes(event.actorId), uuidBytes(event.subjectId), originCommitment].map(optional);
  const action = Buffer.from(event.action, 'utf8');
  const data = Buffer.from(event.data, 'utf8');
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt8(VERSION, 0);
  head.write(event.id.replaceAll('-', ''), 1, 'hex');
  head.writeBigInt64BE(BigInt(atMicroseconds), 17);
  head.writeUInt16BE(action.length, 25);
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(data.length, 0);
  return Buffer.concat([head, action, ...people, length, data]);
}

/** The hash of the event's leaf. */
export function hashEvent(event: EventRecord): Buffer {
  return hashLeaf(encodeEvent(event));
}

function optional(bytes: Buffer | null): Buffer {
  return bytes === null ? ABSENT : Buffer.concat([PRESENT, bytes]);
}

function uuidBytes(uuid: string | null): Buffer | null {
  return uuid === null ? null : Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
