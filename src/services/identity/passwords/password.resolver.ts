import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { EmailAddress } from '../../../graphql/schema/scalars.js';
import { requireViewer } from '../../../security/requests/request-context.js';
import { AcceptInvitationInput, ChangePasswordInput, ResetPasswordInput } from './password.types.js';
import type { IdentityService } from '../identity.service.js';
import { SuccessPayload } from '../identity.types.js';

/** Changing a password that is known, and replacing one that is not. */
@Resolver()
export class PasswordResolver {
  constructor(private readonly identity: IdentityService) {}

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Mails a link to choose a new password, if the address is known; the answer does not tell. RATE_LIMITED.',
  })
  async requestPasswordReset(
    @Arg('email', () => EmailAddress, { description: 'The address of the account.' }) email: string,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    await this.identity.requestPasswordReset({ email, origin: context.origin });
    return new SuccessPayload();
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Sets a new password by a mailed token and ends every session. Errors: TOKEN_INVALID, PASSWORD_…',
  })
  async resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'The token and the new password.' })
    input: ResetPasswordInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    const { token, newPassword } = input;
    await this.identity.resetPassword({ token, newPassword, origin: context.origin });
    return new SuccessPayload();
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Sets the first password of an account by the token of its invitation, which proves the address too. ' +
      'Errors: TOKEN_INVALID, PASSWORD_…',
  })
  async acceptInvitation(
    @Arg('input', () => AcceptInvitationInput, { description: 'The token and the password.' })
    input: AcceptInvitationInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    const { token, newPassword } = input;
    await this.identity.acceptInvitation({ token, newPassword, origin: context.origin });
    return new SuccessPayload();
  }

  @Authorized()
  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Changes the password and ends the other sessions. Errors: INVALID_CREDENTIALS, PASSWORD_…, RATE_LIMITED.',
  })
  async changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The current and the new password.' })
    input: ChangePasswordInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    const { userId, sessionId } = requireViewer(context);
    await this.identity.changePassword({ userId, sessionId, origin: context.origin }, input);
    return new SuccessPayload();
  }
}
