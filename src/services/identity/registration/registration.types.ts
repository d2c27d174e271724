import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { EmailAddress, JSONObject, PhoneNumber, URLScalar } from '../../../graphql/schema/scalars.js';
import type { JsonObject } from '../../../input/json-object.js';

@InputType({ description: 'What a person agrees to, or refuses.' })
export class ConsentInput {
  @Field(() => String, {
    description: 'What the data is to be used for, such as `newsletter`; at most 100 characters.',
  })
  readonly purpose!: string;

  @Field(() => Boolean, { description: 'Whether the person agrees.' })
  readonly granted!: boolean;

  @Field(() => String, {
    description: 'Version of the text that the person was shown; at most 50 characters.',
  })
  readonly policyVersion!: string;
}

@InputType({ description: 'A new account, with the profile and the consents it starts with.' })
export class RegisterInput {
  @Field(() => EmailAddress, {
    description: 'The address to sign in with; a link that verifies it is mailed there.',
  })
  readonly email!: string;

  @Field(() => String, { description: 'The password; `passwordPolicy` says what is accepted.' })
  readonly password!: string;

  @Field(() => String, { nullable: true, description: 'The name the user goes by, at most 100 characters.' })
  readonly fullName?: string | null;

  @Field(() => URLScalar, { nullable: true, description: 'Address of a picture of the user.' })
  readonly avatarUrl?: string | null;

  @Field(() => PhoneNumber, { nullable: true, description: 'The phone number, in E.164 form.' })
  readonly phoneNumber?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description: 'Settings that clients keep for the user, at most 16 KiB.',
  })
  readonly preferences?: JsonObject | null;

  @Field(() => [ConsentInput], {
    nullable: true,
    description: 'Consents given or refused on the way; at most 50.',
  })
  readonly consents?: ConsentInput[] | null;
}

@ObjectType({ description: 'The answer to a registration.' })
export class RegisterPayload {
  @Field(() => ID, { nullable: true, description: 'The new account; null where accounts are concealed.' })
  readonly userId!: string | null;

  @Field(() => String, { description: 'A sentence to show.' })
  readonly message!: string;
}
