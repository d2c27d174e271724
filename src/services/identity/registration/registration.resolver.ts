import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { EmailAddress } from '../../../graphql/schema/scalars.js';
import { RegisterInput, RegisterPayload } from './registration.types.js';
import type { IdentityService } from '../identity.service.js';
import { SuccessPayload } from '../identity.types.js';
import { REGISTERED_MESSAGE } from './register.js';

/** Opening an account and proving its address. */
@Resolver()
export class RegistrationResolver {
  constructor(private readonly identity: IdentityService) {}

  @Mutation(() => RegisterPayload, {
    nullable: true,
    description:
      'Opens an account and mails a link that verifies its address. Errors: EMAIL_TAKEN, PASSWORD_…, RATE_LIMITED.',
  })
  async register(
    @Arg('input', () => RegisterInput, { description: 'The new account.' }) input: RegisterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RegisterPayload> {
    const { email, password, consents, ...profile } = input;
    const { userId } = await this.identity.register({
      email,
      password,
      profile,
      consents: consents ?? [],
      origin: context.origin,
    });
    if (userId !== null) context.enteredAccounts.add(userId);
    return { userId, message: REGISTERED_MESSAGE };
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Mails a new verification link, if the address needs one; the answer does not tell. RATE_LIMITED.',
  })
  async requestEmailVerification(
    @Arg('email', () => EmailAddress, { description: 'The address of the account.' }) email: string,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    await this.identity.requestEmailVerification({ email, origin: context.origin });
    return new SuccessPayload();
  }

  @Mutation(() => SuccessPayload, {
    nullable: true,
    description:
      'Verifies the address that a mailed link went to; second factors and passkeys set up before are removed. Errors: TOKEN_INVALID.',
  })
  async verifyEmail(
    @Arg('token', () => String, { description: 'The token of the mailed link.' }) token: string,
    @Ctx() context: GraphqlContext,
  ): Promise<SuccessPayload> {
    await this.identity.verifyEmail({ token, origin: context.origin });
    return new SuccessPayload();
  }
}
