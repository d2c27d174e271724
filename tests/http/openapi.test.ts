import { Validator } from '@seriousme/openapi-schema-validator';
import { startLibrary, type LibraryServer } from '../graphql/library-server.js';
import { SMALL_ROUTES } from './small-routes.js';

interface OpenApi {
  openapi: string;
  paths: Record<
    string,
    Record<string, { responses: Record<string, unknown>; security: unknown[]; operationId: string }>
  >;
}

let server: LibraryServer;
let document: OpenApi;
beforeAll(async () => {
  server = await startLibrary('production', { routes: SMALL_ROUTES });
  document = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as OpenApi;
});
afterAll(() => server.stop());

test('the document is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
  expect(document.openapi).toBe('3.1.0');
});

test('it lists every route with its answers and errors', () => {
  expect(Object.keys(document.paths)).toEqual(['/api/v1/things', '/api/v1/me', '/api/v1/cookie']);
  const operation = document.paths['/api/v1/things']?.['post'];
  expect(Object.keys(operation?.responses ?? {})).toEqual([
    '201',
    '400',
    '401',
    '409',
    '413',
    '415',
    '500',
    '503',
  ]);
  expect(operation).toMatchObject({ operationId: 'postThings', security: [] });
  expect(document.paths['/api/v1/me']?.['get']?.security).toEqual([{ accessToken: [] }]);
});

test('what it promises of methods holds on the server', async () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of Object.keys(operations)) {
      const response = await fetch(server.url + path, { method: method.toUpperCase() });
      expect([404, 405]).not.toContain(response.status);
    }
  }
});
