import { Field, InputType, ObjectType } from 'type-graphql';
import { JSONObject, PhoneNumber, URLScalar } from '../../graphql/schema/scalars.js';
import type { JsonObject } from '../../input/json-object.js';
import { User } from '../identity/identity.types.js';
import type { ProfileChanges } from './profile-record.js';

@ObjectType({ description: 'What is not needed to sign in.' })
export class UserProfile {
  @Field(() => String, { nullable: true, description: 'The name the user goes by, at most 100 characters.' })
  readonly fullName!: string | null;

  @Field(() => URLScalar, { nullable: true, description: 'Address of a picture of the user.' })
  readonly avatarUrl!: string | null;

  @Field(() => PhoneNumber, { nullable: true, description: 'The phone number, in E.164 form.' })
  readonly phoneNumber!: string | null;

  @Field(() => JSONObject, { description: 'Settings that clients keep for the user, at most 16 KiB.' })
  readonly preferences!: JsonObject;
}

@InputType({ description: 'Changes to the profile: an absent field stays as it is, null clears it.' })
export class UpdateProfileInput implements ProfileChanges {
  @Field(() => String, { nullable: true, description: 'The name the user goes by, at most 100 characters.' })
  readonly fullName?: string | null;

  @Field(() => URLScalar, { nullable: true, description: 'Address of a picture of the user.' })
  readonly avatarUrl?: string | null;

  @Field(() => PhoneNumber, { nullable: true, description: 'The phone number, in E.164 form.' })
  readonly phoneNumber?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'A JSON merge patch (RFC 7396): keys given replace, null removes, others stay. Null clears all.',
  })
  readonly preferences?: JsonObject | null;
}

@ObjectType({ description: 'The user after the change.' })
export class UpdateProfilePayload {
  @Field(() => User, { description: 'The user whose profile was changed.' })
  readonly user!: User;
}
