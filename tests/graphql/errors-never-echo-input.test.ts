import { startLibrary, type GraphqlAnswer, type LibraryServer } from './library-server.js';

const CANARY = 'canary-9f3e';
const ADD = 'mutation Add($input: BookInput!) { addBook(input: $input) }';
const good = { title: 'T', authorEmail: 'a@example.com' };

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production', { settings: { GRAPHQL_MAX_OPERATIONS: '2' } });
});
afterAll(() => server.stop());

/** The answer is one refusal with this field, and neither it nor the log holds the canary. */
function expectRefused(answer: GraphqlAnswer, field: string): void {
  expect(answer.text).not.toContain(CANARY);
  expect(server.log()).not.toContain(CANARY);
  expect(answer.status).toBe(400);
  expect(answer.body.data).toBeUndefined();
  const [error] = answer.body.errors ?? [];
  expect(error?.message).toBe('The input is not valid.');
  expect(error?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: { [field]: expect.any(String) },
  });
  expect(error?.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
}

test.each([
  ['a bad e-mail address', { ...good, authorEmail: CANARY }, 'input.authorEmail'],
  ['a bad telephone number', { ...good, phone: CANARY }, 'input.phone'],
  ['a bad date', { ...good, publishedAt: CANARY }, 'input.publishedAt'],
  ['an unknown enum value', { ...good, genres: ['NOVEL', CANARY] }, 'input.genres.1'],
  ['text for a number', { ...good, copies: CANARY }, 'input.copies'],
  ['an object for text', { ...good, title: { a: CANARY } }, 'input.title'],
  ['a list for an object', { ...good, extra: [CANARY] }, 'input.extra'],
  ['text for an object', CANARY, 'input'],
  ['null', null, 'input'],
  ['null in a required field', { ...good, title: null, tags: [CANARY] }, 'input.title'],
  ['a missing field', { title: CANARY }, 'input.authorEmail'],
  ['a field that is not defined', { ...good, [CANARY]: 1 }, 'input'],
  ['NUL in a text', { ...good, title: `${CANARY}\0` }, 'input.title'],
  ['half a surrogate pair in a list', { ...good, tags: ['a', `${CANARY}\ud800`] }, 'input.tags.1'],
  ['a text that is too long', { ...good, title: CANARY.repeat(2_000) }, 'input.title'],
  ['NUL in a JSON object', { ...good, extra: { a: [`${CANARY}\0`] } }, 'input.extra'],
  ['an unsafe key in a JSON object', { ...good, extra: { a: { constructor: CANARY } } }, 'input.extra'],
])('%s in a variable', async (_what, input, field) => {
  expectRefused(await server.graphql(ADD, { input }), field);
  // Once more: the operation would be compiled by now.
  expectRefused(await server.graphql(ADD, { input }), field);
});

test('a variable that is not there', async () => {
  expectRefused(await server.graphql(ADD, {}), 'input');
});

test('several problems come in one error', async () => {
  const answer = await server.graphql(ADD, { input: { title: 5, authorEmail: CANARY, phone: CANARY } });
  expect(answer.body.errors).toHaveLength(1);
  expect(Object.keys(answer.body.errors?.[0]?.extensions.fields ?? {})).toEqual([
    'input.title',
    'input.authorEmail',
    'input.phone',
  ]);
});

test.each([
  ['a bad e-mail address', `title: "T", authorEmail: "${CANARY}"`, 'input.authorEmail'],
  ['a number for text', `title: 5, authorEmail: "a@example.com", tags: ["${CANARY}"]`, 'input.title'],
  [
    'an unknown enum value',
    `title: "T", authorEmail: "a@example.com", genres: [NOVEL, ${CANARY.replace('-', '_')}]`,
    'input.genres.1',
  ],
  ['a missing field', `title: "${CANARY}"`, 'input.authorEmail'],
  [
    'a field that is not defined',
    `title: "T", authorEmail: "a@example.com", nope: "${CANARY}"`,
    'input.nope',
  ],
  ['NUL in a text', `title: "${CANARY}\\u0000", authorEmail: "a@example.com"`, 'input.title'],
  [
    'a text that is too long',
    `title: "${CANARY.repeat(2_000)}", authorEmail: "a@example.com"`,
    'input.title',
  ],
  [
    'a JSON object of the wrong kind',
    `title: "T", authorEmail: "a@example.com", extra: "${CANARY}"`,
    'input.extra',
  ],
])('%s in a literal', async (_what, fields, field) => {
  expectRefused(await server.graphql(`mutation { addBook(input: { ${fields} }) }`), field);
});

test('a variable inside a JSON literal is refused', async () => {
  const query =
    'mutation ($a: String) { addBook(input: { title: "T", authorEmail: "a@example.com", extra: { a: $a } }) }';
  expectRefused(await server.graphql(query, { a: CANARY }), 'input.extra');
});

test('a syntax error shows where, not what', async () => {
  const answer = await server.graphql(`{ book(id: "x" "${CANARY}") { id } }`);
  expect(answer.status).toBe(400);
  expect(answer.text).not.toContain(CANARY);
  expect(answer.body.errors?.[0]).toMatchObject({
    message: 'The GraphQL document has a syntax error.',
    locations: [{ line: 1, column: 16 }],
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
});

test('an operation that is not there is not named', async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query A { genres } query B { genres }', operationName: CANARY }),
  });
  expect(response.status).toBe(400);
  const text = await response.text();
  expect(text).not.toContain(CANARY);
  expect(JSON.parse(text)).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT', fields: { operationName: expect.any(String) } } }],
  });
});

test('a service names its own fields', async () => {
  const answer = await server.graphql(ADD, { input: { ...good, title: 'refused' } });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    data: { addBook: null },
    errors: [
      { path: ['addBook'], extensions: { code: 'BAD_USER_INPUT', fields: { 'input.title': 'is refused' } } },
    ],
  });
});
