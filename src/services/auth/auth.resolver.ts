import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../graphql/context.js';
import { requireAnyViewer, requireViewer } from '../../security/requests/request-context.js';
import { SuccessPayload } from '../identity/identity.types.js';
import {
  LoginInput,
  LoginResult,
  RefreshSessionInput,
  RefreshSessionPayload,
  RevokeSessionsPayload,
  Session,
  Tokens,
} from './auth.types.js';
import type { SessionHolder } from './sessions/end-sessions.js';
import { presentSignIn } from './login-result.js';
import type { SessionService } from './sessions/session.service.js';
import type { SignInService } from './sign-in.service.js';
import { deliverTokens, logoutThrough, refreshThrough } from './token-transport.js';

@Resolver()
export class AuthResolver {
  constructor(
    private readonly signIn: SignInService,
    private readonly sessions: SessionService,
  ) {}

  @Mutation(() => LoginResult, {
    nullable: true,
    description:
      'Signs in, or answers MfaRequired where the account has a second factor. An unknown address and a wrong ' +
      'password answer alike: INVALID_CREDENTIALS. With a right password also ACCOUNT_SUSPENDED, ACCOUNT_DELETED, ' +
      'EMAIL_NOT_VERIFIED. After too many failures RATE_LIMITED, or OTHER_PROOF_REQUIRED unless the device is known: ' +
      'send the X-Device-Token of an earlier sign-in as a header.',
  })
  async login(
    @Arg('input', () => LoginInput, { description: 'Who signs in.' }) input: LoginInput,
    @Ctx() context: GraphqlContext,
  ): Promise<typeof LoginResult> {
    const { email, password } = input;
    return presentSignIn(context, await this.signIn.login({ email, password, origin: context.origin }));
  }

  @Mutation(() => RefreshSessionPayload, {
    nullable: true,
    description:
      'Exchanges a refresh token for fresh tokens. It works once; repeated within 10 s it gets the same successor, ' +
      'later it ends the session (TOKEN_REUSED). TOKEN_INVALID when it is unknown, expired or its session has ended.',
  })
  async refreshSession(
    @Arg('input', () => RefreshSessionInput, {
      nullable: true,
      description: 'The refresh token; left out in cookie mode.',
    })
    input: RefreshSessionInput | null,
    @Ctx() context: GraphqlContext,
  ): Promise<RefreshSessionPayload> {
    const { session, tokens } = await refreshThrough(
      context,
      this.sessions,
      input?.refreshToken,
      'input.refreshToken',
    );
    return {
      session: new Session(session, session.id),
      tokens: deliverTokens(context, session.userId, tokens),
    };
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Ends the current session at once, in every process: by the access token or, in cookie mode and without ' +
      '`Authorization`, by the cookie, which it clears. UNAUTHENTICATED (401) for an access token that has expired or is not ' +
      'good, whatever the cookie: nothing is ended or cleared then, so send that header with a good token or not at all.',
  })
  async logout(@Ctx() context: GraphqlContext): Promise<SuccessPayload> {
    await logoutThrough(context, this.sessions);
    return new SuccessPayload();
  }

  @Mutation(() => RevokeSessionsPayload, {
    nullable: true,
    description: 'Ends one of the own sessions at once. NOT_FOUND when there is none of this id.',
  })
  async revokeSession(
    @Arg('id', () => ID, { description: 'The session to end.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<RevokeSessionsPayload> {
    return { revoked: await this.sessions.revoke(requireHolder(context), id) };
  }

  @Mutation(() => RevokeSessionsPayload, {
    nullable: true,
    description: 'Ends all of the own sessions but the current one.',
  })
  async revokeOtherSessions(@Ctx() context: GraphqlContext): Promise<RevokeSessionsPayload> {
    return { revoked: await this.sessions.revokeOthers(requireHolder(context)) };
  }

  @Mutation(() => Tokens, {
    nullable: true,
    description:
      'Proves once more who asks. The tokens that it answers carry a fresh `auth_time`, which operations that ' +
      'want a recent sign-in look at. INVALID_CREDENTIALS for a wrong password; BAD_USER_INPUT without the code of an ' +
      'account that has a second factor, MFA_INVALID for a wrong one, RATE_LIMITED.',
  })
  async reauthenticate(
    @Arg('password', () => String, { description: 'The password of the account.' }) password: string,
    @Ctx() context: GraphqlContext,
    @Arg('code', () => String, {
      nullable: true,
      description:
        'A code of the authenticator app, or a recovery code, where the account has a second factor.',
    })
    code?: string | null,
  ): Promise<Tokens> {
    const { userId, sessionId } = requireAnyViewer(context);
    const holder = { userId, sessionId, origin: context.origin };
    const tokens = await this.signIn.reauthenticate(holder, { password, code: code ?? null });
    return deliverTokens(context, userId, tokens);
  }
}

function requireHolder(context: GraphqlContext): SessionHolder {
  const { userId, sessionId } = requireViewer(context);
  return { userId, sessionId, origin: context.origin };
}
