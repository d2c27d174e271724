import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Validator } from '@seriousme/openapi-schema-validator';
import { codeAt, enroll, letStepsPass, wrongCode } from '../auth/authenticator.js';
import { register } from '../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';

interface OpenApi {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
}

let server: FullServer;
let document: OpenApi;
const called = new Set<string>();

beforeAll(async () => {
  server = await startFullServer();
  document = (await server.rest('GET', '/api/v1/openapi.json')).body as unknown as OpenApi;
});
afterAll(() => server.stop());

/** Calls a route and holds the answer against the document: its status is listed, its body fits the schema. */
async function call(method: string, path: string, body?: unknown, token?: string, url = path) {
  const answer = await server.rest(method, url, body, token);
  const operation = document.paths[path]?.[method.toLowerCase()];
  const response = operation?.responses[String(answer.status)];
  if (!response)
    throw new Error(`${method} ${path} answered ${answer.status}, which the document does not list`);
  called.add(`${method} ${path}`);
  const schema = response.content?.['application/json']?.schema;
  if (schema) {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile({ ...schema, components: (document as { components?: object }).components });
    expect({ path, status: answer.status, errors: validate(answer.body) ? null : validate.errors }).toEqual({
      path,
      status: answer.status,
      errors: null,
    });
  } else {
    expect(answer.body).toBeNull();
  }
  return answer;
}

test('the document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(
    structuredClone(document) as object as Record<string, unknown>,
  );
  expect(result.errors ?? null).toBeNull();
  expect((document as unknown as { openapi: string }).openapi).toMatch(/^3\.1\./);
});

test('every route answers as the document says, in success and in failure', async () => {
  const email = 'grace@example.com';
  const profile = { full_name: 'Grace', phone_number: '+4915112345678' };
  const registered = await call('POST', '/api/v1/auth/register', { email, password: PASSWORD, ...profile });
  expect(registered.status).toBe(201);
  expect((await call('POST', '/api/v1/auth/register', { email, password: PASSWORD })).status).toBe(409);
  expect((await call('POST', '/api/v1/auth/register', { email: 'nobody', password: 1 })).status).toBe(400);

  const verification = { token: await server.mailedToken('verify-email') };
  expect((await call('POST', '/api/v1/auth/verify-email', verification)).status).toBeLessThan(300);
  expect((await call('POST', '/api/v1/auth/verify-email', verification)).status).toBe(400);

  expect((await call('POST', '/api/v1/auth/login', { email, password: 'a wrong one, surely' })).status).toBe(
    401,
  );
  const login = await call('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  expect(login.status).toBe(200);
  const refreshed = await call('POST', '/api/v1/auth/refresh', { refresh_token: login.body?.refresh_token });
  expect(refreshed.status).toBe(200);
  expect((await call('POST', '/api/v1/auth/refresh', { refresh_token: 'cst_rt_no' })).status).toBe(400);

  const token = String(refreshed.body?.access_token);
  expect((await call('GET', '/api/v1/users/me')).status).toBe(401);
  const me = await call('GET', '/api/v1/users/me', undefined, token);
  expect(me.body).toMatchObject({ email, is_verified: true, profile: { full_name: 'Grace' } });
  const changed = await call(
    'PUT',
    '/api/v1/users/me',
    { full_name: null, preferences: { theme: 'dark' } },
    token,
  );
  expect(changed.body).toMatchObject({
    profile: { full_name: null, phone_number: '+4915112345678', preferences: { theme: 'dark' } },
  });
  expect((await call('PUT', '/api/v1/users/me', { full_name: 7 }, token)).status).toBe(400);

  expect((await call('POST', '/api/v1/auth/reset-password', { email })).status).toBe(202);
  expect((await call('POST', '/api/v1/auth/reset-password', { email: 'stranger@example.com' })).status).toBe(
    202,
  );
  const reset = {
    token: await server.mailedToken('reset-password'),
    new_password: 'another fine long password',
  };
  expect((await call('POST', '/api/v1/auth/reset-password/confirm', reset)).status).toBeLessThan(300);
  expect((await call('POST', '/api/v1/auth/reset-password/confirm', reset)).status).toBe(400);

  const download = '/api/v1/data-exports/{id}/download';
  const guessed = download.replace('{id}', '0e161f34-db87-4908-82d1-d792c1b84e05') + '?token=guessed';
  expect((await call('GET', download, undefined, undefined, guessed)).status).toBe(400);

  const again = await call('POST', '/api/v1/auth/login', { email, password: 'another fine long password' });
  const unasked = await call(
    'POST',
    '/api/v1/auth/logout',
    { everywhere: true },
    String(again.body?.access_token),
  );
  expect(unasked.status).toBe(400);
  const logout = await call('POST', '/api/v1/auth/logout', undefined, String(again.body?.access_token));
  expect(logout.status).toBeLessThan(300);
  expect((await call('GET', '/api/v1/users/me', undefined, String(again.body?.access_token))).status).toBe(
    401,
  );
});

test('an export is fetched by a link only', async () => {
  const path = '/api/v1/data-exports/{id}/download';
  const url = path.replace('{id}', randomUUID());
  expect((await call('GET', path, undefined, undefined, `${url}?token=cst_ot_no`)).status).toBe(400);
});

test('a second factor is asked for, and completes the sign-in', async () => {
  const email = await register(server);
  const login = () => call('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  const { secret } = await enroll(server, String((await login()).body?.access_token));
  const user = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  await letStepsPass(server, user.id);
  const { body } = await login();
  expect(body).toMatchObject({ mfa_required: true });
  const answer = { challenge: body?.challenge, method: 'TOTP' };
  const wrong = { ...answer, code: wrongCode(secret, new Date()) };
  expect((await call('POST', '/api/v1/auth/mfa', wrong)).status).toBe(401);
  const right = { ...answer, code: codeAt(secret, new Date()) };
  expect((await call('POST', '/api/v1/auth/mfa', right)).status).toBe(200);
  expect((await call('POST', '/api/v1/auth/mfa', right)).status).toBe(400);
});

test('a provider that there is not is not found', async () => {
  for (const path of ['/auth/{provider}/start', '/auth/{provider}/callback']) {
    const answer = await call('GET', path, undefined, undefined, path.replace('{provider}', 'nobody'));
    expect(answer.status).toBe(404);
  }
});

test('no route of the document was left out above', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...called].sort()).toEqual(documented.sort());
});
