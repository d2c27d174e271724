import { Arg, Authorized, Ctx, Int, Query, Resolver } from 'type-graphql';
import { badInput } from '../../errors.js';
import type { Connection } from '../../graphql/lists/connections.js';
import type { GraphqlContext } from '../../graphql/context.js';
import { After, First, PAGE_SIZE } from '../../graphql/lists/page-arguments.js';
import { createConnection, readPageRequest, type PageRequest } from '../../graphql/lists/page.js';
import { parseDateTime } from '../../input/date-time.js';
import { parseEmailDomain } from '../../input/email-address.js';
import { isUuid } from '../../input/uuid.js';
import { noteLook } from '../../security/requests/request-context.js';
import type { IdentityService } from '../identity/identity.service.js';
import { User } from '../identity/identity.types.js';
import {
  momentOf,
  type UserFilter as Filter,
  type UserOrder as Order,
  type UserPosition,
} from '../identity/accounts/search-users.js';
import type { UserRecord } from '../identity/accounts/user-record.js';
import { readsRestricted, visibleUser } from '../identity/accounts/visible-user.js';
import { UserConnection, UserFilter, UserOrder } from './users.types.js';

/** The list of accounts, for staff. */
@Resolver()
export class UsersResolver {
  constructor(private readonly identity: Pick<IdentityService, 'searchUsers' | 'countUsers'>) {}

  @Authorized('users:read')
  @Query(() => UserConnection, {
    description:
      'Accounts of every status. Reading more of one than its id is recorded, and so is finding it by its address or the ' +
      'domain of that. `last` reads backwards from `before`, or ' +
      'from the end.',
  })
  async users(
    @First() first: number | null,
    @After() after: string | null,
    @Arg('last', () => Int, { nullable: true, description: 'How many of the last ones, at most 100.' })
    last: number | null,
    @Arg('before', () => String, { nullable: true, description: 'The cursor to stop before.' })
    before: string | null,
    @Arg('filter', () => UserFilter, { nullable: true, description: 'Which accounts; all, when left out.' })
    given: UserFilter | null,
    @Arg('orderBy', () => UserOrder, {
      nullable: true,
      defaultValue: UserOrder.CREATED_AT_DESC,
      description: 'In which order.',
    })
    orderBy: Order | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Connection<User>> {
    const order = orderBy ?? UserOrder.CREATED_AT_DESC;
    const cursors = context.cursors.of(`users:${order}`, 2);
    const page = readPageRequest({ first: first ?? PAGE_SIZE, after, last, before }, cursors);
    const filter = { ...readFilter(given), includeRestricted: await readsRestricted(context) };
    const records = await this.identity.searchUsers({
      filter,
      order,
      limit: page.limit + 1,
      ...positionsOf(page),
      backward: page.backward,
    });
    if (filter.email !== undefined || filter.emailDomain !== undefined) {
      const found = records.length > 0 ? records : await this.findFirst(filter, order, page.limit + 1);
      // Who is found by an address or its domain is known to have it, though nothing but an id or a number is answered.
      for (const { id } of found.slice(0, Math.max(1, page.limit))) noteLook(context, id);
    }
    return createConnection({
      rows: records,
      page,
      positionOf: (record) => positionOf(record, order),
      show: (record) => visibleUser(context, record),
      countAll: () => this.identity.countUsers(filter),
    });
  }

  /** Whom a search by an address is about, where the page is beyond them and their number is answered all the same. */
  private findFirst(filter: Filter, order: Order, limit: number): Promise<UserRecord[]> {
    const { email, includeRestricted } = filter;
    const about = email === undefined ? filter : { email, includeRestricted };
    return this.identity.searchUsers({
      filter: about,
      order,
      limit,
      after: null,
      before: null,
      backward: false,
    });
  }
}

function positionOf(record: UserRecord, order: Order): string[] {
  return [momentOf(record, order)?.toISOString() ?? '', record.id];
}

function positionsOf({ after, before }: PageRequest): Record<'after' | 'before', UserPosition | null> {
  return { after: after && readPosition(after, 'after'), before: before && readPosition(before, 'before') };
}

function readPosition([moment, id]: string[], field: string): UserPosition {
  if (!isUuid(id)) throw badInput(field, 'is not a cursor of this list');
  return { moment: moment ? parseDateTime(moment, field) : null, id };
}

function readFilter(given: UserFilter | null): Filter {
  const { email, emailDomain, status, role, isVerified, createdAfter, createdBefore } = given ?? {};
  return {
    ...(email ? { email } : {}),
    ...(isGiven(emailDomain) ? { emailDomain: parseEmailDomain(emailDomain, 'filter.emailDomain') } : {}),
    ...(status ? { status } : {}),
    ...(role && role !== 'USER' ? { role } : {}),
    ...(isGiven(isVerified) ? { isVerified } : {}),
    ...(createdAfter ? { createdAfter } : {}),
    ...(createdBefore ? { createdBefore } : {}),
  };
}

/** A client says "no condition" by leaving a field out or by null. */
function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
