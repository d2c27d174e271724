import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { EmailAddress } from '../../../graphql/schema/scalars.js';
import { requireViewer } from '../../../security/requests/request-context.js';
import type { IdentityService } from '../identity.service.js';
import { SuccessPayload } from '../identity.types.js';

/** Moving an account to another address, and back. */
@Resolver()
export class EmailChangeResolver {
  constructor(private readonly identity: IdentityService) {}

  @Authorized()
  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Mails a link to the new address, which takes effect when confirmed there. Says nothing of whether it is taken. Errors: INVALID_CREDENTIALS, RATE_LIMITED, OTHER_PROOF_REQUIRED.',
  })
  async requestEmailChange(
    @Arg('newEmail', () => EmailAddress, { description: 'The address to move to.' }) newEmail: string,
    @Arg('password', () => String, { description: 'The password of the account.' }) password: string,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    const { userId, sessionId } = requireViewer(context);
    await this.identity.requestEmailChange(
      { userId, sessionId, origin: context.origin },
      { newEmail, password },
    );
    return new SuccessPayload();
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Moves the account to the address that a mailed link went to; the old one, if it was verified, gets a link that undoes this for 72 hours. Errors: TOKEN_INVALID, CONFLICT.',
  })
  async confirmEmailChange(
    @Arg('token', () => String, { description: 'The token of the link mailed to the new address.' })
    token: string,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    await this.identity.confirmEmailChange({ token, origin: context.origin });
    return new SuccessPayload();
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Moves the account back to its old address, ends every session, voids the password and mails a link to choose a new one. Errors: TOKEN_INVALID, CONFLICT.',
  })
  async undoEmailChange(
    @Arg('token', () => String, { description: 'The token of the link mailed to the old address.' })
    token: string,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    await this.identity.undoEmailChange({ token, origin: context.origin });
    return new SuccessPayload();
  }
}
