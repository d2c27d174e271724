import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../graphql/context.js';
import { LoginResult } from './auth.types.js';
import { presentSignIn } from './login-result.js';
import type { SignInService } from './sign-in.service.js';

@Resolver()
export class SocialSignInResolver {
  constructor(private readonly signIn: Pick<SignInService, 'exchangeSocialLogin'>) {}

  @Mutation(() => LoginResult, {
    nullable: true,
    description:
      'Signs in, or answers MfaRequired, by the one-time code with which a browser came back from a provider: within a ' +
      'minute, once, and from ' +
      'where it set out. Errors: TOKEN_INVALID, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, EMAIL_NOT_VERIFIED.',
  })
  async exchangeSocialLogin(
    @Arg('code', () => String, { description: 'The code that the redirect carries.' }) code: string,
    @Ctx() context: GraphqlContext,
    @Arg('codeVerifier', () => String, {
      nullable: true,
      description:
        'The verifier of the `code_challenge` that the browser set out with; left out, its cookie is the proof.',
    })
    codeVerifier?: string | null,
  ): Promise<typeof LoginResult> {
    const { origin, browserSecret } = context;
    const exchange = { code, codeVerifier: codeVerifier ?? null, browserSecret, origin };
    return presentSignIn(context, await this.signIn.exchangeSocialLogin(exchange));
  }
}
