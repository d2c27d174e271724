import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../../graphql/schema/scalars.js';
import type { Role } from '../../../security/rights/permissions.js';

/** The values of the GraphQL enum `Role`. */
export const RoleEnum = {
  USER: 'USER',
  SUPPORT: 'SUPPORT',
  PRIVACY_OFFICER: 'PRIVACY_OFFICER',
  ADMIN: 'ADMIN',
} as const satisfies Record<Role, Role>;

registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What somebody may be; docs/administration.md lists what each role may do.',
  valuesConfig: {
    USER: { description: 'Everybody: uses the own account.' },
    SUPPORT: { description: 'Helps users: reads accounts, suspends them, ends sessions.' },
    PRIVACY_OFFICER: { description: 'Carries out the rights of the people whose data is held.' },
    ADMIN: { description: 'Runs the service: invites, deletes, grants roles.' },
  },
});

@ObjectType({
  description: 'Somebody is kept out: nobody can sign in to the account.',
  simpleResolvers: true,
})
export class Suspension {
  @Field(() => String, { description: 'Why, as staff wrote it.' })
  readonly reason!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; null: when staff end it.' })
  readonly until!: Date | null;

  @Field(() => DateTime, { description: 'When it began.' })
  readonly since!: Date;
}
