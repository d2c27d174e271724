import { ROLES, permissionsOf, PERMISSIONS } from '../../src/security/rights/permissions.js';
import { signInAs } from '../admin/staff.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

const APOLLO = 'apollo::authorization::required_policies';
const HIVE = 'hive::authorization::required_policies';
const POLICIES = Object.fromEntries(
  [...Object.keys(PERMISSIONS), 'no:permission'].map((name) => [name, null]),
);

let server: FullServer;

beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

/** What Apollo Router sends at its stage SupergraphRequest; header values are lists. */
function fromApollo(token?: string, key = APOLLO) {
  return {
    version: 1,
    stage: 'SupergraphRequest',
    control: 'continue',
    id: 'd0a8245df0efe8aa38a80dba1147fb2e',
    headers: { ...(token === undefined ? {} : { authorization: [`Bearer ${token}`] }) },
    context: { entries: { 'apollo::supergraph::operation_name': 'Users', [key]: POLICIES } },
  };
}

/** What Hive Router sends at graphql.analysis. */
function fromHive(token: string) {
  return {
    version: 1,
    stage: 'graphql.analysis',
    id: '1',
    headers: { authorization: `Bearer ${token}` },
    context: { 'hive::operation::name': 'Users', [HIVE]: POLICIES },
  };
}

const decide = (call: object) => server.rest('POST', '/federation/policies', call);

function expected(permissions: Iterable<string>) {
  const held = new Set(permissions);
  return Object.fromEntries(Object.keys(POLICIES).map((name) => [name, held.has(name)]));
}

test('each role is granted the policies that are its permissions', async () => {
  for (const role of ROLES) {
    const { token } = await signInAs(server, [role]);
    const policies = expected(permissionsOf([role]));
    expect((await decide(fromApollo(token))).body).toEqual({
      version: 1,
      stage: 'SupergraphRequest',
      control: 'continue',
      id: 'd0a8245df0efe8aa38a80dba1147fb2e',
      context: { entries: { 'apollo::supergraph::operation_name': 'Users', [APOLLO]: policies } },
    });
    expect((await decide(fromHive(token))).body).toMatchObject({ context: { [HIVE]: policies } });
  }
});

test('a role that is taken away decides otherwise with the next request', async () => {
  const { id, token } = await signInAs(server, ['ADMIN']);
  await server.app.db.userRole.deleteMany({ where: { userId: id } });
  expect((await decide(fromApollo(token))).body).toMatchObject({
    context: { entries: { [APOLLO]: expected([]) } },
  });
});

test('nobody, and a token that is none, are granted nothing', async () => {
  for (const token of [undefined, 'no.token.atall']) {
    const { status, body } = await decide(fromApollo(token));
    expect(status).toBe(200);
    expect(body).toMatchObject({ control: 'continue', context: { entries: { [APOLLO]: expected([]) } } });
  }
});

test('the key of the first Apollo Router is decided too, and a request without policies passes', async () => {
  const { token } = await signInAs(server, ['ADMIN']);
  const key = 'apollo_authorization::policies::required';
  expect((await decide(fromApollo(token, key))).body).toMatchObject({
    context: { entries: { [key]: expected(permissionsOf(['ADMIN'])) } },
  });
  const { body } = await decide({ version: 1, stage: 'graphql.analysis', headers: {}, context: {} });
  expect(body).toEqual({ version: 1, stage: 'graphql.analysis', control: 'continue', context: {} });
});

test.each([
  ['no object', []],
  ['another version', { version: 2, context: {} }],
  ['no context', { version: 1, headers: {} }],
])('%s is refused', async (_name, call) => {
  expect(await decide(call)).toMatchObject({ status: 400, body: { code: 'BAD_USER_INPUT' } });
});
