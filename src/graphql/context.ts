import type { RequestContext } from '../security/request-context.js';
import type { Cursors } from './cursor.js';

/** What resolvers get as `@Ctx() context: GraphqlContext`. */
export interface GraphqlContext extends RequestContext {
  /** Makes and reads the cursors of lists. */
  cursors: Cursors;
  /**
   * The loader of this request that `make` makes: called at most once a request, so hand in the same
   * function each time (a field of the resolver's class), never a fresh closure.
   */
  loader<L>(make: () => L): L;
}

/** The GraphQL context of one HTTP request; loaders live as long as it does, so nobody reads another's cache. */
export function createGraphqlContext(request: RequestContext, cursors: Cursors): GraphqlContext {
  const loaders = new Map<() => unknown, unknown>();
  return {
    ...request,
    cursors,
    loader<L>(make: () => L): L {
      if (!loaders.has(make)) loaders.set(make, make());
      return loaders.get(make) as L;
    },
  };
}
