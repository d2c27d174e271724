import type { RequestContext } from '../security/requests/request-context.js';
import type { Cursors } from './lists/cursor.js';

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

/**
 * Makes the context of one HTTP request into that of GraphQL, in place: a copy of it costs more than the rest.
 * Loaders live as long as the request does, so nobody reads another's cache.
 */
export function createGraphqlContext(request: RequestContext, cursors: Cursors): GraphqlContext {
  const context = request as GraphqlContext;
  let loaders: Map<() => unknown, unknown> | undefined;
  context.cursors = cursors;
  context.loader = <L>(make: () => L): L => {
    loaders ??= new Map();
    if (!loaders.has(make)) loaders.set(make, make());
    return loaders.get(make) as L;
  };
  return context;
}
