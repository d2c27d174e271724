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
const ABSENT = 0;
const PRESENT = 1;
const UUID_BYTES = 16;
const COMMITMENT_BYTES = 32;

/** Selects an EventRecord from `audit_events e`. */
export const EVENT_RECORD_COLUMNS = `e.id::text AS id, CASE WHEN isfinite(e.at)
    THEN (extract(epoch FROM e.at) * 1000000)::bigint::text ELSE '' END AS "atMicroseconds", e.action,
  e.actor_id::text AS "actorId", e.subject_id::text AS "subjectId",
  e.origin_commitment AS "originCommitment", e.data::text AS data`;

/**
 * The hash of the leaf of `audit_events e`, by PostgreSQL: what `hashEvent` answers, for a batch that is sealed in a third of the time,
 * since no column leaves the database. Verification hashes here, and so holds one against the other.
 */
export const EVENT_LEAF_HASH = `sha256('\\x0001'::bytea || uuid_send(e.id)
    || int8send((extract(epoch FROM e.at) * 1000000)::bigint)
    || int2send(octet_length(e.action)::int2) || convert_to(e.action, 'UTF8')
    || coalesce('\\x01'::bytea || uuid_send(e.actor_id), '\\x00')
    || coalesce('\\x01'::bytea || uuid_send(e.subject_id), '\\x00')
    || coalesce('\\x01'::bytea || e.origin_commitment, '\\x00')
    || int4send(octet_length(e.data::text)) || convert_to(e.data::text, 'UTF8'))`;

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
  const actionBytes = Buffer.byteLength(event.action);
  const dataBytes = Buffer.byteLength(event.data);
  const people = [event.actorId, event.subjectId];
  const size = people.reduce((sum, id) => sum + (id === null ? 1 : 1 + UUID_BYTES), HEAD_BYTES + actionBytes);
  const bytes = Buffer.allocUnsafe(size + (originCommitment ? 1 + COMMITMENT_BYTES : 1) + 4 + dataBytes);
  let at = bytes.writeUInt8(VERSION, 0);
  at = writeUuid(bytes, event.id, at);
  at = bytes.writeBigInt64BE(BigInt(atMicroseconds), at);
  at = bytes.writeUInt16BE(actionBytes, at);
  at += bytes.write(event.action, at);
  for (const id of people) {
    at = bytes.writeUInt8(id === null ? ABSENT : PRESENT, at);
    if (id !== null) at = writeUuid(bytes, id, at);
  }
  at = bytes.writeUInt8(originCommitment ? PRESENT : ABSENT, at);
  if (originCommitment) at += originCommitment.copy(bytes, at);
  at = bytes.writeUInt32BE(dataBytes, at);
  bytes.write(event.data, at);
  return bytes;
}

/** The hash of the event's leaf. */
export function hashEvent(event: EventRecord): Buffer {
  return hashLeaf(encodeEvent(event));
}

/** @throws Error for what is no UUID: neither may its rest be left out nor stand there what the memory held before */
function writeUuid(bytes: Buffer, uuid: string, at: number): number {
  const digits = uuid.replaceAll('-', '');
  if (digits.length !== 2 * UUID_BYTES || bytes.write(digits, at, UUID_BYTES, 'hex') !== UUID_BYTES) {
    throw new Error('This is no event.');
  }
  return at + UUID_BYTES;
}
