import { SMALL_ROUTES } from '../../http/small-routes.js';
import { startLibrary, VIEWER, type LibraryServer } from '../../graphql/library-server.js';

let server: LibraryServer;

beforeAll(async () => {
  const authenticate = () => ({ ...VIEWER, scope: ['something:else'] });
  server = await startLibrary('production', { authenticate, routes: SMALL_ROUTES });
});
afterAll(() => server.stop());

test('a token that is not for the account opens nothing that needs a sign-in', async () => {
  const { body } = await server.graphql('{ secretShelf }');
  expect(body.errors?.[0]?.extensions.code).toBe('STEP_UP_REQUIRED');
  expect((await fetch(`${server.url}/api/v1/me`)).status).toBe(403);
});

test('and what is open to everybody stays open', async () => {
  const { body } = await server.graphql('{ genres }');
  expect(body.errors).toBeUndefined();
});
