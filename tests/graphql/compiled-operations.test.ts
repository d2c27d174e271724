import { execute, getOperationAST, parse, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import { createCompiledOperations } from '../../src/graphql/operations/compiled-operations.js';
import { createCursors } from '../../src/graphql/lists/cursor.js';
import { testKeyRing } from '../setup/test-keys.js';
import { createGraphqlContext, type GraphqlContext } from '../../src/graphql/context.js';
import { presentError } from '../../src/graphql/answers/present-error.js';
import { coerceVariables } from '../../src/graphql/variables/variables.js';
import { createLibrarySchema } from './library-schema.js';
import { VIEWER } from './library-server.js';

const { schema, shelf } = createLibrarySchema();

const CASES: [string, string, Record<string, unknown>?][] = [
  ['scalars, nulls and getters', 'query ($id: ID!) { book(id: $id) { id title genre publishedAt cover extra titleLength } }', { id: 'book-0' }],
  ['a null root', 'query ($id: ID!) { book(id: $id) { id } }', { id: 'none' }],
  ['aliases and __typename', 'query ($id: ID!) { __typename one: book(id: $id) { kind: __typename first: title second: title } }', { id: 'book-1' }],
  ['a page with loaders', '{ books(first: 3) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id author { name email } lateTitle } } nodes { title } } }'],
  ['an interface', 'query ($a: ID!, $b: ID!) { a: node(id: $a) { __typename id ... on Book { title author { name } } ... on Author { name } } b: node(id: $b) { __typename id ... on Author { name } } }', { a: 'book-0', b: 'author-1' }],
  ['fragments', 'query ($id: ID!) { book(id: $id) { ...Title ...Author title } } fragment Title on Book { title ...Author } fragment Author on Book { author { id } author { name } }', { id: 'book-0' }],
  ['errors in nullable fields', '{ books(first: 3) { nodes { id failing } } }'],
  ['errors in required fields', 'query ($id: ID!) { fine: book(id: "book-0") { failingRequired } book(id: $id) { title failingRequired } }'.replace('"book-0"', '$zero').replace('($id: ID!)', '($id: ID!, $zero: ID!)'), { id: 'book-1', zero: 'book-0' }],
  ['errors in required fields of a list', '{ books(first: 3) { nodes { id failingRequired } } }'],
  ['null in a required field', 'query ($id: ID!) { book(id: $id) { id missing } genres }', { id: 'book-2' }],
  ['an error that empties data', '{ secretShelf genres }'],
  ['an error beside an answer', '{ optionalSecret genres }'],
  ['a date in a variable', 'query ($date: DateTime) { typeOf(date: $date) }', { date: '2026-11-23T15:04:05Z' }],
  ['a date in a default value', 'query ($date: DateTime = "2026-11-23T15:04:05Z") { typeOf(date: $date) }'],
  ['an absent variable', 'query ($date: DateTime) { typeOf(date: $date) }'],
  ['a null variable', 'query ($date: DateTime) { typeOf(date: $date) }', { date: null }],
  ['a default of the schema', 'query ($first: Int) { books(first: $first) { nodes { id } } }'],
  ['a list of enums', 'query ($only: [Genre!]) { genres(only: $only) }', { only: ['POETRY'] }],
  ['one enum where a list is asked for', '{ genres(only: POETRY) }'],
  ['null for a required argument', 'query ($text: String = "a") { required(text: $text) }', { text: null }],
  ['an input error of a service', 'query ($first: Int!) { books(first: $first) { totalCount } }', { first: -1 }],
  ['a bad cursor', 'query ($after: String) { books(after: $after) { totalCount } }', { after: 'canary' }],
  ['mutations in order, one failing', 'mutation ($a: ID!, $b: ID!, $c: ID!) { one: borrow(id: $a) { __typename ... on Borrowed { book { title } } } two: borrow(id: $b) { __typename } three: borrow(id: $c) { ... on Refused { reason } } }', { a: 'book-0', b: 'overdue', c: 'gone' }],
  ['an input object in a variable', 'mutation ($input: BookInput!) { addBook(input: $input) }', { input: { title: 'T', authorEmail: ' A@EXAMPLE.com ', publishedAt: '2026-11-23T15:04:05+01:00', genres: ['NOVEL'], tags: 'one', extra: { a: [1, { b: null }] } } }],
  ['an input object refused', 'mutation ($input: BookInput!) { addBook(input: $input) }', { input: { title: 'refused', authorEmail: 'a@example.com' } }],
]; // prettier-ignore

const CURSORS = createCursors(testKeyRing().searchIndex);

function contextOf(signedIn: boolean): GraphqlContext {
  const request = {
    requestId: 'request',
    viewer: signedIn ? VIEWER : null,
    permissions: async () => new Set<never>(),
    withheldPermissions: async () => new Set<never>(),
    viewedAccounts: new Set<string>(),
    enteredAccounts: new Set<string>(),
    origin: { ipAddress: null, userAgent: null },
    cookieMode: false,
    refreshCookie: null,
    setRefreshCookie: () => undefined,
    clearRefreshCookie: () => undefined,
    browserSecret: null,
    setBrowserSecret: () => undefined,
    setDeviceToken: () => undefined,
    setRetryAfter: () => undefined,
  };
  return createGraphqlContext(request, CURSORS);
}

/** The whole answer as a client gets it, errors in the order of their paths. */
function shown(result: ExecutionResult, document: DocumentNode): unknown {
  const errors = (result.errors ?? []).map((error) =>
    presentError(error, { requestId: 'request', document, suggestNames: false }),
  );
  const order = (error: { path?: unknown }): string => JSON.stringify(error.path);
  return JSON.parse(
    JSON.stringify({ data: result.data, errors: errors.sort((a, b) => order(a).localeCompare(order(b))) }),
  );
}

async function runBothWays(query: string, inputs: Record<string, unknown> = {}, signedIn = false) {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation.');
  const variables = coerceVariables(schema, operation, inputs);
  const compiled = createCompiledOperations(schema);
  const run = () => compiled.execute({ key: 'key', document, operation }, variables, contextOf(signedIn));
  const first = run();
  const result = await run();
  const interpreted = await execute({
    schema,
    document,
    contextValue: contextOf(signedIn),
    variableValues: inputs,
  });
  return { first, compiled: result && shown(result, document), interpreted: shown(interpreted, document) };
}

test.each(CASES.map(([what, query, variables]) => [what, query, variables ?? {}] as const))(
  '%s: compiled code answers as graphql-js does',
  async (_what, query, variables) => {
    const { first, compiled, interpreted } = await runBothWays(query, variables);
    expect(first).toBeNull();
    expect(compiled).not.toBeNull();
    expect(compiled).toEqual(interpreted);
  },
);

test('signed in, too', async () => {
  const { compiled, interpreted } = await runBothWays('{ secretShelf optionalSecret }', {}, true);
  expect(compiled).toEqual({
    data: { secretShelf: expect.any(String), optionalSecret: expect.any(String) },
    errors: [],
  });
  expect(compiled).toEqual(interpreted);
});

test('compiled mutations run one after the other', async () => {
  shelf.order.length = 0;
  const query =
    'mutation ($a: ID!, $b: ID!) { one: borrow(id: $a) { __typename } two: borrow(id: $b) { __typename } }';
  await runBothWays(query, { a: 'book-0', b: 'book-1' });
  expect(shelf.order).toEqual(['book-0', 'book-1', 'book-0', 'book-1']);
});

describe('what graphql-jit would run or answer wrongly is left to graphql-js', () => {
  const marker = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d';
  const bomb = Array.from(
    { length: 40 },
    (_, index) => `fragment F${index} on Book { author { id } ...F${index + 1} ...F${index + 1} }`,
  ).join(' ');
  const wide = Array.from(
    { length: 40 },
    (_, index) =>
      `fragment F${index} on Book { a: author { id } b${index}: author { name } ...F${index + 1} }`,
  ).join(' ');

  test.each([
    ['a literal that would become code', `{ echo(text: "${marker}0),x:(globalThis.canary=1)") }`],
    ['any string literal', '{ echo(text: "a") }'],
    ['an alias that names a prototype', 'query ($id: ID!) { __proto__: book(id: $id) { id } }'],
    ['an alias with an underscore', 'query ($id: ID!) { a_b: book(id: $id) { id } }'],
    ['a variable that names a prototype', 'query ($__proto__: ID!) { book(id: $__proto__) { id } }'],
    ['introspection', '{ __schema { queryType { name } } }'],
    ['directives', 'query ($id: ID!, $on: Boolean!) { book(id: $id) { id title @include(if: $on) } }'],
    ['list literals', '{ genres(only: [POETRY]) }'],
    [
      'object literals',
      'mutation ($e: EmailAddress!, $t: String!) { addBook(input: { title: $t, authorEmail: $e }) }',
    ],
    ['nested fragments that explode', `{ books { nodes { ...F0 } } } ${bomb} fragment F40 on Book { title }`],
    [
      'fragments by the dozen',
      `{ n: books { nodes { ${'...F0 '.repeat(20)} } } } ${wide} fragment F40 on Book { title }`,
    ],
  ])('%s', (_what, query) => {
    const document = parse(query);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('No operation.');
    const compiled = createCompiledOperations(schema);
    for (let time = 0; time < 3; time += 1) {
      expect(compiled.execute({ key: 'key', document, operation }, {}, contextOf(false))).toBeNull();
    }
    expect((globalThis as { canary?: number }).canary).toBeUndefined();
  });
});
