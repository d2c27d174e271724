import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../../../graphql/context.js';
import { permissionsOf, type Role } from '../../../security/rights/permissions.js';
import type { IdentityService } from '../identity.service.js';
import { User } from '../identity.types.js';
import type { SuspensionRecord } from './suspend-account.js';
import { RoleEnum, Suspension } from './user-rights.types.js';

/** What an account may do, and what keeps it out. */
@Resolver(() => User)
export class UserRightsResolver {
  constructor(private readonly identity: Pick<IdentityService, 'findRoles' | 'findSuspensions'>) {}

  private readonly makeRolesLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.identity.findRoles(userIds));

  private readonly makeSuspensionLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.identity.findSuspensions(userIds));

  @FieldResolver(() => [RoleEnum], { description: 'What the account was granted; USER is everybody.' })
  roles(@Root() user: User, @Ctx() context: GraphqlContext): Promise<Role[]> {
    return context.loader(this.makeRolesLoader).load(user.requireReadable().id);
  }

  @FieldResolver(() => [String], {
    description:
      'What the user may do beside using the own account, such as `users:read`; none unless the account is ' +
      'active, nor in an own session that lacks the second factor that the role asks for.',
  })
  async permissions(@Root() user: User, @Ctx() context: GraphqlContext): Promise<string[]> {
    const { id, status } = user.requireReadable();
    if (status !== 'ACTIVE') return [];
    if (id === context.viewer?.userId) return [...(await context.permissions())];
    return [...permissionsOf(await context.loader(this.makeRolesLoader).load(id))];
  }

  @FieldResolver(() => Suspension, {
    nullable: true,
    description: 'Why and for how long the account is barred; null while it is not.',
  })
  suspension(@Root() user: User, @Ctx() context: GraphqlContext): null | Promise<SuspensionRecord | null> {
    const { id, status } = user.requireReadable();
    return status === 'SUSPENDED' ? context.loader(this.makeSuspensionLoader).load(id) : null;
  }
}
