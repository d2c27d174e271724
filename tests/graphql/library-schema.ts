import DataLoader from 'dataloader';
import type { GraphQLSchema } from 'graphql';
import {
  Arg,
  Authorized,
  createUnionType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import { AppError, badInput } from '../../src/errors.js';
import { defineConnection, type Connection } from '../../src/graphql/lists/connections.js';
import type { GraphqlContext } from '../../src/graphql/context.js';
import { createConnection, readPageRequest } from '../../src/graphql/lists/page.js';
import {
  DateTime,
  EmailAddress,
  JSONObject,
  PhoneNumber,
  URLScalar,
} from '../../src/graphql/schema/scalars.js';
import { createSchema } from '../../src/graphql/schema/schema.js';
import type { JsonObject } from '../../src/input/json-object.js';

// A small library: every shape that the real schema uses, and resolvers that fail in every way.

enum Genre {
  NOVEL = 'NOVEL',
  POETRY = 'POETRY',
}
registerEnumType(Genre, { name: 'Genre' });

@InterfaceType()
abstract class Node {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true })
class Author extends Node {
  @Field(() => String)
  name!: string;

  @Field(() => EmailAddress, { nullable: true })
  email!: string | null;
}

@ObjectType({ implements: Node, simpleResolvers: true })
class Book extends Node {
  @Field(() => String)
  title!: string;

  @Field(() => Genre, { nullable: true })
  genre!: Genre | null;

  @Field(() => DateTime)
  publishedAt!: Date;

  @Field(() => URLScalar, { nullable: true })
  cover!: string | null;

  @Field(() => JSONObject)
  extra!: JsonObject;

  /** A getter on the prototype. */
  @Field(() => Int)
  get titleLength(): number {
    return this.title.length;
  }

  authorId!: string;
}

const BookConnection = defineConnection(Book, 'Book');

@ObjectType()
class Borrowed {
  @Field(() => Book)
  book!: Book;
}

@ObjectType()
class Refused {
  @Field(() => String)
  reason!: string;
}

const BorrowResult = createUnionType({ name: 'BorrowResult', types: () => [Borrowed, Refused] as const });

@InputType()
class BookInput {
  @Field(() => String)
  title!: string;

  @Field(() => EmailAddress)
  authorEmail!: string;

  @Field(() => PhoneNumber, { nullable: true })
  phone?: string | null;

  @Field(() => DateTime, { nullable: true })
  publishedAt?: Date | null;

  @Field(() => [Genre], { nullable: true })
  genres?: Genre[] | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => Int, { defaultValue: 1 })
  copies!: number;

  @Field(() => JSONObject, { nullable: true })
  extra?: JsonObject | null;
}

const AUTHORS = ['Anna', 'Boris'].map((name, index) =>
  Object.assign(new Author(), {
    id: `author-${index}`,
    name,
    email: index === 0 ? 'anna@example.com' : null,
  }),
);
const BOOKS = [0, 1, 2, 3].map((index) =>
  Object.assign(new Book(), {
    id: `book-${index}`,
    title: `Book ${index}`,
    genre: index % 2 === 0 ? Genre.NOVEL : null,
    publishedAt: new Date(Date.UTC(2020 + index, 0, 1)),
    cover: index === 0 ? 'https://example.com/cover.png' : null,
    extra: { pages: 100 + index, tags: ['a', { b: null }] },
    authorId: `author-${index % 2}`,
  }),
);

@Resolver(() => Book)
class BookResolver {
  /** How often the loader's batch function ran, over all requests. */
  batches = 0;

  private readonly makeAuthorLoader = (): DataLoader<string, Author | undefined> =>
    new DataLoader(async (ids) => {
      this.batches += 1;
      return ids.map((id) => AUTHORS.find((author) => author.id === id));
    });

  @Query(() => Book, { nullable: true })
  book(@Arg('id', () => ID) id: string): Book | null {
    return BOOKS.find((book) => book.id === id) ?? null;
  }

