import { Field, InputType, registerEnumType } from 'type-graphql';
import { defineConnection } from '../../graphql/lists/connections.js';
import { DateTime, EmailAddress } from '../../graphql/schema/scalars.js';
import type { Role } from '../../security/rights/permissions.js';
import { User, UserStatus } from '../identity/identity.types.js';
import type { UserOrder as Order } from '../identity/accounts/search-users.js';
import type { UserStatus as Status } from '../identity/accounts/user-record.js';
import { RoleEnum } from '../identity/accounts/user-rights.types.js';

/** The values of the GraphQL enum `UserOrder`. */
export const UserOrder = {
  CREATED_AT_DESC: 'CREATED_AT_DESC',
  CREATED_AT_ASC: 'CREATED_AT_ASC',
  LAST_LOGIN_AT_DESC: 'LAST_LOGIN_AT_DESC',
} as const satisfies Record<Order, Order>;

registerEnumType(UserOrder, {
  name: 'UserOrder',
  description: 'How a list of accounts is ordered.',
  valuesConfig: {
    CREATED_AT_DESC: { description: 'The newest accounts first.' },
    CREATED_AT_ASC: { description: 'The oldest accounts first.' },
    LAST_LOGIN_AT_DESC: { description: 'Who signed in last comes first, who never did last.' },
  },
});

export const UserConnection = defineConnection(User, 'User');

@InputType({ description: 'Which accounts to list; every condition that is given must hold.' })
export class UserFilter {
  @Field(() => EmailAddress, { nullable: true, description: 'The account with this address.' })
  readonly email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Accounts whose address is at this domain, such as `example.com`; not at those below it.',
  })
  readonly emailDomain?: string | null;

  @Field(() => [UserStatus], { nullable: true, description: 'Accounts that stand at one of these.' })
  readonly status?: Status[] | null;

  @Field(() => RoleEnum, { nullable: true, description: 'Accounts that hold this role.' })
  readonly role?: Role | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the address is verified.' })
  readonly isVerified?: boolean | null;

  @Field(() => DateTime, { nullable: true, description: 'Accounts registered after this moment.' })
  readonly createdAfter?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Accounts registered before this moment.' })
  readonly createdBefore?: Date | null;
}
