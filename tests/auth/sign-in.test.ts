import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { codeOf, logIn, register } from './signed-in.js';

let server: FullServer;
let email: string;

beforeAll(async () => {
  server = await startFullServer();
  email = await register(server);
});
afterAll(() => server?.stop());

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) {
  __typename
  ... on LoginSuccess {
    user { id email isVerified status lastLoginAt sessions { totalCount nodes { id current } } }
    session { id current createdAt lastSeenAt expiresAt ipAddress userAgent authenticationMethods }
    tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
  }
} }`;

test('login over GraphQL answers user, session and tokens that work', async () => {
  const { data, errors } = await server.graphql(LOGIN, { input: { email, password: PASSWORD } });
  expect(errors).toBeUndefined();
  const { user, session, tokens, __typename } = data?.login as Record<string, Record<string, unknown>>;
  expect(__typename).toBe('LoginSuccess');
  expect(user).toMatchObject({ email, isVerified: false, status: 'ACTIVE' });
  expect(user?.lastLoginAt).toEqual(expect.any(String));
  expect(session).toMatchObject({ current: true, ipAddress: '127.0.0.1', authenticationMethods: ['pwd'] });
  expect(user?.sessions).toEqual({ totalCount: 1, nodes: [{ id: session?.id, current: true }] });

  const viewer = await server.graphql('{ viewer { id } }', {}, String(tokens?.accessToken));
  expect(viewer.data).toEqual({ viewer: { id: user?.id } });
});

test('login over REST answers the same in snake_case', async () => {
  const { status, body } = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, user: { email, status: 'ACTIVE' } });
  expect(body?.refresh_token).toMatch(/^cst_rt_/);
  const me = await server.rest('GET', '/api/v1/users/me', undefined, String(body?.access_token));
  expect(me.status).toBe(200);
});

test('a refresh over GraphQL and over REST continue the same session', async () => {
  const { session, tokens } = await logIn(server, email);
  const { data } = await server.graphql(
    'mutation ($input: RefreshSessionInput) { refreshSession(input: $input) { session { id current } tokens { refreshToken } } }',
    { input: { refreshToken: tokens.refreshToken } },
  );
  const refreshed = data?.refreshSession as { session: object; tokens: { refreshToken: string } };
  expect(refreshed.session).toEqual({ id: session.id, current: true });
  const rest = await server.rest('POST', '/api/v1/auth/refresh', {
    refresh_token: refreshed.tokens.refreshToken,
  });
  expect(rest).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 600 } });
  expect(Object.keys(rest.body ?? {}).sort()).toEqual([
    'access_token',
    'expires_in',
    'refresh_token',
    'token_type',
  ]);
});

test('refreshing without a good token answers a code, and null beside its siblings', async () => {
  const answer = await server.graphql(`mutation {
    a: refreshSession { session { id } }
    b: refreshSession(input: { refreshToken: "cst_rt_made_up" }) { session { id } }
    c: refreshSession(input: { refreshToken: null }) { session { id } }
  }`);
  expect(answer.data).toEqual({ a: null, b: null, c: null });
  expect(answer.errors?.map(({ path, extensions }) => [path?.[0], extensions.code])).toEqual([
    ['a', 'BAD_USER_INPUT'],
    ['b', 'TOKEN_INVALID'],
    ['c', 'BAD_USER_INPUT'],
  ]);
  const rest = await server.rest('POST', '/api/v1/auth/refresh', { refresh_token: 'x'.repeat(50) });
  expect(rest).toMatchObject({ status: 400, body: { code: 'TOKEN_INVALID' } });
  const none = await server.rest('POST', '/api/v1/auth/refresh', {});
  expect(none).toMatchObject({
    status: 400,
    body: { fields: { refresh_token: expect.any(String) as string } },
  });
});

test('logout ends the access token and the refresh token at once, over GraphQL and REST', async () => {
  for (const how of ['graphql', 'rest']) {
    const { tokens } = await logIn(server, email);
    if (how === 'rest') {
      const answer = await server.rest('POST', '/api/v1/auth/logout', undefined, tokens.accessToken);
      expect(answer).toMatchObject({ status: 204, body: null });
    } else {
      const answer = await server.graphql('mutation { logout { success } }', {}, tokens.accessToken);
      expect(answer.data).toEqual({ logout: { success: true } });
    }
    const me = await server.rest('GET', '/api/v1/users/me', undefined, tokens.accessToken);
    expect(me).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(codeOf(await server.graphql('{ viewer { id } }', {}, tokens.accessToken))).toBe('UNAUTHENTICATED');
    const refresh = await server.rest('POST', '/api/v1/auth/refresh', { refresh_token: tokens.refreshToken });
    expect(refresh).toMatchObject({ status: 400, body: { code: 'TOKEN_INVALID' } });
  }
});

test('what needs a signed-in caller answers UNAUTHENTICATED to anybody else', async () => {
  const answer = await server.graphql(`mutation {
    logout { success }
    revokeSession(id: "00000000-0000-4000-8000-000000000000") { revoked }
    revokeOtherSessions { revoked }
    reauthenticate(password: "x") { accessToken }
  }`);
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(Array(4).fill('UNAUTHENTICATED'));
  expect(answer.data).toEqual({
    logout: null,
    revokeSession: null,
    revokeOtherSessions: null,
    reauthenticate: null,
  });
  expect((await server.rest('POST', '/api/v1/auth/logout')).status).toBe(401);
});
