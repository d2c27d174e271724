import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLibrary, type LibraryServer, type ShownError } from './library-server.js';

const BOOK = 'query Book($id: ID!) { book(id: $id) { title } }';
const BORROW = 'mutation Borrow($id: ID!) { borrow(id: $id) { __typename } }';
const VARIABLES = { id: 'book-0' };
const TITLE = { data: { book: { title: 'Book 0' } } };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const named = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

interface Answer {
  status: number;
  type: string | null;
  body: { data?: unknown; errors?: ShownError[] };
}

async function post(
  server: LibraryServer,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { status } = response;
  return {
    status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Answer['body'],
  };
}

const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code;

describe('automatic persisted queries', () => {
  let server: LibraryServer;
  beforeAll(async () => {
    server = await startLibrary('production', { settings: { PERSISTED_QUERIES: '3' } });
  });
  afterAll(() => server.stop());

  const byHash = (text: string, headers?: Record<string, string>) =>
    post(server, { ...named(sha256(text)), variables: VARIABLES }, headers);

  test('a text that was sent with its hash is found by it, as often as one likes', async () => {
    const unknown = await byHash(BOOK);
    expect([unknown.status, codeOf(unknown), unknown.body.errors?.[0]?.message]).toEqual([
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      'PersistedQueryNotFound',
    ]);
    const left = await post(server, { query: BOOK, ...named(sha256(BOOK)), variables: VARIABLES });
    expect(left.body).toEqual(TITLE);
    for (let time = 0; time < 5; time += 1)
      expect(await byHash(BOOK)).toMatchObject({ status: 200, body: TITLE });
  });

  test('clients that ask for the newer media type get the status that goes with it', async () => {
    const accept = 'application/graphql-response+json';
    const unknown = await byHash('{ genres }', { accept });
    expect([unknown.status, unknown.type]).toEqual([400, `${accept}; charset=utf-8`]);
  });

  test('they work with GET, and run no mutation there', async () => {
    const get = async (text: string) => {
      const search = new URLSearchParams({
        extensions: JSON.stringify(named(sha256(text)).extensions),
        variables: JSON.stringify(VARIABLES),
      });
      const headers = { 'apollo-require-preflight': '1' };
      const response = await fetch(`${server.url}/graphql?${search.toString()}`, { headers });
      return [response.status, ((await response.json()) as Answer['body']).data];
    };
    await post(server, { query: BOOK, ...named(sha256(BOOK)), variables: VARIABLES });
    await post(server, { query: BORROW, ...named(sha256(BORROW)), variables: VARIABLES });
    expect(await get(BOOK)).toEqual([200, TITLE.data]);
    expect(await get(BORROW)).toEqual([405, undefined]);
  });

  test('a text under the hash of another is refused and not kept', async () => {
    const other = '{ echo(text: "other") }';
    const answer = await post(server, { query: other, ...named(sha256('{ echo }')) });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
    expect(codeOf(await byHash('{ echo }'))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('what asks for too much is not kept', async () => {
    const wide = `{ ${'genres '.repeat(200)} }`;
    expect(codeOf(await post(server, { query: wide, ...named(sha256(wide)) }))).toBe('QUERY_TOO_COMPLEX');
    expect(codeOf(await byHash(wide))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('no more are kept than there is room for: the one unused longest goes', async () => {
    const texts = [0, 1, 2, 3].map((index) => `{ echo(text: "${index}") }`);
    for (const query of texts) await post(server, { query, ...named(sha256(query)) });
    const found = [];
    for (const text of texts) found.push(codeOf(await byHash(text)) ?? 'found');
    expect(found).toEqual(['PERSISTED_QUERY_NOT_FOUND', 'found', 'found', 'found']);
  });
});

describe('a manifest', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'custodia-manifest-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function start(manifest: unknown, listedOnly: boolean): Promise<LibraryServer> {
    const file = join(folder, 'manifest.json');
    await writeFile(file, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    const settings = { PERSISTED_OPERATIONS: file, PERSISTED_OPERATIONS_ONLY: String(listedOnly) };
    return startLibrary('production', { settings });
  }

  const OF_APOLLO = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [
      { id: 'book-1', name: 'Book', type: 'query', body: BOOK },
      { id: sha256(BORROW), name: 'Borrow', type: 'mutation', body: BORROW },
    ],
  };
  const OF_CODEGEN = { 'book-1': BOOK, [sha256(BORROW)]: BORROW };

  describe.each([
    ['of Apollo’s tool', OF_APOLLO],
    ['of graphql-codegen', OF_CODEGEN],
  ])('%s', (_whose, manifest) => {
    let server: LibraryServer;
    beforeAll(async () => {
      server = await start(manifest, true);
    });
    afterAll(() => server.stop());

    test('its operations are answered by id, by document id and by their exact text', async () => {
      for (const asked of [
        named('book-1'),
        { documentId: 'book-1' },
        { query: BOOK },
        { query: BOOK, ...named('book-1') },
      ]) {
        for (let time = 0; time < 3; time += 1) {
          expect((await post(server, { ...asked, variables: VARIABLES })).body).toEqual(TITLE);
        }
      }
    });

    test('a document id that is none is told by the name that the request has for it', async () => {
      for (const asked of [{ documentId: 5 }, { documentId: ['book-1'] }]) {
        const { status, body } = await post(server, asked);
        expect(status).toBe(400);
        expect(body).toEqual({
          errors: [
            {
              message: expect.any(String),
              extensions: {
                code: 'BAD_USER_INPUT',
                requestId: expect.any(String),
                fields: { documentId: 'must be text' },
              },
            },
          ],
        });
      }
    });

    test('no other is, whatever it is called', async () => {
      server.library.shelf.order.length = 0;
      const other = `${BORROW} `;
      for (const asked of [
        { query: other },
        { query: other, ...named(sha256(other)) },
        { query: other, ...named(sha256(BORROW)) },
        named(sha256(other)),
        { documentId: 'toString' },
        { query: '{ __typename }' },
      ]) {
        const answer = await post(server, { ...asked, variables: VARIABLES });
        expect([answer.status, codeOf(answer)]).toEqual([400, 'OPERATION_NOT_LISTED']);
      }
      expect(server.library.shelf.order).toEqual([]);
    });
  });

  test('without the strict mode it stands beside everything else', async () => {
    const server = await start(OF_APOLLO, false);
    expect((await post(server, { ...named('book-1'), variables: VARIABLES })).body).toEqual(TITLE);
    expect((await post(server, { query: '{ genres }' })).status).toBe(200);
    await server.stop();
  });

  test.each([
    ['no JSON', '{'],
    ['a list', []],
    ['another format', { format: 'other', version: 1, operations: [] }],
    ['another version', { ...OF_APOLLO, version: 2 }],
    ['an operation without an id', { ...OF_APOLLO, operations: [{ body: BOOK }] }],
    ['an operation without a text', { a: 5 }],
    ['an operation with a syntax error', { a: '{ genres' }],
    ['an operation that does not fit the schema', { a: '{ nothing }' }],
    ['an operation over a limit', { a: '{ books(first: 500) { totalCount } }' }],
  ])('that is %s keeps the server from starting', async (_what, manifest) => {
    await expect(start(manifest, true)).rejects.toThrow(/manifest\.json/);
  });
});
