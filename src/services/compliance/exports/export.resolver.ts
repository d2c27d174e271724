import DataLoader from 'dataloader';
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { URLScalar } from '../../../graphql/schema/scalars.js';
import { requireViewer } from '../../../security/requests/request-context.js';
import type { FindNode } from '../../identity/identity.resolver.js';
import { User } from '../../identity/identity.types.js';
import type { ExportService } from './export.service.js';
import { DataExport, DataExportPayload } from './export.types.js';

/** How `node` finds an export: only the caller's own. */
export function createFindExportNode(service: Pick<ExportService, 'find'>): FindNode {
  return async function findExportNode(id, { viewer }) {
    const record = viewer && (await service.find(viewer.userId, id));
    return record ? new DataExport(record) : null;
  };
}

@Resolver(() => DataExport)
export class ExportResolver {
  constructor(private readonly service: Pick<ExportService, 'request' | 'requestFor' | 'createLink'>) {}

  @FieldResolver(() => URLScalar, {
    nullable: true,
    description:
      'Where the person fetches the finished copy: within 10 minutes, once, while they stay signed in. Null for everybody ' +
      'else. Each answer has a new link. Errors: STEP_UP_REQUIRED.',
  })
  async downloadUrl(@Root() { record }: DataExport, @Ctx() context: GraphqlContext): Promise<string | null> {
    return context.viewer && this.service.createLink(record, context.viewer);
  }

  @Authorized()
  @Mutation(() => DataExportPayload, {
    nullable: true,
    description:
      'Has everything held about the user gathered (Art. 15 and 20 GDPR); a mail tells when it can be fetched. While one ' +
      'copy is being made, answers that one. Errors: STEP_UP_REQUIRED.',
  })
  async requestDataExport(@Ctx() context: GraphqlContext): Promise<DataExportPayload> {
    const viewer = requireViewer(context);
    return present(await this.service.request({ viewer, origin: context.origin }));
  }

  @Authorized('privacy:export')
  @Mutation(() => DataExportPayload, {
    nullable: true,
    description:
      'Has the data of another person gathered for them: they alone can fetch it. Errors: STEP_UP_REQUIRED, NOT_FOUND, ' +
      'FORBIDDEN for somebody above oneself, CONFLICT while the account is deleted or once it is erased.',
  })
  async exportUserData(
    @Arg('userId', () => ID, { description: 'The account.' }) userId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<DataExportPayload> {
    const viewer = requireViewer(context);
    return present(await this.service.requestFor(userId, { viewer, origin: context.origin }));
  }
}

@Resolver(() => User)
export class UserExportsResolver {
  constructor(private readonly service: Pick<ExportService, 'listOf'>) {}

  private readonly makeLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.service.listOf(userIds));

  @FieldResolver(() => [DataExport], {
    description: 'The copies of their data that were made for the user, the newest first.',
  })
  async dataExports(@Root() user: User, @Ctx() context: GraphqlContext): Promise<DataExport[]> {
    const records = await context.loader(this.makeLoader).load(user.requireReadable().id);
    return records.map((record) => new DataExport(record));
  }
}

function present(record: ConstructorParameters<typeof DataExport>[0]): DataExportPayload {
  return { dataExport: new DataExport(record) };
}
