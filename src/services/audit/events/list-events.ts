import { sealedSql } from '../../../database/sealed-sql.js';
import type { Database } from '../../../database/client.js';
import type { JsonObject } from '../../../input/json-object.js';
import type { Privacy } from '../../../privacy/privacy.js';
import { failWhenRead } from '../../../privacy/fail-when-read.js';
import { SealedValueError } from '../../../privacy/privacy-errors.js';
import { matchesCommitment, type HeldOrigin } from './event-origin.js';
import { fetchKeys, openOrigin, ORIGIN_COLUMNS, originJoins, type StoredOrigin } from './open-origin.js';

/** An event as it is answered. Address and user agent throw SealedValueError when they are read and do not open. */
export interface EventView {
  readonly id: string;
  /** The place in the sealed log, counted from 0; null until it is sealed. */
  readonly sequence: string | null;
  readonly at: Date;
  readonly action: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly data: JsonObject;
  /** Whether the processing of the subject's data is restricted (Art. 18 GDPR). */
  readonly isRestricted: boolean;
  /** Whose address and user agent these are. */
  readonly originOwnerId: string | null;
  /** Whether the processing of that person's data is restricted. */
  readonly isOriginRestricted: boolean;
}

export interface EventFilter {
  action?: string | null | undefined;
  subjectId?: string | null | undefined;
  actorId?: string | null | undefined;
  /** Events of this moment and later. */
  after?: Date | null | undefined;
  /** Events before this moment. */
  before?: Date | null | undefined;
  /** Whether those about people are listed whose processing is restricted (Art. 18 GDPR). */
  includeRestricted: boolean;
}

/** Where an event stands in the list. */
export interface EventPosition {
  at: Date;
  id: string;
}

/** A page of the list: at most so many, after that position. */
export interface EventPage {
  limit: number;
  after: EventPosition | null;
}

interface EventRow extends StoredOrigin {
  sequence: string | null;
  at: Date;
  action: string;
  actorId: string | null;
  subjectId: string | null;
  data: JsonObject;
  commitment: Uint8Array | null;
  isErased: boolean;
  isRestricted: boolean;
  isOriginRestricted: boolean;
}

const COLUMNS = `SELECT e.id::text, l.sequence::text, e.at, e.action, e.actor_id::text AS "actorId",
    e.subject_id::text AS "subjectId", e.data, e.origin_commitment AS commitment,
    ${ORIGIN_COLUMNS}, e.subject_id IS NOT NULL AND u.id IS NULL AS "isErased",
    u.processing_restricted_at IS NOT NULL AS "isRestricted",
    owner.processing_restricted_at IS NOT NULL AS "isOriginRestricted"`;

const JOINS = `LEFT JOIN audit_leaves l ON l.event_id = e.id
  LEFT JOIN users u ON u.id = e.subject_id AND u.status <> 'ERASED'
  ${originJoins('e.id')}
  LEFT JOIN users owner ON owner.id = o.user_id`;

const SELECT = `${COLUMNS} FROM audit_events e ${JOINS}`;

/** Each page begins and ends in the index (subject_id, at, id), however many events an account has. */
const selectOfMany = (beyond: string) => `${COLUMNS} FROM unnest($1::uuid[]) AS account(id)
  CROSS JOIN LATERAL (SELECT * FROM audit_events WHERE subject_id = account.id ${beyond}
    ORDER BY at DESC, id DESC LIMIT $2::int) AS e
  ${JOINS} ORDER BY e.at DESC, e.id DESC`;
const FIRST_OF_MANY = selectOfMany('');
const NEXT_OF_MANY = selectOfMany('AND (at, id) < ($3::timestamptz, $4::uuid)');

/** Reads events, the newest first. */
export function createListEvents({ db, privacy }: { db: Database; privacy: Privacy }) {
  /** At most `limit` events that fit the filter and stand after `position` in the list. */
  async function list(filter: EventFilter, { limit, after }: EventPage): Promise<EventView[]> {
    const values: unknown[] = [];
    const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
    const conditions = [
      filter.action && `e.action = ${bind(filter.action, 'text')}`,
      filter.subjectId && `e.subject_id = ${bind(filter.subjectId, 'uuid')}`,
      filter.actorId && `e.actor_id = ${bind(filter.actorId, 'uuid')}`,
      filter.after && `e.at >= ${bind(filter.after.toISOString(), 'timestamptz')}`,
      !filter.includeRestricted && 'u.processing_restricted_at IS NULL',
      filter.before && `e.at < ${bind(filter.before.toISOString(), 'timestamptz')}`,
      after && `(e.at, e.id) < (${bind(after.at.toISOString(), 'timestamptz')}, ${bind(after.id, 'uuid')})`,
    ].filter((condition) => typeof condition === 'string');
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const order = `ORDER BY e.at DESC, e.id DESC LIMIT ${bind(limit, 'int')}`;
    return read(`${SELECT} ${where} ${order}`, values);
  }

  /**
   * The same of what happened to each of these accounts, in their order, by as many statements as for one. The position
   * counts for each of them.
   */
  async function listMany(subjectIds: readonly string[], page: EventPage): Promise<EventView[][]> {
    const [subjectId] = subjectIds;
    if (subjectId !== undefined && subjectIds.length === 1)
      return [await list({ subjectId, includeRestricted: true }, page)];
    const { limit, after } = page;
    const events = after
      ? await read(NEXT_OF_MANY, [[...subjectIds], limit, after.at.toISOString(), after.id])
      : await read(FIRST_OF_MANY, [[...subjectIds], limit]);
    return subjectIds.map((id) => events.filter(({ subjectId }) => subjectId === id));
  }

  /** One event by its id, a UUID; null when there is none. */
  async function find(id: string): Promise<EventView | null> {
    const [event] = await read(`${SELECT} WHERE e.id = $1::uuid`, [id]);
    return event ?? null;
  }

  async function read(text: string, values: readonly unknown[]): Promise<EventView[]> {
    const rows = await db.$queryRawUnsafe<EventRow[]>(sealedSql('audit reading', text), ...values);
    const keys = await fetchKeys(privacy, rows);
    return Promise.all(rows.map((row) => view(row, keys)));
  }

  async function view(row: EventRow, keys: ReadonlyMap<string, string>): Promise<EventView> {
    const { id, sequence, at, action, actorId, subjectId, data, isRestricted, isOriginRestricted } = row;
    const owner = { originOwnerId: row.ownerId, isOriginRestricted };
    const event = { id, sequence, at, action, actorId, subjectId, data, isRestricted, ...owner };
    const noOrigin = { ipAddress: null, userAgent: null };
    if (row.isErased) return { ...event, ...noOrigin };
    try {
      const { ipAddress, userAgent } = (await openCommitted(row, keys)) ?? noOrigin;
      return { ...event, ipAddress, userAgent };
    } catch (error) {
      if (!(error instanceof SealedValueError)) throw error;
      return failWhenRead({ ...event, ...noOrigin }, ['ipAddress', 'userAgent'], error);
    }
  }

  /** @throws SealedValueError when the origin does not open, or is not the one that the event commits to */
  async function openCommitted(row: EventRow, keys: ReadonlyMap<string, string>): Promise<HeldOrigin | null> {
    const held = await openOrigin(privacy, row, keys);
    if (held === null || matchesCommitment(held, row.commitment)) return held;
    throw new SealedValueError('AuditOrigin', 'origin', 'the event commits to another one');
  }

  return { list, listMany, find };
}
