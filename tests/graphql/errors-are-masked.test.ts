import { startLibrary, type LibraryServer } from './library-server.js';

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production');
});
afterAll(() => server.stop());

test.each([1, 2])('an unexpected error is masked and logged under its request, run %i', async () => {
  const { status, text, body } = await server.graphql('query ($id: ID!) { book(id: $id) { id failing } }', {
    id: 'book-0',
  });
  expect(status).toBe(200);
  expect(text).not.toMatch(/canary|stack|Error:/);
  expect(body.data).toEqual({ book: { id: 'book-0', failing: null } });
  const [error] = body.errors ?? [];
  expect(error).toMatchObject({
    message: 'Internal server error.',
    path: ['book', 'failing'],
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
  expect(Object.keys(error?.extensions ?? {}).sort()).toEqual(['code', 'requestId']);
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.includes('"level":"error"') && line.includes(error?.extensions.requestId ?? '-'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('library-schema');
  expect(lines[0]).not.toContain('canary');
});

test('a failing mutation leaves its siblings standing, with a hint when to come again', async () => {
  const query =
    'mutation ($a: ID!, $b: ID!) { one: borrow(id: $a) { __typename } two: borrow(id: $b) { __typename } three: borrow(id: "broken") { __typename } }';
  const { body } = await server.graphql(query, { a: 'overdue', b: 'book-1' });
  expect(body.data).toEqual({ one: null, two: { __typename: 'Borrowed' }, three: null });
  expect(body.errors).toMatchObject([
    { path: ['one'], extensions: { code: 'OVERLOADED', retryAfterSeconds: 7 } },
    { path: ['three'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ]);
});

test('a document that does not fit the schema gets no suggestions in production', async () => {
  const { status, body } = await server.graphql('{ book(id: 1) { titl } }');
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([
    {
      message: 'Cannot query field "titl" on type "Book".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
});

test('a subscription, which the schema does not have, is a mistake of the client and not of the server', async () => {
  const { status, body } = await server.graphql('subscription { ticks }');
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([
    {
      message: 'The schema has no subscription operations.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
  const requestId = body.errors?.[0]?.extensions.requestId ?? '-';
  const lines = server.log().split('\n');
  expect(lines.filter((line) => line.includes('"level":"error"') && line.includes(requestId))).toEqual([]);
});

test('introspection is closed in production', async () => {
  const { status, body } = await server.graphql('{ __schema { queryType { name } } }');
  expect(status).toBe(400);
  expect(body.data).toBeUndefined();
});

test.each(['Bearer bad', 'Bearer', 'Basic Z29vZA==', 'good'])(
  'the token "%s" fails the whole request',
  async (authorization) => {
    const { status, body } = await server.graphql('{ genres }', undefined, { authorization });
    expect(status).toBe(401);
    expect(body).toEqual({
      errors: [
        {
          message: expect.any(String),
          extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
        },
      ],
    });
  },
);

test('without a token a field that needs one is refused, the others answer', async () => {
  const { status, body } = await server.graphql('{ optionalSecret genres }');
  expect(status).toBe(200);
  expect(body.data).toEqual({ optionalSecret: null, genres: ['NOVEL', 'POETRY'] });
  expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('with a token it answers', async () => {
  const { body } = await server.graphql('{ optionalSecret }', undefined, { authorization: 'Bearer good' });
  expect(body).toEqual({ data: { optionalSecret: 'behind the curtain' } });
});

test('one loader a request batches, and no other request sees its cache', async () => {
  const query = '{ books(first: 4) { nodes { author { name } } } }';
  for (let run = 1; run <= 3; run += 1) {
    await server.graphql(query);
    expect(server.library.books.batches).toBe(run);
  }
});

describe('outside production', () => {
  let open: LibraryServer;
  beforeAll(async () => {
    open = await startLibrary('development');
  });
  afterAll(() => open.stop());

  test('messages suggest names and introspection answers', async () => {
    const { body } = await open.graphql('{ book(id: 1) { titl } }');
    expect(body.errors?.[0]?.message).toContain('Did you mean');
    const schema = await open.graphql('{ __schema { queryType { name } } }');
    expect(schema.body.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  test('a browser gets the sandbox, under a policy of its own', async () => {
    const response = await fetch(`${open.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).not.toContain('default-src');
    expect(await response.text()).toContain('apollographql.com');
  });

  test('even there no stack trace is shown', async () => {
    const { text } = await open.graphql('query ($id: ID!) { book(id: $id) { failing } }', { id: 'book-0' });
    expect(text).not.toMatch(/canary|library-schema/);
  });
});
