import DataLoader from 'dataloader';
import { Arg, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { requireViewer } from '../../../security/requests/request-context.js';
import { User } from '../../identity/identity.types.js';
import { ConsentInput } from '../../identity/registration/registration.types.js';
import type { ConsentService } from './consent.service.js';
import { Consent, ConsentPayload, ObjectionInput } from './consent.types.js';

@Resolver(() => User)
export class ConsentResolver {
  constructor(private readonly service: Pick<ConsentService, 'set' | 'object' | 'findMany'>) {}

  private readonly makeLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.service.findMany(userIds));

  @FieldResolver(() => [Consent], { description: 'What the user decided last, for every purpose.' })
  consents(@Root() user: User, @Ctx() context: GraphqlContext): Promise<Consent[]> {
    return context.loader(this.makeLoader).load(user.requireReadable().id);
  }

  @Authorized()
  @Mutation(() => ConsentPayload, {
    nullable: true,
    description:
      'Gives a consent, or withdraws it just as easily (Art. 7 GDPR); earlier decisions are kept. Errors: BAD_USER_INPUT.',
  })
  async setConsent(
    @Arg('input', () => ConsentInput, { description: 'The decision.' }) input: ConsentInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ConsentPayload> {
    const { userId } = requireViewer(context);
    return { consents: await this.service.set({ userId, origin: context.origin }, input) };
  }

  @Authorized()
  @Mutation(() => ConsentPayload, {
    nullable: true,
    description:
      'Objects to a use that rests on legitimate interests, or to direct marketing (Art. 21 GDPR). It counts as refused ' +
      'from now on; staff answers within a month. Errors: BAD_USER_INPUT.',
  })
  async objectToProcessing(
    @Arg('input', () => ObjectionInput, { description: 'The objection.' }) input: ObjectionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ConsentPayload> {
    const { userId } = requireViewer(context);
    return { consents: await this.service.object({ userId, origin: context.origin }, input) };
  }
}
