import { PASSWORD, startFullServer, type FullServer } from '../../setup/full-server.js';
import { register } from '../../auth/signed-in.js';

let server: FullServer;
let email: string;
beforeAll(async () => {
  server = await startFullServer();
  email = await register(server);
});
afterAll(() => server?.stop());

const COOKIE_MODE = { 'x-auth-transport': 'cookie' };

/** Names the device, and is a cookie of its own. */
const DEVICE = '__Host-custodia_device=';

interface Answer {
  status: number;
  setCookie: string[];
  body: Record<string, unknown> | null;
}

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const parsed = text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
  const setCookie = response.headers.getSetCookie().filter((cookie) => !cookie.startsWith(DEVICE));
  return { status: response.status, setCookie, body: parsed };
}

/** What a browser would send back of the answer's one cookie. */
function cookieOf({ setCookie }: Answer): { cookie: string } {
  expect(setCookie).toHaveLength(1);
  return { cookie: setCookie[0]!.split(';')[0]! };
}

const logIn = () => post('/api/v1/auth/login', { email, password: PASSWORD }, COOKIE_MODE);
const refresh = (headers: Record<string, string>) => post('/api/v1/auth/refresh', {}, headers);
const EXPIRED = [expect.stringMatching(/^__Host-custodia_refresh=; Max-Age=0;/)];

test('the refresh token travels in a cookie that no script and no other site can use', async () => {
  const answer = await logIn();
  expect(answer.body).toMatchObject({ access_token: expect.any(String) as string, refresh_token: null });
  const [name, ...attributes] = answer.setCookie[0]!.split('; ');
  expect(name).toMatch(/^__Host-custodia_refresh=cst_rt_[0-9A-Za-z]{49}$/);
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']));
  expect(attributes.join()).not.toContain('Domain');
  expect(JSON.stringify(answer.body)).not.toContain('cst_rt_');
});

test('GraphQL does the same', async () => {
  const login = await post(
    '/graphql',
    {
      query: `mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { tokens { refreshToken } } } }`,
      variables: { input: { email, password: PASSWORD } },
    },
    COOKIE_MODE,
  );
  expect(login.body).toMatchObject({ data: { login: { tokens: { refreshToken: null } } } });
  const query = 'mutation { refreshSession { tokens { accessToken refreshToken } } }';
  const refreshed = await post('/graphql', { query }, { ...COOKIE_MODE, ...cookieOf(login) });
  expect(refreshed.body).toMatchObject({
    data: { refreshSession: { tokens: { accessToken: expect.any(String) as string, refreshToken: null } } },
  });
  expect(cookieOf(refreshed)).not.toEqual(cookieOf(login));
});

test('the cookie is exchanged for the next one', async () => {
  const login = await logIn();
  const refreshed = await refresh({ ...COOKIE_MODE, ...cookieOf(login) });
  expect(refreshed).toMatchObject({ status: 200, body: { refresh_token: null } });
  expect((await refresh({ ...COOKIE_MODE, ...cookieOf(refreshed) })).status).toBe(200);
});

test('without the header that only our own pages can send, the cookie is refused and stays usable', async () => {
  const cookie = cookieOf(await logIn());
  const without: Record<string, string>[] = [{}, { 'x-auth-transport': 'body' }];
  for (const headers of without) {
    const answer = await refresh({ ...headers, ...cookie });
    expect(answer).toMatchObject({ status: 403, body: { code: 'CSRF_HEADER_REQUIRED' }, setCookie: [] });
    const logout = await post('/api/v1/auth/logout', {}, { ...headers, ...cookie });
    expect(logout).toMatchObject({ status: 403, body: { code: 'CSRF_HEADER_REQUIRED' }, setCookie: [] });
  }
  expect((await refresh({ ...COOKIE_MODE, ...cookie })).status).toBe(200);
});

test('the cookie alone makes nobody signed in', async () => {
  const cookie = cookieOf(await logIn());
  const answer = await post('/graphql', { query: '{ viewer { id } }' }, { ...COOKIE_MODE, ...cookie });
  expect(answer.body).toMatchObject({ data: { viewer: null } });
});

test('logging out by the cookie, without an access token, ends the session and clears the cookie', async () => {
  const login = await logIn();
  const headers = { ...COOKIE_MODE, ...cookieOf(login) };
  const logout = await post('/api/v1/auth/logout', {}, headers);
  expect(logout).toMatchObject({ status: 204, setCookie: EXPIRED });
  const me = await server.rest('GET', '/api/v1/users/me', undefined, String(login.body?.access_token));
  expect(me.status).toBe(401);
  expect(await refresh(headers)).toMatchObject({
    status: 400,
    body: { code: 'TOKEN_INVALID' },
    setCookie: EXPIRED,
  });
});

test('a bad access token is refused at the log-out too, whose descriptions say to send none beside the cookie', async () => {
  const login = await logIn();
  const headers = { ...COOKIE_MODE, ...cookieOf(login) };
  const altered = String(login.body?.access_token).replace(/.{3}$/, 'AAA');
  const query = 'mutation { logout { success } }';
  for (const [path, body] of [
    ['/api/v1/auth/logout', {}],
    ['/graphql', { query }],
  ] as const) {
    const answer = await post(path, body, { ...headers, authorization: `Bearer ${altered}` });
    expect(answer).toMatchObject({ status: 401, setCookie: [] });
  }
  const answer = await post('/graphql', { query }, headers);
  expect(answer).toMatchObject({ body: { data: { logout: { success: true } } }, setCookie: EXPIRED });

  const rule = /without `Authorization`/;
  const { body: api } = await server.rest('GET', '/api/v1/openapi.json');
  const { paths } = api as { paths: Record<string, { post: { description: string } }> };
  expect(paths['/api/v1/auth/logout']?.post.description).toMatch(rule);
  const ofType = `{ __type(name: "Mutation") { fields { name description } } }`;
  const { data } = await server.graphql(ofType);
  const { fields } = data?.__type as { fields: { name: string; description: string }[] };
  expect(fields.find(({ name }) => name === 'logout')?.description).toMatch(rule);
});

test('a refresh in cookie mode without a cookie is refused', async () => {
  expect(await refresh(COOKIE_MODE)).toMatchObject({ status: 400, body: { code: 'TOKEN_INVALID' } });
});
