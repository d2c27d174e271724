import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { badInput } from '../../errors.js';
import type { Connection } from '../../graphql/lists/connections.js';
import type { GraphqlContext } from '../../graphql/context.js';
import { After, First, PAGE_SIZE } from '../../graphql/lists/page-arguments.js';
import { createConnection, readPageRequest } from '../../graphql/lists/page.js';
import { parseDateTime } from '../../input/date-time.js';
import { isUuid } from '../../input/uuid.js';
import type { FindNode } from '../identity/identity.resolver.js';
import { User } from '../identity/identity.types.js';
import { Session, SessionConnection } from './auth.types.js';
import type { SessionPosition } from './sessions/list-sessions.js';
import type { SessionRecord } from './sessions/session-record.js';
import type { SessionService } from './sessions/session.service.js';

interface PageOf {
  userId: string;
  limit: number;
  after: SessionPosition | null;
}

const NO_PAGE: PageOf = { userId: '', limit: 0, after: null };

function keyOf({ userId, limit, after }: PageOf): string {
  return [userId, limit, after?.createdAt.getTime(), after?.id].join(' ');
}

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

  // The sessions of fifty users in a list are read as those of one: by one page request at a time.
  private readonly makePagesLoader = () =>
    new DataLoader<PageOf, SessionRecord[], string>((pages) => this.loadPages(pages), { cacheKeyFn: keyOf });

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
    const wanted = { userId, limit: page.limit === 0 ? 0 : page.limit + 1, after: position };
    const records = await context.loader(this.makePagesLoader).load(wanted);
    const currentId = signIns.get(user) ?? context.viewer?.sessionId ?? null;
    return createConnection({
      rows: records.map((record) => new Session(record, currentId)),
      page,
      positionOf: ({ createdAt, id }) => [createdAt.toISOString(), id],
      countAll: () => context.loader(this.makeCountsLoader).load(userId),
    });
  }

  /** One read for each page that is asked for; aliases can ask one user for several. */
  private async loadPages(pages: readonly PageOf[]): Promise<SessionRecord[][]> {
    const groups = new Map<string, PageOf[]>();
    for (const page of pages) {
      const kind = keyOf({ ...page, userId: '' });
      groups.set(kind, [...(groups.get(kind) ?? []), page]);
    }
    const found = new Map<string, SessionRecord[]>();
    for (const group of groups.values()) {
      const [{ limit, after } = NO_PAGE] = group;
      if (limit === 0) continue;
      const userIds = group.map(({ userId }) => userId);
      const lists = await this.service.listMany(userIds, { limit, after });
      group.forEach((page, index) => found.set(keyOf(page), lists[index] ?? []));
    }
    return pages.map((page) => found.get(keyOf(page)) ?? []);
  }
}

function readPosition([createdAt, id]: string[]): SessionPosition {
  if (!isUuid(id)) throw badInput('after', 'is not a cursor of this list');
  return { createdAt: parseDateTime(createdAt, 'after'), id };
}
