import type { Transaction } from '../../../database/client.js';
import { Prisma } from '../../../database/generated/client.js';
import type { Privacy } from '../../../privacy/privacy.js';
import type { StaffRole } from '../../../security/rights/permissions.js';
import type { IdentityParts } from '../identity-parts.js';
import { USER_COLUMNS, type UserRecord, type UserStatus } from './user-record.js';

export interface UserFilter {
  email?: string;
  /** Without the `@`. */
  emailDomain?: string;
  status?: readonly UserStatus[];
  /** USER is everybody and filters nothing: leave it out. */
  role?: StaffRole;
  isVerified?: boolean;
  createdAfter?: Date;
  createdBefore?: Date;
  /** Whether people are listed whose processing is restricted (Art. 18 GDPR); not, when left out. */
  includeRestricted?: boolean;
}

/** An account as staff get it. */
export interface StaffUserRecord extends UserRecord {
  readonly processingRestrictedAt: Date | null;
}

const STAFF_COLUMNS = { ...USER_COLUMNS, processingRestrictedAt: true } as const;

/** Orders of the list; among equals the id decides. Who never signed in comes last. */
export type UserOrder = 'CREATED_AT_DESC' | 'CREATED_AT_ASC' | 'LAST_LOGIN_AT_DESC';

/** Where an account stands in the list: the moment it is ordered by (null: never), and its id. */
export interface UserPosition {
  moment: Date | null;
  id: string;
}

export interface UserSearch {
  filter: UserFilter;
  order: UserOrder;
  limit: number;
  after: UserPosition | null;
  before: UserPosition | null;
  /** Read from the end of the list; the rows then come in reverse. */
  backward: boolean;
}

const NEVER = Prisma.sql`'-infinity'::timestamptz`;
const ORDERS = {
  CREATED_AT_DESC: { column: Prisma.sql`u.created_at`, descending: true },
  CREATED_AT_ASC: { column: Prisma.sql`u.created_at`, descending: false },
  LAST_LOGIN_AT_DESC: { column: Prisma.sql`COALESCE(u.last_login_at, ${NEVER})`, descending: true },
} as const;

/** The moment by which an account stands in a list of this order. */
export function momentOf(user: UserRecord, order: UserOrder): Date | null {
  return order === 'LAST_LOGIN_AT_DESC' ? user.lastLoginAt : user.createdAt;
}

/**
 * Lists accounts of every status. Keyset pagination in SQL of its own: a row comparison starts each page where the
 * last one ended, in the index, so the ten thousandth page costs as much as the first; Prisma knows offsets and
 * OR-conditions only, which read everything before it.
 */
export function createSearchUsers({ db, privacy }: Pick<IdentityParts, 'db'> & { privacy: Privacy }) {
  async function searchUsers(search: UserSearch): Promise<StaffUserRecord[]> {
    const { column, descending } = ORDERS[search.order];
    const conditions = conditionsOf(privacy, search.filter);
    const beyond = (position: UserPosition | null, isDown: boolean): void => {
      if (!position) return;
      const moment = position.moment ? Prisma.sql`${position.moment}::timestamptz` : NEVER;
      const comparison = isDown ? Prisma.sql`<` : Prisma.sql`>`;
      conditions.push(Prisma.sql`(${column}, u.id) ${comparison} (${moment}, ${position.id}::uuid)`);
    };
    beyond(search.after, descending);
    beyond(search.before, !descending);
    const direction = descending === search.backward ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    const ids = await db.$queryRaw<{ id: string }[]>`SELECT u.id FROM users u ${whereOf(conditions)}
      ORDER BY ${column} ${direction}, u.id ${direction} LIMIT ${search.limit}`;
    if (ids.length === 0) return [];
    const rows = await db.piecewise.user.findMany({
      where: { id: { in: ids.map(({ id }) => id) } },
      select: STAFF_COLUMNS,
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap(({ id }) => byId.get(id) ?? []);
  }

  async function countUsers(filter: UserFilter): Promise<number> {
    const where = whereOf(conditionsOf(privacy, filter));
    const [row] = await db.$queryRaw<{ count: bigint }[]>`SELECT count(*) AS count FROM users u ${where}`;
    return Number(row?.count ?? 0);
  }

  /** The account of this id whatever its status, for staff. */
  async function findAnyUser(id: string): Promise<StaffUserRecord | null> {
    return db.piecewise.user.findUnique({ where: { id }, select: STAFF_COLUMNS });
  }

  /** The same of many ids, in their order. */
  async function findAnyUsers(ids: readonly string[]): Promise<(StaffUserRecord | null)[]> {
    const rows = await db.piecewise.user.findMany({
      where: { id: { in: [...ids] } },
      select: STAFF_COLUMNS,
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /** The id of the account with this address, whatever its status. */
  async function findUserId(tx: Transaction, email: string): Promise<string | null> {
    return (await tx.user.findUnique({ where: { email }, select: { id: true } }))?.id ?? null;
  }

  return { searchUsers, countUsers, findAnyUser, findAnyUsers, findUserId };
}

function whereOf(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;
}

function conditionsOf(privacy: Privacy, filter: UserFilter): Prisma.Sql[] {
  const { email, emailDomain, status, role, isVerified, createdAfter, createdBefore } = filter;
  const conditions: Prisma.Sql[] = [];
  if (filter.includeRestricted !== true) conditions.push(Prisma.sql`u.processing_restricted_at IS NULL`);
  const isAmong = (column: Prisma.Sql, values: readonly string[]) =>
    conditions.push(Prisma.sql`${column} = ANY(${[...values]})`);
  if (email !== undefined) {
    isAmong(Prisma.sql`u.email_index`, privacy.indexCandidates('User', 'email', email));
  }
  if (emailDomain !== undefined) {
    const indexes = privacy.indexCandidates('User', 'emailDomainIndex', emailDomain);
    isAmong(Prisma.sql`u.email_domain_index`, indexes);
  }
  if (status !== undefined) isAmong(Prisma.sql`u.status::text`, status);
  if (role !== undefined) {
    conditions.push(
      Prisma.sql`u.id IN (SELECT r.user_id FROM user_roles r WHERE r.role = ${role}::staff_role)`,
    );
  }
  if (isVerified !== undefined) conditions.push(Prisma.sql`u.is_verified = ${isVerified}`);
  if (createdAfter !== undefined) conditions.push(Prisma.sql`u.created_at > ${createdAfter}::timestamptz`);
  if (createdBefore !== undefined) conditions.push(Prisma.sql`u.created_at < ${createdBefore}::timestamptz`);
  return conditions;
}
