import DataLoader from 'dataloader';
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { AppError } from '../../../errors.js';
import type { GraphqlContext } from '../../../graphql/context.js';
import { requireViewer } from '../../../security/requests/request-context.js';
import type { IdentityService } from '../identity.service.js';
import { User, UserPayload } from '../identity.types.js';
import { ensureBrowserSecret } from './browser-secret.js';
import type { SocialLoginRecord } from './social-sign-in.js';
import { SocialLinkPayload, SocialLogin, SocialProvider } from './social.types.js';

/** The providers with which people sign in, and the links of an account to them. */
@Resolver(() => User)
export class SocialResolver {
  constructor(private readonly identity: Pick<IdentityService, 'findUser' | 'social'>) {}

  private readonly makeLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.identity.social.findLogins(userIds));

  @Query(() => [SocialProvider], { description: 'The providers with which people can sign in here.' })
  socialProviders(): SocialProvider[] {
    return this.identity.social.list();
  }

  @FieldResolver(() => [SocialLogin], {
    description: 'The accounts at providers that the user signs in with, the oldest link first.',
  })
  socialLogins(@Root() user: User, @Ctx() context: GraphqlContext): Promise<SocialLoginRecord[]> {
    return context.loader(this.makeLoader).load(user.requireReadable().id);
  }

  @Authorized()
  @Mutation(() => SocialLinkPayload, {
    nullable: true,
    description:
      'Begins to link the account with a provider; send the request with cookies, and the same browser to the URL that it ' +
      'answers. Errors: STEP_UP_REQUIRED, NOT_FOUND, EMAIL_NOT_VERIFIED, BAD_USER_INPUT.',
  })
  async beginSocialLink(
    @Arg('provider', () => String, { description: 'Its name in `socialProviders`.' }) provider: string,
    @Ctx() context: GraphqlContext,
    @Arg('returnTo', () => String, {
      nullable: true,
      description: 'One of the allowed return URLs; left out, the first of them.',
    })
    returnTo?: string | null,
  ): Promise<SocialLinkPayload> {
    const viewer = requireViewer(context);
    const authorizationUrl = await this.identity.social.beginLink({
      viewer,
      provider,
      returnTo: returnTo ?? null,
      browserSecret: ensureBrowserSecret(context),
    });
    return { authorizationUrl };
  }

  @Authorized()
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Takes a link to a provider away; a mail tells. Errors: STEP_UP_REQUIRED, NOT_FOUND, LAST_WAY_IN.',
  })
  async unlinkSocialLogin(
    @Arg('id', () => ID, { description: 'The link, of `User.socialLogins`.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    const userId = await this.identity.social.unlink(requireViewer(context), id, context.origin);
    const user = await this.identity.findUser(userId);
    if (!user) throw new AppError('UNAUTHENTICATED');
    return { user: User.readable(user) };
  }
}
