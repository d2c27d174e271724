import DataLoader from 'dataloader';
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Clock } from '../../../clock.js';
import { badInput } from '../../../errors.js';
import type { Connection } from '../../../graphql/lists/connections.js';
import type { GraphqlContext } from '../../../graphql/context.js';
import { After, First, PAGE_SIZE } from '../../../graphql/lists/page-arguments.js';
import { createConnection, readPageRequest } from '../../../graphql/lists/page.js';
import { parseDateTime } from '../../../input/date-time.js';
import { isUuid } from '../../../input/uuid.js';
import { noteLook, requireViewer } from '../../../security/requests/request-context.js';
import { requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { FindNode } from '../../identity/identity.resolver.js';
import { readsRestricted } from '../../identity/accounts/visible-user.js';
import type { StaffActor } from './erasure-parts.js';
import type { ErasureService } from './erasure.service.js';
import {
  ErasureNotice,
  ErasurePayload,
  ErasureRequest,
  ErasureRequestConnection,
  ErasureStatus,
} from './erasure.types.js';
import type { ErasurePosition } from './list-erasures.js';
import type { ErasureRecord, ErasureStatus as Status } from './erasure-record.js';

/** How `node` finds an erasure request: the own, and every one for privacy officers. */
export function createFindErasureNode(service: Pick<ErasureService, 'find'>): FindNode {
  return async function findErasureNode(id, context) {
    if (!context.viewer) return null;
    const record = await service.find(id);
    if (!record) return null;
    if (record.userId === context.viewer.userId) return new ErasureRequest(record);
    if (!(await context.permissions()).has('privacy:read')) return null;
    const shown = await service.find(id, { includeRestricted: await readsRestricted(context) });
    return shown && show(shown, context);
  };
}

@Resolver(() => ErasureRequest)
export class ErasureResolver {
  constructor(
    private readonly service: Pick<
      ErasureService,
      'request' | 'erase' | 'cancel' | 'list' | 'count' | 'findNotices' | 'findReasons' | 'areOverdue'
    >,
    private readonly clock: Clock,
  ) {}

  private readonly makeNoticesLoader = () =>
    new DataLoader((ids: readonly string[]) => this.service.findNotices(ids));

  private readonly makeReasonsLoader = () =>
    new DataLoader((ids: readonly string[]) => this.service.findReasons(ids));

  private readonly makeOverdueLoader = () =>
    new DataLoader((ids: readonly string[]) => this.service.areOverdue(ids));

  @FieldResolver(() => Boolean, {
    description: 'Whether it is open past the date by which it must be answered: that of its case.',
  })
  overdue(@Root() request: ErasureRequest, @Ctx() context: GraphqlContext): Promise<boolean> {
    return context.loader(this.makeOverdueLoader).load(request.id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it was asked for; erased with the person.',
  })
  async reason(@Root() request: ErasureRequest, @Ctx() context: GraphqlContext): Promise<string | null> {
    const { reason, isRestricted } = await context.loader(this.makeReasonsLoader).load(request.id);
    if (request.userId === context.viewer?.userId) return reason;
    return isRestricted && !(await readsRestricted(context)) ? null : reason;
  }

  @FieldResolver(() => [ErasureNotice], {
    description: 'The systems that are told of the erasure (Art. 19 GDPR); none before it is carried out.',
  })
  notices(@Root() request: ErasureRequest, @Ctx() context: GraphqlContext): Promise<ErasureNotice[]> {
    return context.loader(this.makeNoticesLoader).load(request.id);
  }

  @Authorized('privacy:read')
  @Query(() => ErasureRequestConnection, {
    description: 'Erasure requests, the newest first. Reading those of others is a recorded look at them.',
  })
  async erasureRequests(
    @Ctx() context: GraphqlContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('status', () => [ErasureStatus], { nullable: true, description: 'Only those that stand so.' })
    status: Status[] | null,
    @Arg('overdueOnly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Only those that are open past the date by which they must be answered.',
    })
    overdueOnly: boolean | null,
  ): Promise<Connection<ErasureRequest>> {
    const cursors = context.cursors.of('erasureRequests', 2);
    const page = readPageRequest({ first: first ?? PAGE_SIZE, after }, cursors);
    const includeRestricted = await readsRestricted(context);
    const filter = { status: status ?? null, includeRestricted, overdueOnly: overdueOnly ?? false };
    const position = page.after && readPosition(page.after);
    const records = await this.service.list(filter, { limit: page.limit + 1, after: position });
    return createConnection({
      rows: records,
      page,
      positionOf: ({ requestedAt, id }) => [requestedAt.toISOString(), id],
      show: (record) => show(record, context),
      countAll: () => this.service.count(filter),
    });
  }

  @Authorized()
  @Mutation(() => ErasurePayload, {
    nullable: true,
    description:
      'Asks for the erasure of the own account (Art. 17 GDPR). It takes place at the end of the grace period; until ' +
      'then the account works as before, and `cancelErasure` takes it back. Errors: STEP_UP_REQUIRED, CONFLICT when ' +
      'one is open already.',
  })
  async requestErasure(
    @Ctx() context: GraphqlContext,
    @Arg('reason', () => String, { nullable: true, description: 'Why, if you like. At most 500 characters.' })
    reason: string | null,
  ): Promise<ErasurePayload> {
    requireRecentSignIn(requireViewer(context), this.clock);
    return present(await this.service.request(actorOf(context), reason), context);
  }

  @Authorized()
  @Mutation(() => ErasurePayload, {
    nullable: true,
    description:
      'Takes an erasure back before it is carried out: the own, or with `privacy:erase` that of another person. ' +
      'Errors: NOT_FOUND, CONFLICT once it is cancelled, running or completed; of others also STEP_UP_REQUIRED, and ' +
      'FORBIDDEN for somebody above oneself.',
  })
  async cancelErasure(
    @Arg('id', () => ID, { description: 'The request.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<ErasurePayload> {
    const mayCancelOthers = (await context.permissions()).has('privacy:erase');
    return present(await this.service.cancel(actorOf(context), id, mayCancelOthers), context);
  }

  @Authorized('privacy:erase')
  @Mutation(() => ErasurePayload, {
    nullable: true,
    description:
      'Has an account erased, after the grace period or at once. Errors: STEP_UP_REQUIRED, NOT_FOUND, FORBIDDEN for ' +
      'somebody above oneself, LEGAL_HOLD, CONFLICT when it is erased or its erasure is open.',
  })
  async eraseUser(
    @Arg('userId', () => ID, { description: 'The account.' }) userId: string,
    @Arg('reason', () => String, { description: 'Why. At most 500 characters.' }) reason: string,
    @Ctx() context: GraphqlContext,
    @Arg('immediately', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Without the grace period; also brings a scheduled erasure forward.',
    })
    immediately: boolean | null,
  ): Promise<ErasurePayload> {
    requireRecentSignIn(requireViewer(context), this.clock);
    const order = { userId, reason, immediately: immediately ?? false };
    return present(await this.service.erase(actorOf(context), order), context);
  }
}

function present(record: ErasureRecord, context: GraphqlContext): ErasurePayload {
  return { erasureRequest: show(record, context) };
}

/** That somebody wants to be forgotten, or is to be, is their data: that staff saw it is recorded. */
function show(record: ErasureRecord, context: GraphqlContext): ErasureRequest {
  noteLook(context, record.userId);
  return new ErasureRequest(record);
}

/** Who asks, for the services of this folder. */
export function actorOf(context: GraphqlContext): StaffActor {
  const viewer = requireViewer(context);
  return { actorId: viewer.userId, viewer, origin: context.origin };
}

function readPosition([requestedAt, id]: string[]): ErasurePosition {
  if (!isUuid(id)) throw badInput('after', 'is not a cursor of this list');
  return { requestedAt: parseDateTime(requestedAt, 'after'), id };
}
