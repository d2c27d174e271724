import { Field, InputType, Int, ObjectType } from 'type-graphql';

@InputType({ description: 'A new password, by the right of a mailed token.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'The token of the mailed link.' })
  readonly token!: string;

  @Field(() => String, { description: 'The new password; `passwordPolicy` says what is accepted.' })
  readonly newPassword!: string;
}

@InputType({ description: 'The first password of an account that somebody else opened.' })
export class AcceptInvitationInput {
  @Field(() => String, { description: 'The token of the mailed link.' })
  readonly token!: string;

  @Field(() => String, { description: 'The password; `passwordPolicy` says what is accepted.' })
  readonly newPassword!: string;
}

@InputType({ description: 'A new password, by the right of the current one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password that is valid now.' })
  readonly currentPassword!: string;

  @Field(() => String, { description: 'The new password; `passwordPolicy` says what is accepted.' })
  readonly newPassword!: string;
}

@ObjectType('PasswordPolicy', { description: 'What is asked of a new password.' })
export class PasswordPolicyType {
  @Field(() => Int, { description: 'The least number of characters (code points).' })
  readonly minLength!: number;

  @Field(() => Int, { description: 'The greatest number of characters (code points).' })
  readonly maxLength!: number;

  @Field(() => Boolean, { description: 'Whether passwords known from breaches are refused.' })
  readonly rejectsBreached!: boolean;
}
