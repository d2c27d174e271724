import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { createAuthClient } from '../../examples/spa/src/auth/auth-client.js';
import { createAuthLink } from '../../examples/spa/src/auth/auth-link.js';
import { eventually } from '../setup/eventually.js';

// The client against a server that answers as each test says; each client is a tab of its own, without Web Locks.

type Answer = { status?: number; headers?: Record<string, string>; body?: object };

describe('the client of the single-page application', () => {
  let server: Server;
  let endpoint: string;
  let refresh: (count: number) => Answer | 'hang up';
  let viewer: (authorization: string | undefined) => Answer;
  let refreshes: number;
  let viewers: number;
  let now: number;
  let names = 0;
  let opened: ReturnType<typeof createAuthClient>[];

  beforeAll(async () => {
    server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    [refreshes, viewers, now, opened] = [0, 0, Date.now(), []];
    names += 1;
    refresh = (count) => granted(`token-${count}`);
    viewer = () => ({ body: { data: { viewer: { __typename: 'User', id: '1' } } } });
  });
  afterEach(() => opened.forEach((client) => client.close()));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const given = text.includes('RefreshSession')
      ? refresh((refreshes += 1))
      : ((viewers += 1), viewer(request.headers.authorization));
    if (given === 'hang up') return void response.destroy();
    response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
    response.end(JSON.stringify(given.body ?? {}));
  }

  function granted(accessToken: string, sessionId = 'one'): Answer {
    const accessTokenExpiresAt = new Date(Date.now() + 600_000).toISOString();
    const payload = { session: { id: sessionId }, tokens: { accessToken, accessTokenExpiresAt } };
    return { body: { data: { refreshSession: payload } } };
  }

  const refused = (code: string, more: object = {}): Answer => ({
    body: { data: { refreshSession: null }, errors: [{ message: code, extensions: { code, ...more } }] },
  });

  /** A tab; its timers never ring, so that it does only what a test asks for. */
  function openTab() {
    const platform = { now: () => now, after: () => () => undefined, random: () => 0, locks: null };
    const client = createAuthClient({ endpoint, name: `tabs-${names}`, platform });
    opened.push(client);
    return client;
  }

  async function openSignedIn() {
    const client = openTab();
    await eventually(() => expect(client.getState().status).toBe('signed-in'));
    return client;
  }

  function askAs(auth: ReturnType<typeof createAuthClient>) {
    const link = createAuthLink(auth).concat(new HttpLink({ uri: endpoint }));
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    return client.query({ query: gql`query { viewer { id } }`, fetchPolicy: 'no-cache' }); // prettier-ignore
  }

  test('a network that fails, and a server that does, sign nobody out, and are waited for', async () => {
    refresh = () => 'hang up';
    const auth = openTab();
    await eventually(() => expect(auth.getState()).toMatchObject({ problem: { code: 'NETWORK' } }));
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'NETWORK' });
    expect(refreshes).toBe(1); // the second attempt was too early to be sent
    now += 1_001;
    refresh = () => ({ status: 503 });
    await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'HTTP_503' });
    now += 2_001;
    refresh = (count) => granted(`token-${count}`);
    expect(await auth.getAccessToken()).toBe('token-3');
    expect(auth.getState()).toEqual({ status: 'signed-in', sessionId: 'one', problem: null });
  });

  test.each([
    ['retryAfterSeconds', (): Answer => refused('RATE_LIMITED', { retryAfterSeconds: 30 })],
    ['the header', (): Answer => ({ ...refused('OVERLOADED'), headers: { 'retry-after': '30' } })],
  ])('keeps to what the server says by %s', async (_name, limited) => {
    refresh = limited;
    const auth = openTab();
    await eventually(() => expect(auth.getState()).toMatchObject({ problem: { retryAt: now + 30_000 } }));
    now += 29_000;
    await expect(auth.getAccessToken()).rejects.toMatchObject({ name: 'AuthUnavailableError' });
    expect(refreshes).toBe(1);
  });

  test.each(['TOKEN_INVALID', 'TOKEN_REUSED'])('%s signs out every tab', async (code) => {
    const tabs = [await openSignedIn(), await openSignedIn()] as const;
    refresh = () => refused(code);
    now += 700_000;
    expect(await tabs[0].getAccessToken()).toBeNull();
    for (const { getState } of tabs)
      await eventually(() => expect(getState()).toEqual({ status: 'signed-out', reason: code }));
  });

  test('a visitor without a session is signed out for no reason', async () => {
    refresh = () => refused('TOKEN_INVALID');
    const auth = openTab();
    await eventually(() => expect(auth.getState()).toEqual({ status: 'signed-out', reason: null }));
  });

  test('many that need a token at once make one refresh', async () => {
    const auth = await openSignedIn();
    now += 700_000;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => auth.getAccessToken()));
    expect(new Set(tokens)).toEqual(new Set(['token-2']));
    expect(refreshes).toBe(2);
  });

  test('an operation that was refused is repeated once with a fresh token, and no more', async () => {
    const auth = await openSignedIn();
    const unauthenticated = { body: { errors: [{ message: '', extensions: { code: 'UNAUTHENTICATED' } }] } };
    const answered = viewer;
    viewer = (authorization) =>
      authorization === 'Bearer token-2' ? answered(authorization) : unauthenticated;
    expect(await askAs(auth)).toMatchObject({ data: { viewer: { id: '1' } } });
    expect([refreshes, viewers]).toEqual([2, 2]);
    viewer = () => unauthenticated;
    await expect(askAs(auth)).rejects.toThrow();
    expect([refreshes, viewers]).toEqual([3, 4]);
  });

  test('nothing is repeated for somebody else who has signed in meanwhile', async () => {
    const auth = await openSignedIn();
    refresh = () => granted('of-another', 'two');
    expect(await auth.replaceRefused('token-1')).toBeNull();
    expect(auth.getState()).toMatchObject({ sessionId: 'two' });
  });
});
