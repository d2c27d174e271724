import { findAccess, type Access } from '../../src/security/rights/access.js';
import { permissionsOf, ROLES, type Permission } from '../../src/security/rights/permissions.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { callOf, createPeople, FIELDS, fieldsOf, mayCall, selectionOf } from './matrix-calls.js';
import { createNodes } from './matrix-nodes.js';
import { createAccount, signInAs, type Person } from './staff.js';

let server: FullServer;
let personOf: ReturnType<typeof createPeople>;
let other: { id: string };

beforeAll(async () => {
  server = await startFullServer();
  personOf = createPeople(server);
  other = await createAccount(server);
});
afterAll(() => server.stop());

test('every field has an entry: what nobody decided, nobody gets', () => {
  expect(FIELDS.length).toBeGreaterThan(60);
  const holes = FIELDS.filter(({ type, field }) => findAccess(type, field.name) === null);
  expect(holes.map(({ type, field }) => `${type}.${field.name}`)).toEqual([]);
  for (const type of ['Query', 'Mutation', 'User', 'Nothing']) expect(findAccess(type, 'nothing')).toBeNull();
});

describe.each([
  ['query', 'Query'],
  ['mutation', 'Mutation'],
] as const)('each %s', (operation, type) => {
  test.each(fieldsOf(type).map((field) => [field.name, field] as const))(
    '%s answers those who may call it, and nobody else',
    async (name, field) => {
      const access = findAccess(type, name) as Access;
      const { query, variables } = callOf(operation, field);
      const anonymous = codeOf(await server.graphql(query, variables));
      if (access === 'public') expect(anonymous).not.toBe('UNAUTHENTICATED');
      else expect(anonymous).toBe('UNAUTHENTICATED');
      for (const role of ROLES) {
        const { token } = await personOf(role);
        const code = codeOf(await server.graphql(query, variables, token));
        expect(code).not.toBe('UNAUTHENTICATED');
        expect([role, code === 'FORBIDDEN']).toEqual([role, !mayCall(access, [role])]);
      }
    },
  );
});

describe('each field of an account', () => {
  test.each(fieldsOf('User').map((field) => [field.name, field] as const))('%s', async (name, field) => {
    const access = findAccess('User', name) as Access;
    const query = `query ($id: ID!) { user(id: $id) { ${name} ${selectionOf(field.type)} } }`;
    for (const role of [null, ...ROLES]) {
      const person = role && (await personOf(role));
      const code = codeOf(await server.graphql(query, { id: other.id }, person?.token));
      expect([role, code]).toEqual([role, mayCall(access, role ? [role] : []) ? undefined : 'FORBIDDEN']);
      if (person)
        expect((await server.graphql(query, { id: person.id }, person.token)).errors).toBeUndefined();
    }
  });
});

describe('node(id)', () => {
  const OWNER = ['owner'];
  const OWNER_AND_OFFICERS = ['owner', 'PRIVACY_OFFICER', 'ADMIN'];
  let idOf: Awaited<ReturnType<typeof createNodes>>;
  let owner: Person;
  beforeAll(async () => {
    owner = await signInAs(server);
    idOf = await createNodes(server, owner.id);
  });

  test.each([
    ['Session', OWNER],
    ['Passkey', OWNER],
    ['DataExport', OWNER],
    ['AuditEvent', OWNER_AND_OFFICERS],
    ['ErasureRequest', OWNER_AND_OFFICERS],
  ] as const)('finds a %s for %j only', async (type, expected) => {
    const callers: [string, string | undefined][] = [
      ['nobody', undefined],
      ['owner', owner.token],
    ];
    for (const role of ROLES) callers.push([role, (await personOf(role)).token]);
    const found: string[] = [];
    for (const [who, token] of callers) {
      const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
      const { data } = await server.graphql(query, { id: idOf[type] }, token);
      if (data?.node === null) continue;
      expect(data?.node).toEqual({ __typename: type, id: idOf[type] });
      found.push(who);
    }
    expect(found.sort()).toEqual([...expected].sort());
  });
});

test('a role that is taken away is gone with the next request', async () => {
  const person = await signInAs(server, ['SUPPORT']);
  const list = () => server.graphql('{ users { nodes { id } } }', {}, person.token);
  expect((await list()).errors).toBeUndefined();
  await server.app.db.userRole.deleteMany({ where: { userId: person.id } });
  expect(codeOf(await list())).toBe('FORBIDDEN');
});

test('the permissions of an account are those of the table', async () => {
  for (const role of ROLES) {
    const { token } = await personOf(role);
    const { data } = await server.graphql('{ viewer { roles permissions } }', {}, token);
    const expected: Permission[] = [...permissionsOf([role])];
    expect(data?.viewer).toEqual({ roles: [...new Set(['USER', role])], permissions: expected });
  }
});
