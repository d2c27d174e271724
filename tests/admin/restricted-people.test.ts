import { startFullServer, type FullServer } from '../setup/full-server.js';
import { createAccount, signInAs } from './staff.js';

let server: FullServer;

beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

test('somebody whose processing is restricted is there for themselves and for privacy officers only', async () => {
  const { id } = await createAccount(server);
  await server.app.db.user.update({
    where: { id },
    data: { processingRestrictedAt: new Date() },
    select: { id: true },
  });
  const query = `query ($id: ID!) { users(first: 100) { totalCount nodes { id } } user(id: $id) { id email } }`;
  for (const [role, isShown] of [
    ['PRIVACY_OFFICER', true],
    ['ADMIN', false],
    ['SUPPORT', false],
  ] as const) {
    const { token } = await signInAs(server, [role]);
    const { data, errors } = await server.graphql(query, { id }, token);
    const { nodes, totalCount } = data?.users as { nodes: { id: string }[]; totalCount: number };
    expect([role, nodes.some((user) => user.id === id)]).toEqual([role, isShown]);
    expect(nodes).toHaveLength(totalCount);
    expect([role, errors?.[0]?.extensions.code]).toEqual([role, isShown ? undefined : 'FORBIDDEN']);
  }
});
