import { Directive, Field, Int, ObjectType, type ClassType } from 'type-graphql';

// Other subgraphs page their lists alike, with the type that Relay's specification names.
@Directive('@shareable')
@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether further entries follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether entries stand before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first entry; null on an empty page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last entry; null on an empty page.',
  })
  endCursor!: string | null;
}

export interface Edge<T> {
  cursor: string;
  node: T;
}

export interface Connection<T> {
  edges: Edge<T>[];
  nodes: T[];
  pageInfo: PageInfo;
  /** Counted when it is read. */
  readonly totalCount: number | Promise<number>;
}

/**
 * The types `<name>Edge` and `<name>Connection` for lists of `Node`; call it once a type, beside the type, and
 * return createConnection() from the resolver. `counted: false` leaves `totalCount` out.
 */
export function defineConnection<T extends object>(
  Node: { prototype: T },
  name: string,
  { counted = true }: { counted?: boolean } = {},
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, {
    description: 'An entry of a list and where it stands.',
    simpleResolvers: true,
  })
  class NodeEdge {
    @Field(() => String, { description: 'Hand it back as `after` to read on from here.' })
    cursor!: string;

    @Field(() => Node, { description: 'The entry itself.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { description: 'One page of a list.', simpleResolvers: true })
  class NodeConnection {
    @Field(() => [NodeEdge], { description: 'The entries of this page, each with its cursor.' })
    edges!: NodeEdge[];

    @Field(() => [Node], { description: 'The entries of this page.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
    pageInfo!: PageInfo;

    readonly totalCount!: number | Promise<number>;
  }

  if (counted) {
    const description = 'How many entries the whole list has.';
    // Not `simple`: a compiled operation reads simple fields without waiting for a promise.
    Field(() => Int, { description, simple: false })(NodeConnection.prototype, 'totalCount');
  }
  return NodeConnection;
}
