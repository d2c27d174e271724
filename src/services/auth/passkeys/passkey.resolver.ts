import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { EmailAddress, JSONObject } from '../../../graphql/schema/scalars.js';
import type { JsonObject } from '../../../input/json-object.js';
import { requireAnyViewer } from '../../../security/requests/request-context.js';
import { User, UserPayload } from '../../identity/identity.types.js';
import { LoginSuccess } from '../auth.types.js';
import { presentSignedIn } from '../login-result.js';
import type { MfaCaller } from '../mfa/mfa-parts.js';
import type { PasskeyService } from './passkey.service.js';
import { PasskeyCeremony } from './passkey.types.js';

const ANSWER = 'The credential that the browser answered, as its `toJSON()` gives it.';

/** Adding and removing passkeys, and signing in with one. */
@Resolver()
export class PasskeyResolver {
  constructor(private readonly passkeys: PasskeyService) {}

  @Mutation(() => PasskeyCeremony, {
    nullable: true,
    description:
      'Begins to add a passkey; the options are for `navigator.credentials.create`. Errors: STEP_UP_REQUIRED unless ' +
      'the sign-in is recent, CONFLICT when there are too many.',
  })
  async beginPasskeyRegistration(
    @Arg('name', () => String, { description: 'What to call it, at most 100 characters.' }) name: string,
    @Ctx() context: GraphqlContext,
  ): Promise<PasskeyCeremony> {
    return this.passkeys.beginRegistration(callerOf(context), name);
  }

  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Adds the passkey and mails a notice. From then on it is asked for after the password, too, and the session ' +
      'counts as one of two factors from its next refresh on. Errors: TOKEN_INVALID for the ceremony, ' +
      'PASSKEY_INVALID for the answer, CONFLICT when it is registered already.',
  })
  async finishPasskeyRegistration(
    @Arg('ceremony', () => String, { description: 'From `beginPasskeyRegistration`.' }) ceremony: string,
    @Arg('response', () => JSONObject, { description: ANSWER }) response: JsonObject,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    const user = await this.passkeys.finishRegistration(callerOf(context), { ceremony, response });
    return { user: User.readable(user) };
  }

  @Authorized()
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Removes one of the own passkeys and mails a notice. Errors: STEP_UP_REQUIRED unless the sign-in is recent, ' +
      'NOT_FOUND, LAST_WAY_IN when nobody could sign in without it, CONFLICT when a role asks for a second factor.',
  })
  async removePasskey(
    @Arg('id', () => ID, { description: 'The passkey to remove.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    return { user: User.readable(await this.passkeys.remove(callerOf(context), id)) };
  }

  @Mutation(() => PasskeyCeremony, {
    nullable: true,
    description:
      'Begins a sign-in with a passkey, or the second factor of one; the options are for `navigator.credentials.get`. ' +
      'Answers alike whether or not the address is known. Errors: TOKEN_INVALID for the challenge, RATE_LIMITED.',
  })
  async beginPasskeyLogin(
    @Arg('email', () => EmailAddress, {
      nullable: true,
      description: 'Only a passkey of this account will do; left out, any will.',
    })
    email: string | null,
    @Arg('challenge', () => String, {
      nullable: true,
      description:
        'That of `MfaRequired`, for `completeMfa`: the options then name the passkeys of the account.',
    })
    challenge: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<PasskeyCeremony> {
    const asked = { email: email ?? null, challenge: challenge ?? null };
    const { namesPasskeysOf, ...ceremony } = await this.passkeys.beginLogin(asked, context.origin);
    if (namesPasskeysOf !== undefined) context.enteredAccounts.add(namesPasskeysOf);
    return ceremony;
  }

  @Mutation(() => LoginSuccess, {
    nullable: true,
    description:
      'Signs in with the passkey; no second factor is asked for, since the authenticator has verified the user. ' +
      'Errors: TOKEN_INVALID for the ceremony, PASSKEY_INVALID for the answer, ACCOUNT_SUSPENDED, ACCOUNT_DELETED, ' +
      'EMAIL_NOT_VERIFIED, RATE_LIMITED.',
  })
  async finishPasskeyLogin(
    @Arg('ceremony', () => String, { description: 'From `beginPasskeyLogin`.' }) ceremony: string,
    @Arg('response', () => JSONObject, { description: ANSWER }) response: JsonObject,
    @Ctx() context: GraphqlContext,
  ): Promise<LoginSuccess> {
    return presentSignedIn(context, await this.passkeys.finishLogin({ ceremony, response }, context.origin));
  }
}

/** Also somebody who may do nothing yet but set up a second factor, which a passkey is. */
function callerOf(context: GraphqlContext): MfaCaller {
  return { viewer: requireAnyViewer(context), origin: context.origin };
}
