import { startLibrary } from '../graphql/library-server.js';

test('ready when everything it depends on is, and not otherwise', async () => {
  let database = true;
  const server = await startLibrary('production', {
    readinessChecks: {
      database: () => (database ? Promise.resolve() : Promise.reject(new Error('canary'))),
      jobs: () => Promise.resolve(),
    },
  });
  try {
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', jobs: 'ok' },
    });
    database = false;
    const response = await fetch(`${server.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'unavailable',
      checks: { database: 'failed', jobs: 'ok' },
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  } finally {
    await server.stop();
  }
});

test('the key set may be cached and is sent again only when it changed', async () => {
  const keys = [{ kid: 'one' }];
  const server = await startLibrary('production', { jwks: () => ({ keys }) });
  const get = (headers = {}) => fetch(`${server.url}/.well-known/jwks.json`, { headers });
  try {
    const first = await get();
    expect(await first.json()).toEqual({ keys: [{ kid: 'one' }] });
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    const tag = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await get(tag)).status).toBe(304);
    keys.push({ kid: 'two' });
    expect((await get(tag)).status).toBe(200);
  } finally {
    await server.stop();
  }
});

test('closing lets a running request end and leaves no connection', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const slow = () => {
    arrive();
    return gate;
  };
  const server = await startLibrary('production', { readinessChecks: { slow } });
  const running = fetch(`${server.url}/readyz`);
  await arrived;
  const stopped = server.stop();
  release();
  expect((await running).status).toBe(200);
  await stopped;
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
});
