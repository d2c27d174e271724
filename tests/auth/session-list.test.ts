import { startFullServer, type FullServer } from '../setup/full-server.js';
import { codeOf, logIn, register, type TokenTexts } from './signed-in.js';

let server: FullServer;
let email: string;
let signIns: { session: { id: string }; tokens: TokenTexts }[];

beforeAll(async () => {
  server = await startFullServer();
  email = await register(server);
  signIns = [];
  for (let count = 0; count < 5; count += 1) signIns.push(await logIn(server, email));
});
afterAll(() => server?.stop());

interface Page {
  nodes: { id: string; current: boolean }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  totalCount: number;
}

const SESSIONS = `query ($first: Int, $after: String) { viewer { sessions(first: $first, after: $after) {
  nodes { id current } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
} } }`;

async function list(variables: object = {}) {
  const answer = await server.graphql(SESSIONS, variables, signIns[2]!.tokens.accessToken);
  return { ...answer, page: (answer.data?.viewer as { sessions: Page } | null | undefined)?.sessions };
}

test('lists the running sessions, the newest first, and marks the one that asks', async () => {
  const { page } = await list();
  expect(page?.nodes.map(({ id }) => id)).toEqual(signIns.map(({ session }) => session.id).reverse());
  expect(page?.nodes.filter(({ current }) => current).map(({ id }) => id)).toEqual([signIns[2]!.session.id]);
  expect(page).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: false, hasPreviousPage: false } });
});

test('pages of two visit each session once', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { page }: { page?: Page } = await list({ first: 2, after });
    seen.push(...(page?.edges ?? []).map(({ node }) => node.id));
    expect(page?.totalCount).toBe(5);
    if (!page?.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(seen).toEqual(signIns.map(({ session }) => session.id).reverse());
});

test('refuses a tampered cursor and a page of more than 100', async () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const tampered = [
    'x',
    '',
    encode([]),
    encode(['2026-01-01T00:00:00.000Z']),
    encode(['2026-01-01T00:00:00.000Z', 'no-uuid']),
    encode(['yesterday', signIns[0]!.session.id]),
    encode([{ gt: 0 }, signIns[0]!.session.id]),
    encode([`'; DROP TABLE sessions; --`, signIns[0]!.session.id]),
  ];
  for (const after of tampered) expect(codeOf(await list({ after }))).toBe('BAD_USER_INPUT');
  expect(codeOf(await list({ first: -1 }))).toBe('BAD_USER_INPUT');
  expect(codeOf(await list({ first: 101 }))).toBe('QUERY_TOO_COMPLEX');
});

test('revokeSession ends one session, revokeOtherSessions all but the current one', async () => {
  const own = await register(server);
  const [one, two, three, four] = await Promise.all(Array.from({ length: 4 }, () => logIn(server, own)));
  const token = one!.tokens.accessToken;
  const revoke = await server.graphql(
    'mutation ($id: ID!) { revokeSession(id: $id) { revoked } }',
    { id: two!.session.id },
    token,
  );
  expect(revoke.data).toEqual({ revokeSession: { revoked: 1 } });
  const others = await server.graphql('mutation { revokeOtherSessions { revoked } }', {}, token);
  expect(others.data).toEqual({ revokeOtherSessions: { revoked: 2 } });
  for (const ended of [two, three, four]) {
    expect(codeOf(await server.graphql('{ viewer { id } }', {}, ended!.tokens.accessToken))).toBe(
      'UNAUTHENTICATED',
    );
  }
  const left = await server.graphql('{ viewer { sessions { nodes { id } } } }', {}, token);
  expect(left.data).toEqual({ viewer: { sessions: { nodes: [{ id: one!.session.id }] } } });
});

test('a session is a node for its owner', async () => {
  const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  const [mine] = signIns;
  const found = await server.graphql(query, { id: mine!.session.id }, mine!.tokens.accessToken);
  expect(found.data).toEqual({ node: { __typename: 'Session', id: mine!.session.id } });
  const stranger = await logIn(server, await register(server));
  const hidden = await server.graphql(query, { id: mine!.session.id }, stranger.tokens.accessToken);
  expect(hidden.data).toEqual({ node: null });
  expect((await server.graphql(query, { id: mine!.session.id })).data).toEqual({ node: null });
});
