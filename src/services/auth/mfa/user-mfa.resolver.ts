import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { User } from '../../identity/identity.types.js';
import type { MfaStatusRecord } from './mfa-status.js';
import type { MfaService } from './mfa.service.js';
import { MfaStatus } from './mfa.types.js';

@Resolver(() => User)
export class UserMfaResolver {
  constructor(private readonly service: Pick<MfaService, 'statusOf'>) {}

  private readonly makeStatusLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.service.statusOf(userIds));

  @FieldResolver(() => MfaStatus, { description: 'What signing in asks for beside the first factor.' })
  mfa(@Root() user: User, @Ctx() context: GraphqlContext): Promise<MfaStatusRecord> {
    return context.loader(this.makeStatusLoader).load(user.requireReadable().id);
  }
}
