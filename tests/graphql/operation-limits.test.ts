import { getIntrospectionQuery } from 'graphql';
import { startLibrary, type LibraryServer } from './library-server.js';

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production');
});
afterAll(() => server.stop());

/** What the answer says of the limit that it met. */
async function refusal(query: string, variables?: object) {
  const { status, body } = await server.graphql(query, variables);
  const { code, measure, limit, found } = body.errors?.[0]?.extensions as unknown as Record<string, unknown>;
  return { status, code, measure, limit, found };
}

const refused = (measure: string, limit: number, found: unknown) => ({
  status: 400,
  code: 'QUERY_TOO_COMPLEX',
  measure,
  limit,
  found,
});

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

/** `{ echo }` behind fragments that each spread the next one twice: 2^levels fields. */
const bomb = (levels: number): string =>
  `{ ...F0 } ${many(levels, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)}
   fragment F${levels} on Query { echo }`;

describe('a document', () => {
  test('of too many tokens', async () => {
    expect(await refusal(`{ ${'genres '.repeat(1_000)} }`)).toEqual(refused('tokens', 1_000, 1_001));
  });

  test('of two operations', async () => {
    const two = 'query A { genres } query B { genres }';
    expect(await refusal(two)).toEqual(refused('operations', 1, 2));
  });

  test('whose unused fragments hold too much', async () => {
    const query = `{ genres } fragment F on Query { ${many(101, (n) => `a${n}`)} }`;
    expect(await refusal(query)).toEqual(refused('breadth', 100, 101));
  });
});

describe('an operation', () => {
  test('too deep', async () => {
    const deep = (levels: number): string =>
      `book(id: "book-0") { ${'author { '.repeat(levels)} id ${'} '.repeat(levels)} }`;
    expect(await refusal(`{ ${deep(14)} }`)).toEqual(refused('depth', 15, 16));
  });

  test('too wide', async () => {
    expect(await refusal(`{ ${'genres '.repeat(101)} }`)).toEqual(refused('breadth', 100, 101));
  });

  test('of too many aliases, by whatever fragment they come', async () => {
    const query = `{ ...A ...A } fragment A on Query { ${many(16, (n) => `a${n}: genres`)} }`;
    expect(await refusal(query)).toEqual(refused('aliases', 30, 32));
  });

  test('of too many directives, in whatever place they stand', async () => {
    const query = `query ($a: Int @a) @a { genres ${'@skip(if: false) '.repeat(18)} ...F @a } fragment F on Query @a { genres }`;
    expect(await refusal(query)).toEqual(refused('directives', 20, 22));
  });

  test.each([
    [16, 2 ** 16],
    [60, Number.MAX_SAFE_INTEGER],
  ])('that a fragment bomb of %i levels blows up, without writing it out', async (levels, found) => {
    expect(await refusal(bomb(levels))).toEqual(refused('breadth', 100, found));
  });

  test('with fragments in a circle is refused for that', async () => {
    const { status, code } = await refusal(
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    );
    expect([status, code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('a list', () => {
  test.each([
    ['{ books(first: 101) { totalCount } }', undefined],
    ['query ($n: Int) { books(first: $n) { totalCount } }', { n: 101 }],
    ['query ($n: Int = 101) { books(first: $n) { totalCount } }', undefined],
  ])('longer than 100: %s', async (query, variables) => {
    for (let time = 0; time < 4; time += 1) {
      expect(await refusal(query, variables)).toEqual(refused('listSize', 100, 101));
    }
  });

  // books 1 + 100 × (node 1 + 5 titles …): each of the 100 authors costs as often as the list has entries.
  const COSTLY = `query ($n: Int!) { books(first: $n) { nodes { ${many(20, (n) => `a${n}: title`)} author { id } } } }`;

  test('counts what lies below once for each entry', async () => {
    const query = `{ books(first: 100) { nodes { ${many(25, (n) => `a${n}: author { id name email }`)} } } }`;
    expect(await refusal(query)).toEqual(refused('cost', 10_000, 1 + 100 * (1 + 25 * 4)));
  });

  test('whose length a variable says is measured by its value, each time', async () => {
    const limited = await startLibrary('production', { settings: { GRAPHQL_MAX_COST: '1000' } });
    try {
      for (const [n, status] of [
        [10, 200],
        [40, 200],
        [50, 400],
        [10, 200],
        [100, 400],
      ] as const) {
        const answer = await limited.graphql(COSTLY, { n });
        expect([n, answer.status]).toEqual([n, status]);
      }
      const { extensions } = (await limited.graphql(COSTLY, { n: 50 })).body.errors![0]!;
      expect(extensions).toMatchObject({ measure: 'cost', limit: 1_000, found: 1 + 50 * (1 + 20 + 2) });
    } finally {
      await limited.stop();
    }
  });
});

test('weights come from the field, and mutations weigh more', async () => {
  const borrows = many(21, (n) => `a${n}: borrow(id: "book-0") { __typename }`);
  server.library.shelf.order.length = 0;
  expect(await refusal(`mutation { ${borrows} }`)).toEqual(refused('cost', 10_000, 21 * 501));
  expect(server.library.shelf.order).toEqual([]);
});

test('the limits are settings', async () => {
  const strict = await startLibrary('production', { settings: { GRAPHQL_MAX_DEPTH: '3' } });
  const { status } = await strict.graphql('{ books { nodes { author { id } } } }');
  await strict.stop();
  expect(status).toBe(400);
});

test('the standard introspection query stays within them', async () => {
  const open = await startLibrary('development');
  const { status, body } = await open.graphql(
    getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }),
  );
  await open.stop();
  expect([status, Object.keys(body)]).toEqual([200, ['data']]);
});

test('a syntax error is a 400, whatever it is made of', async () => {
  const texts = [
    '',
    '{',
    '}',
    '{ a(',
    '"""',
    '{ a(b: "\\u{110000}") }',
    '\u0000',
    '{'.repeat(990),
    `{ a(b: ${'['.repeat(980)}`,
    '#'.repeat(90_000),
    'query '.repeat(500),
    '…',
  ];
  for (const text of texts) {
    const { status, body } = await server.graphql(text);
    expect([text.slice(0, 20), status]).toEqual([text.slice(0, 20), 400]);
    expect(['GRAPHQL_PARSE_FAILED', 'BAD_USER_INPUT']).toContain(body.errors?.[0]?.extensions.code);
  }
});
