import { Arg, Authorized, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../errors.js';
import type { Connection } from '../../../graphql/lists/connections.js';
import type { GraphqlContext } from '../../../graphql/context.js';
import { After, First, PAGE_SIZE } from '../../../graphql/lists/page-arguments.js';
import { createConnection, readPageRequest } from '../../../graphql/lists/page.js';
import { createPageLoader } from '../../../graphql/lists/page-loader.js';
import { parseDateTime } from '../../../input/date-time.js';
import { isUuid, parseUuid } from '../../../input/uuid.js';
import { noteLook } from '../../../security/requests/request-context.js';
import type { AuditLog } from '../../audit/verification/audit-log.js';
import { dataForSubject } from '../../audit/events/data-for-subject.js';
import type {
  createListEvents,
  EventFilter,
  EventPage,
  EventPosition,
  EventView,
} from '../../audit/events/list-events.js';
import type { FindNode } from '../../identity/identity.resolver.js';
import { User } from '../../identity/identity.types.js';
import { readsRestricted } from '../../identity/accounts/visible-user.js';
import { AuditEvent, AuditEventConnection, AuditEventFilter, AuditVerification } from './audit.types.js';

type Events = ReturnType<typeof createListEvents>;

const EVENTS_PAGE_SIZE = 50;
/** Longer than every action. */
const ACTION_LENGTH = 60;

/**
 * How `node` finds an event: the caller's own, or any for a caller with `audit:read`, but for those about people whose
 * processing is restricted (Art. 18 GDPR).
 */
export function createFindAuditEventNode(events: Pick<Events, 'find'>): FindNode {
  return async function findAuditEventNode(id, context) {
    if (!context.viewer) return null;
    const event = await events.find(id);
    if (!event) return null;
    const isOwn = event.subjectId === context.viewer.userId;
    if (!isOwn && !(await context.permissions()).has('audit:read')) return null;
    if (!isOwn && event.isRestricted && !(await readsRestricted(context))) return null;
    return show(event, context);
  };
}

@Resolver(() => User)
export class AuditResolver {
  constructor(private readonly parts: { events: Events; auditLog: AuditLog }) {}

  private readonly makePagesLoader = () =>
    createPageLoader<EventView, EventPosition>((userIds, page) => this.parts.events.listMany(userIds, page));

  @Authorized('audit:read')
  @Query(() => AuditEventConnection, {
    description:
      'What happened, the newest first. Needs `audit:read`, and `privacy:restricted` for what happened to people whose ' +
      'processing is restricted.',
  })
  async auditEvents(
    @Ctx() context: GraphqlContext,
    @First(EVENTS_PAGE_SIZE) first: number | null,
    @After() after: string | null,
    @Arg('filter', () => AuditEventFilter, { nullable: true, description: 'Which events.' })
    filter: AuditEventFilter | null,
  ): Promise<Connection<AuditEvent>> {
    const events = { ...readFilter(filter), includeRestricted: await readsRestricted(context) };
    const read = (page: EventPage) => this.parts.events.list(events, page);
    return this.page(read, { first: first ?? EVENTS_PAGE_SIZE, after }, context);
  }

  @Authorized('audit:read')
  @Query(() => AuditVerification, {
    complexity: 6_000,
    description:
      'Reads the whole sealed log and checks it against the signed checkpoints in and outside the database. ' +
      'Needs `audit:read`.',
  })
  async verifyAuditLog(): Promise<AuditVerification> {
    const { intact, eventsChecked, headHash, firstBroken } = await this.parts.auditLog.verify();
    return {
      intact,
      eventsChecked: String(eventsChecked),
      headSequence: eventsChecked > 0 ? String(eventsChecked - 1) : null,
      headHash: eventsChecked > 0 ? headHash.toString('base64') : null,
      firstBrokenSequence: firstBroken === null ? null : String(firstBroken),
    };
  }

  @FieldResolver(() => AuditEventConnection, {
    name: 'auditEvents',
    description: 'What happened to the account, the newest first.',
  })
  async userAuditEvents(
    @Root() user: User,
    @Ctx() context: GraphqlContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<Connection<AuditEvent>> {
    const subjectId = user.requireReadable().id;
    const read = (page: EventPage) =>
      context.loader(this.makePagesLoader).load({ ownerId: subjectId, ...page });
    return this.page(read, { first: first ?? PAGE_SIZE, after }, context);
  }

  private async page(
    read: (page: EventPage) => Promise<EventView[]>,
    args: { first: number; after: string | null },
    context: GraphqlContext,
  ): Promise<Connection<AuditEvent>> {
    const page = readPageRequest(args, context.cursors.of('audit events', 2));
    const position = page.after && readPosition(page.after);
    const events = await read({ limit: page.limit + 1, after: position });
    return createConnection({
      rows: events,
      page,
      positionOf: ({ at, id }) => [at.toISOString(), id],
      show: (event) => show(event, context),
    });
  }
}

/**
 * An event as the caller may see it. Where somebody else acted on the caller's account, address and session are theirs
 * and not the caller's. Where it came from is part of what a restriction keeps from other staff than privacy officers.
 * Reading another's is noted, and so is reading from where another acted.
 */
async function show(event: EventView, context: GraphqlContext): Promise<AuditEvent> {
  const viewerId = context.viewer?.userId;
  const { subjectId, actorId, originOwnerId, isOriginRestricted } = event;
  noteLook(context, subjectId);
  const isOwn = subjectId === viewerId;
  const showsOrigin =
    originOwnerId === viewerId || (!isOwn && (!isOriginRestricted || (await readsRestricted(context))));
  const isByAnother = isOwn && actorId !== null && actorId !== subjectId;
  const data = isByAnother ? dataForSubject(event) : event.data;
  return new AuditEvent(event, { showsOrigin, data, onOriginRead: () => noteLook(context, originOwnerId) });
}

function readFilter(filter: AuditEventFilter | null): Omit<EventFilter, 'includeRestricted'> {
  const { action, subjectId, actorId, after, before } = filter ?? {};
  if (action && action.length > ACTION_LENGTH) throw badInput('filter.action', 'is longer than any action');
  if (after && before && after >= before) throw badInput('filter.before', 'must be later than after');
  return {
    action,
    after,
    before,
    subjectId: subjectId && parseUuid(subjectId, 'filter.subjectId'),
    actorId: actorId && parseUuid(actorId, 'filter.actorId'),
  };
}

function readPosition([at, id]: string[]): EventPosition {
  if (!isUuid(id)) throw badInput('after', 'is not a cursor of this list');
  return { at: parseDateTime(at, 'after'), id };
}
