import { badInput } from '../../errors.js';
import type { Connection, Edge } from './connections.js';
import type { ListCursors } from './cursor.js';
import { MAX_LIST_SIZE } from '../limits/operation-limits.js';

/** One page of a list ordered by a key: ask the database for `limit + 1` rows between the two positions. */
export interface PageRequest {
  limit: number;
  /** The position that the cursor holds (`positionOf` of the last row seen); null: from the start. */
  after: string[] | null;
  /** The position to stop before; null: to the end. */
  before: string[] | null;
  /** Read from the end: the rows nearest to `before`, in the reverse order of the list. */
  backward: boolean;
  cursors: ListCursors;
}

export interface PageArguments {
  first: number;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/**
 * Reads the paging arguments of a field. `last` reads backwards, whatever `first` says, since that has a default.
 *
 * @throws AppError BAD_USER_INPUT for a size outside 0 to 100 and for a cursor that is none of this list
 */
export function readPageRequest(args: PageArguments, cursors: ListCursors): PageRequest {
  const { first, after, last, before } = args;
  const backward = last !== null && last !== undefined;
  return {
    limit: backward ? readSize('last', last) : readSize('first', first),
    after: after === null || after === undefined ? null : cursors.decode(after, 'after'),
    before: before === null || before === undefined ? null : cursors.decode(before, 'before'),
    backward,
    cursors,
  };
}

function readSize(field: string, size: number): number {
  if (Number.isInteger(size) && size >= 0 && size <= MAX_LIST_SIZE) return size;
  throw badInput(field, `must be between 0 and ${MAX_LIST_SIZE}`);
}

export interface PageSource<Row, T> {
  /** Up to `limit + 1` rows, in the direction of reading: one more than asked for says that there is a further page. */
  rows: readonly Row[];
  page: PageRequest;
  /** Where a row stands in the list's order: the columns it is ordered by, as strings. */
  positionOf: (row: Row) => string[];
  /**
   * What is answered of a row. Showing may be recorded as a look at somebody: it is not called for the row beyond the page,
   * but for a page of none it is for the first one, as that there is one says something about them.
   */
  show: (row: Row) => T | Promise<T>;
  /** Counts the whole list; called only when `totalCount` is asked for. */
  countAll?: () => number | Promise<number>;
}

/** A page of rows in the form that the types of defineConnection() answer. */
export async function createConnection<Row, T>(source: PageSource<Row, T>): Promise<Connection<T>> {
  const { rows, page, positionOf, show, countAll } = source;
  const shown = rows.slice(0, page.limit);
  if (page.backward) shown.reverse();
  const edges: Edge<T>[] = await Promise.all(
    shown.map(async (row) => ({ cursor: page.cursors.encode(positionOf(row)), node: await show(row) })),
  );
  const nodes = edges.map(({ node }) => node);
  const [first] = rows;
  if (page.limit === 0 && first !== undefined) await show(first);
  const isMore = rows.length > page.limit;
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: page.backward ? page.before !== null : isMore,
      hasPreviousPage: page.backward ? isMore : page.after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    get totalCount() {
      return countAll ? countAll() : nodes.length;
    },
  };
}
