import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { codeOf, logIn, register } from '../../auth/signed-in.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server?.stop());

test('nobody can see or end the sessions of somebody else', async () => {
  const victim = await logIn(server, await register(server));
  const attacker = await logIn(server, await register(server));
  const ask = (query: string, variables: object) =>
    server.graphql(query, variables, attacker.tokens.accessToken);

  const REVOKE = 'mutation ($id: ID!) { revokeSession(id: $id) { revoked } }';
  const ids = [victim.session.id, '00000000-0000-4000-8000-000000000000', 'x', '', `' OR 1=1 --`];
  for (const id of ids) {
    const answer = await ask(REVOKE, { id });
    expect(codeOf(answer)).toBe('NOT_FOUND');
    expect(answer.data).toEqual({ revokeSession: null });
  }
  expect((await ask('mutation { revokeOtherSessions { revoked } }', {})).data).toEqual({
    revokeOtherSessions: { revoked: 0 },
  });

  const viewer = await server.graphql('{ viewer { id } }', {}, victim.tokens.accessToken);
  const { id: userId } = viewer.data?.viewer as { id: string };
  const seen = await ask('query ($id: ID!) { user(id: $id) { id sessions { totalCount } } }', { id: userId });
  expect(codeOf(seen)).toBe('FORBIDDEN');
  expect(JSON.stringify(seen.data)).not.toContain('totalCount');
});
