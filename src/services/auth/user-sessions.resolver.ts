import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { badInput } from '../../errors.js';
import type { Connection } from '../../graphql/connections.js';
import type { GraphqlContext } from '../../graphql/context.js';
import { createConnection, readPageRequest } from '../../graphql/page.js';
import { parseDateTime } from '../../input/date-time.js';
import { isUuid } from '../../input/uuid.js';
import type { FindNode } from '../identity/identity.resolver.js';
import { User } from '../identity/identity.types.js';
import { Session, SessionConnection } from './auth.types.js';
import type { SessionPosition } from './list-sessions.js';
import type { SessionService } from './session.service.js';

const PAGE_SIZE = 20;

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
  constructor(private readonly service: Pick<SessionService, 'list' | 'count'>) {}

  @FieldResolver(() => SessionConnection, {
    description: 'Where the user is signed in: the sessions that run, the newest first.',
  })
  async sessions(
    @Root() user: User,
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: PAGE_SIZE,
      description: 'How many, at most 100.',
    })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'The cursor to read on from.' })
    after: string | null,
  ): Promise<Connection<Session>> {
    const userId = user.requireReadable().id;
    const page = readPageRequest({ first: first ?? PAGE_SIZE, after }, context.cursors.of('sessions', 2));
    const position = page.after && readPosition(page.after);
    const records = await this.service.list(userId, { limit: page.limit + 1, after: position });
    const currentId = signIns.get(user) ?? context.viewer?.sessionId ?? null;
    return createConnection({
      rows: records.map((record) => new Session(record, currentId)),
      page,
      positionOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
      countAll: () => this.service.count(userId),
    });
  }
}

function readPosition([createdAt, id]: string[]): SessionPosition {
  if (!isUuid(id)) throw badInput('after', 'is not a cursor of this list');
  return { createdAt: parseDateTime(createdAt, 'after'), id };
}
