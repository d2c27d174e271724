import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { requireAnyViewer } from '../../../security/requests/request-context.js';
import { User, UserPayload } from '../../identity/identity.types.js';
import { LoginSuccess } from '../auth.types.js';
import { presentSignedIn } from '../login-result.js';
import type { SignInService } from '../sign-in.service.js';
import type { MfaCaller } from './mfa-parts.js';
import type { MfaService } from './mfa.service.js';
import { CompleteMfaInput, RecoveryCodesPayload, TotpEnrollment } from './mfa.types.js';

/** Setting up second factors, and completing a sign-in by one. */
@Resolver()
export class MfaResolver {
  constructor(
    private readonly mfa: MfaService,
    private readonly signIn: Pick<SignInService, 'completeMfa'>,
  ) {}

  @Mutation(() => LoginSuccess, {
    nullable: true,
    description:
      'Completes a sign-in that answered MfaRequired. MFA_INVALID for a wrong or used code, five times at most; ' +
      'TOKEN_INVALID when the challenge is unknown, expired, answered or worn out: sign in again. RATE_LIMITED after ' +
      'too many wrong codes for the account.',
  })
  async completeMfa(
    @Arg('input', () => CompleteMfaInput, { description: 'The challenge and what answers it.' })
    input: CompleteMfaInput,
    @Ctx() context: GraphqlContext,
  ): Promise<LoginSuccess> {
    const { challenge, method, code } = input;
    const signedIn = await this.signIn.completeMfa({ challenge, method, code, origin: context.origin });
    return presentSignedIn(context, signedIn);
  }

  @Mutation(() => TotpEnrollment, {
    nullable: true,
    description:
      'Makes a secret for an authenticator app, the first or one in the place of another, which goes on working ' +
      'until `confirmTotpEnrollment`. Needs a sign-in younger than ten minutes, by two factors where the account has a ' +
      'second one (STEP_UP_REQUIRED).',
  })
  async beginTotpEnrollment(@Ctx() context: GraphqlContext): Promise<TotpEnrollment> {
    return Object.assign(new TotpEnrollment(), await this.mfa.beginTotpEnrollment(callerOf(context)));
  }

  @Mutation(() => RecoveryCodesPayload, {
    nullable: true,
    description:
      'Puts the secret of `beginTotpEnrollment` in force, within 15 minutes, and answers the recovery codes, this once. ' +
      'The session counts as one of two factors from its next refresh on. MFA_INVALID for a wrong code, CONFLICT when no ' +
      'enrolment is under way.',
  })
  async confirmTotpEnrollment(
    @Arg('code', () => String, { description: 'The code that the authenticator app shows.' }) code: string,
    @Ctx() context: GraphqlContext,
  ): Promise<RecoveryCodesPayload> {
    return payloadOf(await this.mfa.confirmTotpEnrollment(callerOf(context), code));
  }

  @Authorized()
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Forgets the authenticator app, and the recovery codes when no second factor is left. Needs a sign-in younger ' +
      'than ten minutes. MFA_INVALID, RATE_LIMITED; CONFLICT when there is none or a role asks for it.',
  })
  async disableTotp(
    @Arg('code', () => String, { description: 'A code of the app, or a recovery code.' }) code: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    return { user: User.readable(await this.mfa.disableTotp(callerOf(context), code)) };
  }

  @Authorized()
  @Mutation(() => RecoveryCodesPayload, {
    nullable: true,
    description:
      'Voids the recovery codes and answers new ones, this once. Needs a sign-in younger than ten minutes. ' +
      'MFA_INVALID, RATE_LIMITED; CONFLICT without a second factor.',
  })
  async regenerateRecoveryCodes(
    @Arg('code', () => String, {
      nullable: true,
      description:
        'A code of the authenticator app, or a recovery code. May be left out by a session that proved two factors ' +
        'within ten minutes.',
    })
    code: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<RecoveryCodesPayload> {
    return payloadOf(await this.mfa.regenerateRecoveryCodes(callerOf(context), code ?? null));
  }
}

/** Also somebody who may do nothing yet but set up a second factor. */
function callerOf(context: GraphqlContext): MfaCaller {
  return { viewer: requireAnyViewer(context), origin: context.origin };
}

function payloadOf(recoveryCodes: string[]): RecoveryCodesPayload {
  return Object.assign(new RecoveryCodesPayload(), { recoveryCodes });
}
