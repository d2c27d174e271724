import DataLoader from 'dataloader';
import { Arg, Ctx, Extensions, ID, Query, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../../graphql/context.js';
import { isUuid } from '../../input/uuid.js';
import { PASSWORD_MAX_LENGTH } from '../../security/passwords/password-text.js';
import { PasswordPolicyType } from './passwords/password.types.js';
import type { IdentityService } from './identity.service.js';
import { Node, User } from './identity.types.js';
import { isVisible, type UserRecord } from './accounts/user-record.js';
import { readsOthers, visibleUser } from './accounts/visible-user.js';

/** Finds a node of one type for the caller; null when there is none that the caller may know of. */
export type FindNode = (id: string, context: GraphqlContext) => Promise<Node | null>;

export type FindVisibleUser = ReturnType<typeof createFindVisibleUser>;

/**
 * How an account is found by its id, wherever somebody names one: `user`, `node` and a router's `_entities` answer
 * alike. All that one request names are read together.
 */
export function createFindVisibleUser(identity: Pick<IdentityService, 'findUsers' | 'findAnyUsers'>) {
  const makeUsers = () => new DataLoader((ids: readonly string[]) => identity.findUsers(ids));
  const makeAnyUsers = () => new DataLoader((ids: readonly string[]) => identity.findAnyUsers(ids));

  /**
   * The account as the caller may see it; null where there is none. Who may not know whether there is one gets any id
   * back, and nothing is read: nobody sees an account come or go.
   */
  return async function findVisibleUser(given: string, context: GraphqlContext): Promise<User | null> {
    if (!isUuid(given)) return null;
    const id = given.toLowerCase();
    if (!(await knowsOf(id, context))) return User.hidden(id);
    // Deleted accounts are there for staff only, and the own one is not read as staff.
    const makeLoader = isOwn(id, context) ? makeUsers : makeAnyUsers;
    const record = await context.loader(makeLoader).load(id);
    return record && visibleUser(context, record);
  };
}

const isOwn = (id: string, { viewer }: GraphqlContext) => viewer?.userId === id.toLowerCase();

/** Whether the caller may know whether there is an account of this id. */
async function knowsOf(id: string, context: GraphqlContext): Promise<boolean> {
  return isOwn(id, context) || (await readsOthers(context));
}

export interface IdentityResolverParts {
  identity: Pick<IdentityService, 'passwordPolicy'>;
  findVisibleUser: FindVisibleUser;
  /** The quick read of the signed-in account, with its profile. */
  loadViewer: (userId: string) => Promise<UserRecord | null>;
  /** The types other than User that `node` answers. */
  findNodes: readonly FindNode[];
}

@Resolver()
export class IdentityResolver {
  constructor(private readonly parts: IdentityResolverParts) {}

  @Extensions({ quick: true })
  @Query(() => User, {
    nullable: true,
    description: 'The signed-in user; null when the request is not signed in.',
  })
  async viewer(@Ctx() context: GraphqlContext): Promise<User | null> {
    if (!context.viewer) return null;
    const record = await this.parts.loadViewer(context.viewer.userId);
    return record && isVisible(record) ? User.readable(record) : null;
  }

  @Query(() => Node, {
    nullable: true,
    description:
      'Anything with an identifier; null when there is no such thing, or none that the caller may read.',
  })
  async node(
    @Arg('id', () => ID, { description: 'The identifier.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Node | null> {
    if (!isUuid(id)) return null;
    const user = (await knowsOf(id, context)) && (await this.parts.findVisibleUser(id, context));
    if (user) return user;
    const found = await Promise.all(this.parts.findNodes.map((findNode) => findNode(id, context)));
    return found.find((node) => node !== null) ?? null;
  }

  @Query(() => User, {
    nullable: true,
    description:
      'An account by its identifier; null when there is none. Without `users:read` every identifier of others is answered ' +
      'alike, whether or not somebody has it: `id` alone can be read.',
  })
  async user(
    @Arg('id', () => ID, { description: 'The identifier of the account.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<User | null> {
    return this.parts.findVisibleUser(id, context);
  }

  @Query(() => PasswordPolicyType, { description: 'What is asked of a new password.' })
  passwordPolicy(): PasswordPolicyType {
    const { minLength } = this.parts.identity.passwordPolicy;
    return { minLength, maxLength: PASSWORD_MAX_LENGTH, rejectsBreached: true };
  }
}
