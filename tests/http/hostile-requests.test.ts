import { once } from 'node:events';
import { connect } from 'node:net';
import { startLibrary, type LibraryServer } from '../graphql/library-server.js';
import { SMALL_ROUTES } from './small-routes.js';

const CANARY = 'canary-5d1c';
const JSON_TYPE = { 'content-type': 'application/json' };

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production', { routes: SMALL_ROUTES });
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The code, wherever GraphQL or REST put it. */
  code: string | undefined;
}

async function send(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(server.url + path, init);
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as {
    code?: string;
    requestId?: string;
    errors?: { extensions: { code: string; requestId: string } }[];
  };
  const requestId = body.requestId ?? body.errors?.[0]?.extensions.requestId;
  if (response.status >= 400) expect(requestId).toBe(response.headers.get('x-request-id'));
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: body.code ?? body.errors?.[0]?.extensions.code,
  };
}

const post = (
  path: string,
  body: string | Buffer<ArrayBuffer>,
  headers: Record<string, string> = JSON_TYPE,
): Promise<Answer> => send(path, { method: 'POST', body, headers });

/** Bodies that no endpoint may take, with what each answers. */
const BODIES: [string, string | Buffer<ArrayBuffer>, Record<string, string>, number, string][] = [
  ['text/plain', '{"query":"{ genres }"}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a form', 'query={genres}', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['XML', '<query/>', { 'content-type': 'application/xml' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a content type that is none', '{}', { 'content-type': 'nonsense' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a megabyte', JSON.stringify({ query: CANARY.repeat(100_000) }), JSON_TYPE, 413, 'PAYLOAD_TOO_LARGE'],
  ['broken JSON', `{"email":"${CANARY}"`, JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['no JSON at all', CANARY, JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['UTF-16', Buffer.from('{"query":"{ genres }"}', 'utf16le'), JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['__proto__', `{"query":"{ genres }","email":"a@example.com","password":"x","__proto__":{"a":"${CANARY}"}}`, JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['__proto__ with an escape, deep inside', `{"query":"{ genres }","variables":{"a":[{"\\u005f_proto__":"${CANARY}"}]}}`, JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['a list', `[{"query":"{ genres }"},{"query":"{ genres }"}]`, JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['null', 'null', JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['a string', `"${CANARY}"`, JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['nothing', '', JSON_TYPE, 400, 'BAD_USER_INPUT'],
  ['a hundred thousand brackets', '['.repeat(100_000), JSON_TYPE, 400, 'BAD_USER_INPUT'],
]; // prettier-ignore

describe.each(['/graphql', '/api/v1/things'])('POST %s', (path) => {
  test.each(BODIES)('%s', async (_what, body, headers, status, code) => {
    const answer = await post(path, body, headers);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.text).not.toContain(CANARY);
    expect(server.log()).not.toContain(CANARY);
  });
});

test.each([
  ['a query that is no string', { query: { a: CANARY } }],
  ['variables that are no object', { query: '{ genres }', variables: [CANARY] }],
  ['variables in a string', { query: '{ genres }', variables: `{"a":"${CANARY}"}` }],
  ['an operation name that is no string', { query: '{ genres }', operationName: [CANARY] }],
  ['extensions that are no object', { query: '{ genres }', extensions: CANARY }],
  ['a hash that is no text', { extensions: { persistedQuery: { version: 1, sha256Hash: [CANARY] } } }],
  ['no query', { variables: {} }],
])('GraphQL refuses %s', async (_what, body) => {
  const answer = await post('/graphql', JSON.stringify(body));
  expect(answer.code).toBe('BAD_USER_INPUT');
  expect(answer.text).not.toContain(CANARY);
});

test('a document of very many tokens is refused before it is read', async () => {
  const answer = await post('/graphql', JSON.stringify({ query: `{ ${'genres '.repeat(6_000)} }` }));
  expect([answer.status, answer.code]).toEqual([400, 'QUERY_TOO_COMPLEX']);
});

describe('GET /graphql', () => {
  const headers = { 'apollo-require-preflight': 'true' };
  const get = (query: string, more: Record<string, string> = headers): Promise<Answer> =>
    send(`/graphql?query=${encodeURIComponent(query)}`, { headers: more });

  test('answers queries of clients that send a header', async () => {
    expect((await get('{ genres }')).text).toContain('NOVEL');
  });

  test('runs no mutation', async () => {
    server.library.shelf.order.length = 0;
    const answer = await get('mutation { borrow(id: "book-0") { __typename } }');
    expect([answer.status, answer.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(server.library.shelf.order).toEqual([]);
  });

  test('refuses what another site could send', async () => {
    expect((await get('{ genres }', {})).code).toBe('BAD_USER_INPUT');
  });
});

test.each(['application/xml', 'application/json;q=0', 'nonsense'])(
  'a mutation is not run and then refused because its client accepts %s only',
  async (accept) => {
    const query = 'mutation ($id: ID!) { borrow(id: $id) { __typename } }';
    const body = JSON.stringify({ query, variables: { id: 'book-0' } });
    const answer = await post('/graphql', body, { ...JSON_TYPE, accept });
    expect([answer.status, answer.text]).toEqual([200, '{"data":{"borrow":{"__typename":"Borrowed"}}}\n']);
  },
);

test.each(['DELETE', 'PUT', 'PATCH'])('%s /graphql is not allowed', async (method) => {
  const answer = await send('/graphql', { method });
  expect([answer.status, answer.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
});

describe('below HTTP', () => {
  async function raw(bytes: string): Promise<string> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    return answer;
  }

  test.each([
    ['nonsense', `${CANARY}\r\n\r\n`, 400, 'BAD_USER_INPUT'],
    [
      'huge headers',
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx-a: ${CANARY.repeat(3_000)}\r\n\r\n`,
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'a header with NUL',
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx-a: ${CANARY}\0\r\n\r\n`,
      400,
      'BAD_USER_INPUT',
    ],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'BAD_USER_INPUT',
    ],
  ])('%s', async (_what, bytes, status, code) => {
    const answer = await raw(bytes);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer).not.toContain(CANARY);
  });

  test.each(['a b', '<script>', '[::', 'a:b:c', ''])('the host "%s" changes nothing', async (host) => {
    const body = '{"query":"{ genres }"}';
    const answer = await raw(
      `POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
    expect(answer).toContain('"genres":["NOVEL","POETRY"]');
  });

  test('a path that cannot be decoded', async () => {
    const answer = await raw('GET /api/%ff%fe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(answer).toContain('HTTP/1.1 400 ');
    expect(answer).toContain('"code":"BAD_USER_INPUT"');
  });
});

test('the server still answers after all that', async () => {
  expect((await send('/healthz', {})).status).toBe(200);
});
