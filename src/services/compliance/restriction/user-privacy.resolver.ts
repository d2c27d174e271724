import DataLoader from 'dataloader';
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Clock } from '../../../clock.js';
import { AppError } from '../../../errors.js';
import type { GraphqlContext } from '../../../graphql/context.js';
import { requireViewer } from '../../../security/requests/request-context.js';
import { requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { IdentityService } from '../../identity/identity.service.js';
import { User, UserPayload } from '../../identity/identity.types.js';
import { visibleUser } from '../../identity/accounts/visible-user.js';
import { actorOf } from '../erasure/erasure.resolver.js';
import type { ErasureService } from '../erasure/erasure.service.js';
import { ErasureRequest } from '../erasure/erasure.types.js';
import type { RestrictionService } from './restriction.service.js';

export interface UserPrivacyParts {
  erasures: Pick<ErasureService, 'findOpenOf' | 'holds'>;
  restrictions: RestrictionService;
  identity: Pick<IdentityService, 'findAnyUser'>;
  clock: Clock;
}

/** What protects an account's data or ends it: the open erasure, legal holds, the restriction of processing. */
@Resolver(() => User)
export class UserPrivacyResolver {
  constructor(private readonly parts: UserPrivacyParts) {}

  private readonly makeErasureLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.parts.erasures.findOpenOf(userIds));

  private readonly makeRestrictionLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.parts.restrictions.findRestricted(userIds));

  @FieldResolver(() => ErasureRequest, { nullable: true, description: 'The open erasure request, if any.' })
  async erasureRequest(@Root() user: User, @Ctx() context: GraphqlContext): Promise<ErasureRequest | null> {
    const record = await context.loader(this.makeErasureLoader).load(user.requireReadable().id);
    return record && new ErasureRequest(record);
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether processing is restricted (Art. 18 GDPR): then only the person and privacy officers read the account.',
  })
  processingRestricted(@Root() user: User, @Ctx() context: GraphqlContext): Promise<boolean> {
    return context.loader(this.makeRestrictionLoader).load(user.requireReadable().id);
  }

  @Authorized()
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Restricts the processing of the own data (Art. 18 GDPR), or lifts the restriction: the account is absent from ' +
      'the lists of staff other than privacy officers, is left alone by retention, and gets no mails but those that protect ' +
      'it or answer what its owner asked for.',
  })
  async setProcessingRestriction(
    @Arg('restricted', () => Boolean, { description: 'Whether processing is to be restricted.' })
    restricted: boolean,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    const record = await this.parts.restrictions.setRestriction(actorOf(context), restricted);
    return { user: User.readable(record) };
  }

  @Authorized('privacy:erase')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Keeps an account from being erased while a legal claim needs its data; a scheduled erasure waits. Errors: ' +
      'STEP_UP_REQUIRED, NOT_FOUND, FORBIDDEN, CONFLICT when it is held, being erased or erased.',
  })
  async placeLegalHold(
    @Arg('userId', () => ID, { description: 'The account.' }) userId: string,
    @Arg('reason', () => String, { description: 'Which claim. At most 500 characters.' }) reason: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    requireRecentSignIn(requireViewer(context), this.parts.clock);
    await this.parts.erasures.holds.place(actorOf(context), userId, reason);
    return this.answer(userId, context);
  }

  @Authorized('privacy:erase')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Ends a legal hold; an erasure that waited goes on. Errors: STEP_UP_REQUIRED, NOT_FOUND, FORBIDDEN, CONFLICT when ' +
      'there is none.',
  })
  async releaseLegalHold(
    @Arg('userId', () => ID, { description: 'The account.' }) userId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    requireRecentSignIn(requireViewer(context), this.parts.clock);
    await this.parts.erasures.holds.release(actorOf(context), userId);
    return this.answer(userId, context);
  }

  private async answer(userId: string, context: GraphqlContext): Promise<UserPayload> {
    const record = await this.parts.identity.findAnyUser(userId);
    if (!record) throw new AppError('NOT_FOUND');
    return { user: await visibleUser(context, record) };
  }
}
