import { startLibrary, VIEWER, type LibraryServer } from '../graphql/library-server.js';
import { SMALL_ROUTES } from './small-routes.js';

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production', { routes: SMALL_ROUTES });
});
afterAll(() => server.stop());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? null : (JSON.parse(text) as unknown),
  };
}

const things = (fields: object) =>
  call('POST', '/api/v1/things', { email: 'a@example.com', password: 'x', ...fields });

test('parsed input goes in, the answer comes out', async () => {
  const answer = await things({
    email: ' A@EXAMPLE.com ',
    profile: { full_name: 'Zoe\u0308', preferences: { a: 1 } },
  });
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    email: 'A@example.com',
    profile: { full_name: 'Zoë', preferences: { a: 1 } },
  });
});

test('errors have message, code, request id and status', async () => {
  const answer = await things({ email: 'taken@example.com' });
  expect(answer.status).toBe(409);
  expect(answer.body).toEqual({
    error: 'Email already exists',
    code: 'EMAIL_TAKEN',
    requestId: answer.headers.get('x-request-id'),
  });
});

test('fields are named in snake_case and values stay out', async () => {
  const answer = await things({ email: 'canary', profile: { full_name: 'c'.repeat(101) }, is_admin: true });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: {
      email: expect.any(String),
      'profile.full_name': expect.any(String),
      is_admin: expect.any(String),
    },
  });
  expect(answer.text).not.toContain('canary');
  expect((await things({ email: 'field@example.com' })).body).toMatchObject({
    fields: { 'profile.full_name': 'is refused' },
  });
});

test('a hint when to come again is a header', async () => {
  const answer = await things({ email: 'busy@example.com' });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
});

test('an unexpected error is masked and logged under its request', async () => {
  const answer = await things({ email: 'broken@example.com' });
  expect(answer.body).toEqual({
    error: 'Internal server error.',
    code: 'INTERNAL_SERVER_ERROR',
    requestId: answer.headers.get('x-request-id'),
  });
  const line = server
    .log()
    .split('\n')
    .find((entry) => entry.includes(answer.headers.get('x-request-id') ?? '-'));
  expect(line).toContain('small-routes');
  expect(server.log()).not.toContain('canary');
});

describe('signing in', () => {
  test.each([
    ['nothing', {}],
    ['a bad token', { authorization: 'Bearer bad' }],
  ])('%s is 401', async (_what, headers) => {
    const answer = await call('GET', '/api/v1/me', undefined, headers);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Custodia"']);
    expect(answer.body).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a bad token fails a route that needs none', async () => {
    const answer = await call(
      'POST',
      '/api/v1/things',
      { email: 'a@example.com', password: 'x' },
      { authorization: 'Bearer bad' },
    );
    expect(answer.status).toBe(401);
  });

  test('a good token gives the viewer', async () => {
    const answer = await call('GET', '/api/v1/me', undefined, {
      authorization: 'Bearer good',
      'user-agent': 'u'.repeat(600),
    });
    expect(answer.body).toEqual({
      id: VIEWER.userId,
      origin: { ipAddress: '127.0.0.1', userAgent: 'u'.repeat(512), deviceToken: null },
    });
  });

  test('sign-in comes before input', async () => {
    expect((await call('PUT', '/api/v1/me', { name: 5 })).status).toBe(401);
  });
});

test('an answer without a body has none', async () => {
  const answer = await call('PUT', '/api/v1/me', {}, { authorization: 'Bearer good' });
  expect([answer.status, answer.text]).toEqual([204, '']);
});

test('an unknown path is 404, a known one under another method 405', async () => {
  expect(await call('GET', '/api/v1/nothing?token=canary')).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND' },
  });
  const answer = await call('DELETE', '/api/v1/me?token=canary');
  expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
  expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT');
});

test('every answer carries the headers that browsers heed', async () => {
  for (const path of ['/healthz', '/graphql', '/api/v1/nothing']) {
    const { headers } = await call('GET', path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-store',
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull();
  }
});

test('a request id is never taken from the request', async () => {
  const { headers } = await call('GET', '/healthz', undefined, {
    'x-request-id': 'mine',
    'request-id': 'mine',
  });
  expect(headers.get('x-request-id')).not.toBe('mine');
});

describe('cookies', () => {
  const send = (body: unknown, headers: Record<string, string> = {}) =>
    call('POST', '/api/v1/cookie', body, headers);

  test('the refresh token travels in a cookie that scripts and other sites cannot use', async () => {
    const { headers } = await send({ token: 'abc.def_1' });
    expect(headers.get('set-cookie')).toBe(
      '__Host-custodia_refresh=abc.def_1; Expires=Tue, 01 Jan 2030 00:00:00 GMT; Path=/; HttpOnly; Secure; SameSite=Strict',
    );
    expect((await send({})).headers.get('set-cookie')).toContain('Max-Age=0; Path=/');
  });

  test.each([
    ['__Host-custodia_refresh=abc', 'abc'],
    ['a=b; __Host-custodia_refresh=abc; c=d', 'abc'],
    ['__Host-custodia_refresh=abc; __Host-custodia_refresh=def', null],
    ['__Host-custodia_refresh=a"b', null],
    ['__Host-custodia_refresh=', null],
    ['custodia_refresh=abc', null],
    [';;=;__Host-custodia_refresh', null],
  ])('Cookie: %s', async (cookie, token) => {
    expect((await send({}, { cookie })).body).toEqual({ cookie_mode: false, cookie: token });
  });

  test('cookie mode is asked for by a header that other sites cannot set', async () => {
    expect((await send({}, { 'x-auth-transport': 'Cookie' })).body).toMatchObject({ cookie_mode: true });
    expect((await send({}, { 'x-auth-transport': 'other' })).body).toMatchObject({ cookie_mode: false });
  });
});

describe('cross-origin requests', () => {
  const preflight = (origin: string, url = server.url) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-auth-transport',
      },
    });

  test('configured origins may send credentials', async () => {
    const { headers } = await preflight('https://app.example.com');
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-headers')).toContain('x-auth-transport');
  });

  test.each(['https://evil.example.com', 'null', 'https://studio.apollographql.com'])(
    '%s may not',
    async (origin) => {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  test('Apollo’s explorer may in development, where it opens at /graphql', async () => {
    const development = await startLibrary('development');
    try {
      for (const origin of ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com']) {
        const { headers } = await preflight(origin, development.url);
        expect(headers.get('access-control-allow-origin')).toBe(origin);
        expect(headers.get('access-control-allow-headers')).toContain('authorization');
      }
      const evil = await preflight('https://evil.example.com', development.url);
      expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await development.stop();
    }
  });
});
