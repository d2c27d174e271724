import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { badInput } from '../../errors.js';
import type { Connection } from '../../graphql/lists/connections.js';
import type { GraphqlContext } from '../../graphql/context.js';
import { After, First, PAGE_SIZE } from '../../graphql/lists/page-arguments.js';
import { createConnection, readPageRequest } from '../../graphql/lists/page.js';
import { createPageLoader } from '../../graphql/lists/page-loader.js';
import { parseDateTime } from '../../input/date-time.js';
import { isUuid } from '../../input/uuid.js';
import type { FindNode } from '../identity/identity.resolver.js';
import { User } from '../identity/identity.types.js';
import { Session, SessionConnection } from './auth.types.js';
import type { SessionPosition } from './sessions/list-sessions.js';
import type { SessionRecord } from './sessions/session-record.js';
import type { SessionService } from './sessions/session.service.js';

/** Users whose sign-in is what this request does: the session it opened is the current one. */
const signIns = new WeakMap<User, string>();

/** Notes which session is the current one below `user` in the answer to a sign-in. */
export function rememberSignIn(user: User, sessionId: string): User {
  signIns.set(user, sessionId);
  return user;
}

/** How `node` finds a session: only the caller's own, while it runs. */
export function createFindSessionNode(service: Pick<SessionService, 'find'>): FindNode {
  return async function findSessionNode(id, { viewer }) {
    const record = viewer && (await service.find(viewer.userId, id));
    return record ? new Session(record, viewer.sessionId) : null;
  };
}

@Resolver(() => User)
export class UserSessionsResolver {
  constructor(private readonly service: Pick<SessionService, 'listMany' | 'countMany'>) {}

  private readonly makePagesLoader = () =>
    createPageLoader<SessionRecord, SessionPosition>((userIds, page) => this.service.listMany(userIds, page));

  private readonly makeCountsLoader = () =>
    new DataLoader((userIds: readonly string[]) => this.service.countMany(userIds));

  @FieldResolver(() => SessionConnection, {
    description: 'Where the user is signed in: the sessions that run, the newest first.',
  })
  async sessions(
    @Root() user: User,
    @Ctx() context: GraphqlContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<Connection<Session>> {
    const userId = user.requireReadable().id;
    const page = readPageRequest({ first: first ?? PAGE_SIZE, after }, context.cursors.of('sessions', 2));
    const position = page.after && readPosition(page.after);
    const wanted = { ownerId: userId, limit: page.limit === 0 ? 0 : page.limit + 1, after: position };
    const records = await context.loader(this.makePagesLoader).load(wanted);
    const currentId = signIns.get(user) ?? context.viewer?.sessionId ?? null;
    return createConnection({
      rows: records,
      page,
      positionOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
      show: (record) => new Session(record, currentId),
      countAll: () => context.loader(this.makeCountsLoader).load(userId),
    });
  }
}

function readPosition([createdAt, id]: string[]): SessionPosition {
  if (!isUuid(id)) throw badInput('after', 'is not a cursor of this list');
  return { createdAt: parseDateTime(createdAt, 'after'), id };
}
