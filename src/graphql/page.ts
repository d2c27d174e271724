import { badInput } from '../errors.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Connection, Edge } from './connections.js';

const MAX_PAGE_SIZE = 100;

/** One page of a list ordered by a key: ask the database for `limit + 1` rows after `after`. */
export interface PageRequest {
  limit: number;
  /** The position that the cursor holds (`positionOf` of the last row seen); null: from the start. */
  after: string[] | null;
}

/**
 * Reads the paging arguments of a field.
 *
 * @param positionLength how many strings a position of this list has
 * @throws AppError BAD_USER_INPUT for `first` outside 0 to 100 and for a cursor that is not one
 */
export function readPageRequest(
  args: { first: number; after?: string | null | undefined },
  positionLength: number,
): PageRequest {
  const { first, after } = args;
  if (!Number.isInteger(first) || first < 0 || first > MAX_PAGE_SIZE) {
    throw badInput('first', `must be between 0 and ${MAX_PAGE_SIZE}`);
  }
  return {
    limit: first,
    after: after === null || after === undefined ? null : decodeCursor(after, 'after', positionLength),
  };
}

export interface PageSource<T> {
  /** Up to `limit + 1` rows: one more than asked for says that there is a next page. */
  rows: readonly T[];
  page: PageRequest;
  /** Where a row stands in the list's order: the columns it is ordered by, as strings. */
  positionOf: (row: T) => string[];
  /** Counts the whole list; called only when `totalCount` is asked for. */
  countAll?: () => number | Promise<number>;
}

/** A page of rows in the form that the types of defineConnection() answer. */
export function createConnection<T>({ rows, page, positionOf, countAll }: PageSource<T>): Connection<T> {
  const nodes = rows.slice(0, page.limit);
  const edges: Edge<T>[] = nodes.map((node) => ({ cursor: encodeCursor(positionOf(node)), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.limit,
      hasPreviousPage: page.after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    get totalCount() {
      return countAll ? countAll() : nodes.length;
    },
  };
}
