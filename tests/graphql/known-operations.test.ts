import { startLibrary, type LibraryServer } from './library-server.js';

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production', { settings: { GRAPHQL_MAX_OPERATIONS: '2' } });
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  type: string | null;
  cookies: string[];
  body: unknown;
}

/** Sends a body as it is; the answer without what is made anew for each request. */
async function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cookies: response.headers.getSetCookie(),
    body: JSON.parse(text.replaceAll(/"requestId":"[^"]*"/g, '"requestId":""')) as unknown,
  };
}

const BOOK = 'query Book($id: ID!) { book(id: $id) { id title genre publishedAt cover extra titleLength } }';
const TWO = 'query One($id: ID!) { book(id: $id) { id } } query Two($id: ID!) { book(id: $id) { title } }';
const BORROW = 'mutation ($id: ID!) { borrow(id: $id) { __typename ... on Borrowed { book { title } } } }';

const REQUESTS: [name: string, body: unknown, headers?: Record<string, string>][] = [
  ['an answer', { query: BOOK, variables: { id: 'book-0' } }],
  ['a null root', { query: BOOK, variables: { id: 'none' } }],
  ['one of two operations', { query: TWO, operationName: 'One', variables: { id: 'book-0' } }],
  ['the other of two operations', { query: TWO, operationName: 'Two', variables: { id: 'book-0' } }],
  ['neither of two operations', { query: TWO, variables: { id: 'book-0' } }],
  ['an operation that is not there', { query: TWO, operationName: 'Three', variables: { id: 'book-0' } }],
  ['an empty operation name', { query: BOOK, operationName: '', variables: { id: 'book-0' } }],
  ['operation and variables of null', { query: '{ genres }', operationName: null, variables: null }],
  ['errors beside data', { query: '{ books(first: 3) { nodes { id failing } } }' }],
  ['an error that empties data', { query: '{ secretShelf genres }' }],
  ['a missing variable', { query: BOOK }],
  ['a variable of the wrong type', { query: BOOK, variables: { id: { a: 1 } } }],
  ['a variable with NUL', { query: BOOK, variables: { id: 'a\u0000b' } }],
  ['variables as a list', { query: BOOK, variables: ['book-0'] }],
  ['variables as a text', { query: BOOK, variables: '{"id":"book-0"}' }],
  ['extensions', { query: BOOK, variables: { id: 'book-0' }, extensions: {} }],
  [
    'a persisted query',
    { query: BOOK, variables: { id: 'book-0' }, extensions: { persistedQuery: { version: 1 } } },
  ],
  ['a member that GraphQL does not know', { query: BOOK, variables: { id: 'book-0' }, other: 1 }],
  ['a query that is no text', { query: { kind: 'Document' } }],
  ['a batch', [{ query: BOOK, variables: { id: 'book-0' } }]],
  ['somebody signed in', { query: '{ secretShelf genres }' }, { authorization: 'Bearer good' }],
  ['a bad token', { query: '{ genres }' }, { authorization: 'Bearer bad' }],
  [
    'another content type',
    { query: BOOK, variables: { id: 'book-0' } },
    { accept: 'application/graphql-response+json' },
  ],
  ['no content type that there is', { query: BOOK, variables: { id: 'book-0' } }, { accept: 'image/png' }],
];

test.each(REQUESTS)('the fifth answer is the first: %s', async (...[, body, headers]) => {
  const first = await post(body, headers);
  for (let time = 2; time <= 5; time++) expect(await post(body, headers)).toEqual(first);
});

test('what one caller may see is not shown to the next', async () => {
  const body = { query: '{ secretShelf }' };
  for (let time = 0; time < 4; time++) await post(body, { authorization: 'Bearer good' });
  const shown = await post(body, { authorization: 'Bearer good' });
  const refused = await post(body);
  expect(shown.body).not.toHaveProperty('errors');
  expect(refused.body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});

test('a mutation runs once for each request', async () => {
  for (let time = 1; time <= 5; time++) {
    const before = server.library.shelf.order.length;
    await post({ query: BORROW, variables: { id: 'book-1' } });
    expect(server.library.shelf.order).toHaveLength(before + 1);
  }
});

test('a GET is never answered by the short way', async () => {
  for (let time = 0; time < 4; time++) await post({ query: BORROW, variables: { id: 'book-1' } });
  const search = new URLSearchParams({ query: BORROW, variables: '{"id":"book-1"}' });
  const response = await fetch(`${server.url}/graphql?${search.toString()}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  expect(response.status).toBe(405);
});
