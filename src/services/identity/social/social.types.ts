import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime, URLScalar } from '../../../graphql/schema/scalars.js';

@ObjectType({
  description: 'Somebody at a provider who is the user, and signs in as them.',
  simpleResolvers: true,
})
export class SocialLogin {
  @Field(() => ID, { description: 'The identifier of the link, for `unlinkSocialLogin`.' })
  readonly id!: string;

  @Field(() => String, { description: 'The provider, such as `google`: its name in `socialProviders`.' })
  readonly provider!: string;

  @Field(() => DateTime, { description: 'When the account was linked with the provider.' })
  readonly linkedAt!: Date;
}

@ObjectType({ description: 'A provider with which people can sign in.', simpleResolvers: true })
export class SocialProvider {
  @Field(() => String, { description: 'Its name, such as `google`.' })
  readonly name!: string;

  @Field(() => URLScalar, {
    description:
      'Send the browser here to sign in. May be given `return_to` (one of the allowed return URLs) and `code_challenge` ' +
      '(S256, for clients without cookies). The browser comes back with `code`, for `exchangeSocialLogin`, or with `error`.',
  })
  readonly authorizationUrl!: string;
}

@ObjectType({ description: 'How linking the account with a provider goes on.' })
export class SocialLinkPayload {
  @Field(() => URLScalar, {
    description:
      'Send the browser here within 15 minutes: the one that asked, since its cookie is needed. It comes back with ' +
      '`linked` or with `error`.',
  })
  readonly authorizationUrl!: string;
}
