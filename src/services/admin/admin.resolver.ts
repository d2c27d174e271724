import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { AppError } from '../../errors.js';
import type { GraphqlContext } from '../../graphql/context.js';
import { DateTime } from '../../graphql/schema/scalars.js';
import type { Role } from '../../security/rights/permissions.js';
import { requireViewer } from '../../security/requests/request-context.js';
import { RevokeSessionsPayload } from '../auth/auth.types.js';
import type { IdentityService } from '../identity/identity.service.js';
import { UserPayload } from '../identity/identity.types.js';
import { RoleEnum } from '../identity/accounts/user-rights.types.js';
import { visibleUser } from '../identity/accounts/visible-user.js';
import type { Actor } from './actor.js';
import type { AdminService } from './admin.service.js';
import { CreateUserInput } from './admin.types.js';

const USER_ID = { description: 'The account to act on.' };

/** What staff do to the accounts of others. */
@Resolver()
export class AdminResolver {
  constructor(
    private readonly admin: AdminService,
    private readonly identity: Pick<IdentityService, 'findAnyUser'>,
  ) {}

  @Authorized('users:write')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Opens an account for somebody and mails them a link to choose a password. Errors: EMAIL_TAKEN, ' +
      'STEP_UP_REQUIRED, FORBIDDEN for a role above the own.',
  })
  async createUser(
    @Arg('input', () => CreateUserInput, { description: 'The new account.' }) input: CreateUserInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    const { email, fullName = null, roles } = input;
    const userId = await this.admin.createUser(actorOf(context), { email, fullName, roles: roles ?? [] });
    return this.answer(userId, context);
  }

  @Authorized('roles:write')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Replaces the roles of an account; they count from its next request on. Nobody grants themselves anything or ' +
      'others more than they have, and somebody stays ADMIN: FORBIDDEN, CONFLICT. STEP_UP_REQUIRED.',
  })
  async setUserRoles(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Arg('roles', () => [RoleEnum], { description: 'All the roles it is to have; USER need not be named.' })
    roles: Role[],
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    await this.admin.setUserRoles(actorOf(context), userId, roles);
    return this.answer(userId, context);
  }

  @Authorized('users:suspend')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Keeps somebody out: ends every session of the account at once and refuses sign-in until the suspension ends. ' +
      'Errors: FORBIDDEN for somebody above oneself, NOT_FOUND, CONFLICT, STEP_UP_REQUIRED.',
  })
  async suspendUser(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Arg('reason', () => String, { description: 'Why; the user can read it. At most 500 characters.' })
    reason: string,
    @Arg('until', () => DateTime, {
      nullable: true,
      description: 'When it ends by itself; left out, it lasts until `reinstateUser`.',
    })
    until: Date | null,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    await this.admin.suspend(actorOf(context), userId, { reason, until });
    return this.answer(userId, context);
  }

  @Authorized('users:suspend')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Ends a suspension. Errors: FORBIDDEN, NOT_FOUND, CONFLICT when there is none, STEP_UP_REQUIRED.',
  })
  async reinstateUser(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    await this.admin.reinstate(actorOf(context), userId);
    return this.answer(userId, context);
  }

  @Authorized('sessions:revoke')
  @Mutation(() => RevokeSessionsPayload, {
    nullable: true,
    description: 'Ends every session of an account at once. Errors: FORBIDDEN, NOT_FOUND.',
  })
  async revokeUserSessions(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<RevokeSessionsPayload> {
    return { revoked: await this.admin.revokeSessions(actorOf(context), userId) };
  }

  @Authorized('users:write')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Deletes an account so that it can be restored: invisible to everybody but staff, sign-in refused, sessions ' +
      'ended, the address still taken. Errors: FORBIDDEN, NOT_FOUND, CONFLICT, STEP_UP_REQUIRED.',
  })
  async softDeleteUser(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Arg('reason', () => String, { description: 'Why. At most 500 characters.' }) reason: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    await this.admin.softDelete(actorOf(context), userId, reason);
    return this.answer(userId, context);
  }

  @Authorized('users:write')
  @Mutation(() => UserPayload, {
    nullable: true,
    description:
      'Brings a deleted account back, suspended if it was. Errors: FORBIDDEN, NOT_FOUND, CONFLICT, STEP_UP_REQUIRED.',
  })
  async restoreUser(
    @Arg('userId', () => ID, USER_ID) userId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<UserPayload> {
    await this.admin.restore(actorOf(context), userId);
    return this.answer(userId, context);
  }

  private async answer(userId: string, context: GraphqlContext): Promise<UserPayload> {
    const record = await this.identity.findAnyUser(userId);
    if (!record) throw new AppError('NOT_FOUND');
    return { user: await visibleUser(context, record) };
  }
}

function actorOf(context: GraphqlContext): Actor {
  return { viewer: requireViewer(context), origin: context.origin };
}
