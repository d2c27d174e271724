import DataLoader from 'dataloader';

interface Page<Position> {
  limit: number;
  after: Position | null;
}

/** A page of the list that each of many things has, such as the sessions of a user. */
export interface PageOf<Position> extends Page<Position> {
  ownerId: string;
}

export type PageLoader<Row, Position> = DataLoader<PageOf<Position>, Row[], string>;

/**
 * A loader of pages below a list: what one field asks of fifty things is read at once, since its arguments are the same
 * for all of them. Aliases can ask for several pages of each: every one is a read of its own.
 *
 * @param readPages reads this page of each owner's list, in their order, by as many statements as that of one
 */
export function createPageLoader<Row, Position>(
  readPages: (ownerIds: readonly string[], page: Page<Position>) => Promise<Row[][]>,
): PageLoader<Row, Position> {
  return new DataLoader(
    async (wanted: readonly PageOf<Position>[]) => {
      const groups = new Map<string, { page: Page<Position>; ownerIds: string[] }>();
      for (const { ownerId, limit, after } of wanted) {
        const kind = keyOf({ limit, after });
        const group = groups.get(kind) ?? { page: { limit, after }, ownerIds: [] };
        group.ownerIds.push(ownerId);
        groups.set(kind, group);
      }
      const found = new Map<string, Row[]>();
      for (const { page, ownerIds } of groups.values()) {
        if (page.limit === 0) continue;
        const lists = await readPages(ownerIds, page);
        ownerIds.forEach((ownerId, index) => found.set(keyOf({ ownerId, ...page }), lists[index] ?? []));
      }
      return wanted.map((page) => found.get(keyOf(page)) ?? []);
    },
    { cacheKeyFn: keyOf },
  );
}

function keyOf<Position>({ ownerId = '', limit, after }: Partial<PageOf<Position>>): string {
  return JSON.stringify([ownerId, limit, after]);
}