  @Query(() => Node, { nullable: true })
  async node(@Arg('id', () => ID) id: string): Promise<Node | null> {
    return [...BOOKS, ...AUTHORS].find((node) => node.id === id) ?? null;
  }

  @Query(() => BookConnection)
  books(
    @Arg('first', () => Int, { defaultValue: 2 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('publishedAfter', () => DateTime, { nullable: true }) publishedAfter: Date | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Connection<Book>> {
    const page = readPageRequest({ first, after }, context.cursors.of('books', 1));
    const all = BOOKS.filter((book) => !publishedAfter || book.publishedAt > publishedAfter);
    const start = page.after ? all.findIndex((book) => book.id === page.after?.[0]) + 1 : 0;
    const rows = all.slice(start, start + page.limit + 1);
    return createConnection({
      rows,
      page,
      positionOf: (book) => [book.id],
      show: (book) => book,
      countAll: async () => all.length,
    });
  }

  @Query(() => [Genre])
  genres(@Arg('only', () => [Genre], { nullable: true }) only: Genre[] | null): Genre[] {
    return only ?? [Genre.NOVEL, Genre.POETRY];
  }

  @Query(() => String)
  typeOf(@Arg('date', () => DateTime, { nullable: true }) date: unknown): string {
    return date instanceof Date ? `Date ${date.toISOString()}` : typeof date;
  }

  @Query(() => String)
  echo(@Arg('text', () => String, { nullable: true }) text: string | null): string {
    return String(text);
  }

  @Query(() => String)
  required(@Arg('text', () => String) text: string): string {
    return text;
  }

  @Authorized()
  @Query(() => String)
  secretShelf(): string {
    return 'behind the curtain';
  }

  @Authorized()
  @Query(() => String, { nullable: true })
  optionalSecret(): string {
    return 'behind the curtain';
  }

  @FieldResolver(() => Author, { nullable: true })
  author(@Root() book: Book, @Ctx() context: GraphqlContext): Promise<Author | undefined> {
    return context.loader(this.makeAuthorLoader).load(book.authorId);
  }

  @FieldResolver(() => String)
  async lateTitle(@Root() book: Book): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    return book.title;
  }

  @FieldResolver(() => String, { nullable: true })
  failing(@Root() book: Book): string {
    if (book.id === 'book-1') throw new AppError('CONFLICT');
    throw new Error(`Connection to db-password-canary refused for ${book.id}`);
  }

  @FieldResolver(() => String)
  async failingRequired(@Root() book: Book): Promise<string> {
    await Promise.resolve();
    if (book.id === 'book-0') return 'fine';
    throw new AppError('FORBIDDEN');
  }

  @FieldResolver(() => String)
  missing(@Root() book: Book): string | null {
    return book.id === 'book-2' ? null : book.title;
  }
}

@Resolver()
class ShelfResolver {
  readonly order: string[] = [];

  @Mutation(() => BorrowResult, { nullable: true })
  borrow(@Arg('id', () => ID) id: string): typeof BorrowResult {
    this.order.push(id);
    const book = BOOKS.find((candidate) => candidate.id === id);
    if (id === 'overdue') throw new AppError('OVERLOADED', { retryAfterSeconds: 7 });
    if (id === 'broken') throw new Error('canary-of-the-mutation');
    return book
      ? Object.assign(new Borrowed(), { book })
      : Object.assign(new Refused(), { reason: 'unknown' });
  }

  @Mutation(() => String, { nullable: true })
  async addBook(@Arg('input', () => BookInput) input: BookInput): Promise<string> {
    if (input.title === 'refused') throw badInput('input.title', 'is refused');
    return JSON.stringify(input);
  }
}

export function createLibrarySchema(): { schema: GraphQLSchema; books: BookResolver; shelf: ShelfResolver } {
  const books = new BookResolver();
  const shelf = new ShelfResolver();
  const schema = createSchema({
    resolvers: [BookResolver, ShelfResolver],
    instances: [books, shelf],
    orphanedTypes: [Author],
  });
  return { schema, books, shelf };
}
