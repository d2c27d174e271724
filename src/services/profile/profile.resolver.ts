import DataLoader from 'dataloader';
import { Arg, Authorized, Ctx, Extensions, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { AppError } from '../../errors.js';
import type { GraphqlContext } from '../../graphql/context.js';
import { requireViewer } from '../../security/requests/request-context.js';
import { User } from '../identity/identity.types.js';
import type { UserRecord } from '../identity/accounts/user-record.js';
import { findPreloadedProfile, withProfile, type ProfileRecord } from './profile-record.js';
import type { ProfileService } from './profile.service.js';
import { UpdateProfileInput, UpdateProfilePayload, UserProfile } from './profile.types.js';

export interface ProfileResolverParts {
  profiles: Pick<ProfileService, 'findMany' | 'update'>;
  /** The account as it is now. */
  findUser: (userId: string) => Promise<UserRecord | null>;
}

@Resolver(() => User)
export class ProfileResolver {
  constructor(private readonly parts: ProfileResolverParts) {}

  private readonly makeLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.parts.profiles.findMany(userIds));

  @Extensions({ quick: true })
  @FieldResolver(() => UserProfile, { nullable: true, description: 'What is not needed to sign in.' })
  profile(
    @Root() user: User,
    @Ctx() context: GraphqlContext,
  ): ProfileRecord | null | Promise<ProfileRecord | null> {
    const preloaded = findPreloadedProfile(user.requireReadable());
    return preloaded === undefined ? context.loader(this.makeLoader).load(user.id) : preloaded;
  }

  @Authorized()
  @Mutation(() => UpdateProfilePayload, {
    nullable: true,
    description:
      'Changes the profile: an absent field stays as it is, null clears it. Errors: BAD_USER_INPUT.',
  })
  async updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'The changes.' }) input: UpdateProfileInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateProfilePayload> {
    const { userId } = requireViewer(context);
    const profile = await this.parts.profiles.update(userId, input, context.origin);
    const user = await this.parts.findUser(userId);
    if (!user) throw new AppError('UNAUTHENTICATED');
    return { user: User.readable(withProfile(user, profile)) };
  }
}
