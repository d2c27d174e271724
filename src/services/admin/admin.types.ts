import { Field, InputType } from 'type-graphql';
import { EmailAddress } from '../../graphql/schema/scalars.js';
import type { Role } from '../../security/rights/permissions.js';
import { RoleEnum } from '../identity/accounts/user-rights.types.js';

@InputType({ description: 'An account to open for somebody else.' })
export class CreateUserInput {
  @Field(() => EmailAddress, { description: 'The address to sign in with; the invitation goes there.' })
  readonly email!: string;

  @Field(() => String, { nullable: true, description: 'The name the user goes by, at most 100 characters.' })
  readonly fullName?: string | null;

  @Field(() => [RoleEnum], {
    nullable: true,
    description: 'Roles to start with; others than USER need `roles:write`.',
  })
  readonly roles?: Role[] | null;
}
