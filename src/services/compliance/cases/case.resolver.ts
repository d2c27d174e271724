import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { Clock } from '../../../clock.js';
import { badInput } from '../../../errors.js';
import type { Connection } from '../../../graphql/lists/connections.js';
import type { GraphqlContext } from '../../../graphql/context.js';
import { After, First, PAGE_SIZE } from '../../../graphql/lists/page-arguments.js';
import { createConnection, readPageRequest } from '../../../graphql/lists/page.js';
import { parseDateTime } from '../../../input/date-time.js';
import { isUuid } from '../../../input/uuid.js';
import { noteLook, requireViewer } from '../../../security/requests/request-context.js';
import { readsRestricted } from '../../identity/accounts/visible-user.js';
import type { CasePosition } from './case-list.js';
import type { CaseRecord } from './case-record.js';
import type { CaseService } from './case.service.js';
import {
  CasePayload,
  CloseCaseInput,
  DataSubjectRequest,
  DataSubjectRequestConnection,
  DataSubjectRequestStatus,
  NOTIFY,
  OpenCaseInput,
} from './case.types.js';

export interface CaseResolverParts {
  cases: Pick<CaseService, 'list' | 'count' | 'openByStaff' | 'extend' | 'closeByStaff'>;
  clock: Clock;
}

@Resolver()
export class CaseResolver {
  constructor(private readonly parts: CaseResolverParts) {}

  @Authorized('privacy:read')
  @Query(() => DataSubjectRequestConnection, {
    description: 'What people asked for under data-protection law, the most urgent first.',
  })
  async dataSubjectRequests(
    @Ctx() context: GraphqlContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('status', () => [DataSubjectRequestStatus], {
      nullable: true,
      description: 'Only these; all without it.',
    })
    status: CaseRecord['status'][] | null,
    @Arg('overdueOnly', () => Boolean, {
      defaultValue: false,
      description: 'Only those open past their date.',
    })
    overdueOnly: boolean,
  ): Promise<Connection<DataSubjectRequest>> {
    const page = readPageRequest(
      { first: first ?? PAGE_SIZE, after },
      context.cursors.of('dataSubjectRequests', 2),
    );
    const includeRestricted = await readsRestricted(context);
    const filter = { status: status ?? null, overdueOnly, includeRestricted };
    const records = await this.parts.cases.list(filter, {
      limit: page.limit + 1,
      after: page.after && readPosition(page.after),
    });
    return createConnection({
      rows: records,
      page,
      positionOf: ({ dueAt, id }) => [dueAt.toISOString(), id],
      show: (record) => this.show(record, context),
      countAll: () => this.parts.cases.count(filter),
    });
  }

  @Authorized('privacy:cases')
  @Mutation(() => CasePayload, {
    nullable: true,
    description:
      'Enters a request that came by letter, phone or the like, and acknowledges it to the person by mail. Errors: NOT_FOUND, ' +
      'BAD_USER_INPUT.',
  })
  async openCase(
    @Arg('input', () => OpenCaseInput, { description: 'The request.' }) input: OpenCaseInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CasePayload> {
    return this.present(await this.parts.cases.openByStaff(input, actorOf(context)), context);
  }

  @Authorized('privacy:cases')
  @Mutation(() => CasePayload, {
    nullable: true,
    description:
      'Gives a request more time, once: two further months (Art. 12(3) GDPR), 45 further days under the CCPA. The ' +
      'person is told by mail until when, and why. Errors: ' +
      'NOT_FOUND, FORBIDDEN, CONFLICT when it is closed, overdue or was extended before.',
  })
  async extendCase(
    @Arg('id', () => ID, { description: 'The case.' }) id: string,
    @Arg('reason', () => String, { description: 'Why, in words to the person, who gets them by mail.' })
    reason: string,
    @Arg('notify', () => Boolean, { defaultValue: true, description: NOTIFY }) notify: boolean,
    @Ctx() context: GraphqlContext,
  ): Promise<CasePayload> {
    return this.present(await this.parts.cases.extend({ id, reason, notify }, actorOf(context)), context);
  }

  @Authorized('privacy:cases')
  @Mutation(() => CasePayload, {
    nullable: true,
    description:
      'Answers a request. The person is told the decision, the reason and the answer by mail, and of a refusal where to ' +
      'complain. Errors: NOT_FOUND, FORBIDDEN for somebody above oneself, BAD_USER_INPUT, CONFLICT when it was answered before.',
  })
  async closeCase(
    @Arg('input', () => CloseCaseInput, { description: 'The answer.' }) input: CloseCaseInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CasePayload> {
    return this.present(await this.parts.cases.closeByStaff(input, actorOf(context)), context);
  }

  private present(record: CaseRecord, context: GraphqlContext): CasePayload {
    return { dataSubjectRequest: this.show(record, context) };
  }

  /** Reasons and evidence are the person's data: that staff saw them is recorded. */
  private show(record: CaseRecord, context: GraphqlContext): DataSubjectRequest {
    noteLook(context, record.userId);
    return new DataSubjectRequest(record, this.parts.clock.now());
  }
}

function actorOf(context: GraphqlContext) {
  return { viewer: requireViewer(context), origin: context.origin };
}

function readPosition([dueAt, id]: string[]): CasePosition {
  if (!isUuid(id)) throw badInput('after', 'is not a cursor of this list');
  return { dueAt: parseDateTime(dueAt, 'after'), id };
}
