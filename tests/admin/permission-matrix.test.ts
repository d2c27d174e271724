import { randomUUID } from 'node:crypto';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import { createApiSchema } from '../../src/app/schema.js';
import { findAccess, type Access } from '../../src/security/access.js';
import { permissionsOf, ROLES, type Permission, type Role } from '../../src/security/permissions.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { createAccount, signInAs, type Person } from './staff.js';

const schema = createApiSchema();

/** Every field of every object type of the schema. */
const FIELDS = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('_'))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type: type.name, field })));

const of = (type: string) => FIELDS.filter((each) => each.type === type).map(({ field }) => field);

/** A valid value for an argument, so that what answers is the right and not the input. */
function valueFor(given: GraphQLInputType): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return [valueFor(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(required.map((field) => [field.name, valueFor(field.type)]));
  }
  const values: Record<string, unknown> = {
    ID: randomUUID(),
    EmailAddress: `${randomUUID()}@example.com`,
    Boolean: true,
    Int: 1,
    DateTime: '2999-01-01T00:00:00.000Z',
    JSONObject: {},
    URL: 'https://example.com/',
    PhoneNumber: '+4930123456',
  };
  return values[getNamedType(type).name] ?? 'text';
}

function selectionOf(type: GraphQLOutputType): string {
  return isLeafType(getNamedType(type)) ? '' : '{ __typename }';
}

/** A call of a root field with valid arguments in variables. */
function callOf(operation: 'query' | 'mutation', field: GraphQLField<unknown, unknown>) {
  const args = field.args.filter((arg) => isNonNullType(arg.type));
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const head = declared === '' ? operation : `${operation} (${declared})`;
  const call = passed === '' ? field.name : `${field.name}(${passed})`;
  return {
    query: `${head} { ${call} ${selectionOf(field.type)} }`,
    variables: Object.fromEntries(args.map((arg) => [arg.name, valueFor(arg.type)])),
  };
}

function mayCall(access: Access, roles: readonly Role[]): boolean {
  if (access === 'public' || access === 'signedIn') return true;
  return permissionsOf(roles).has(access === 'self' ? 'users:read' : access);
}

let server: FullServer;
const people = new Map<Role, Person>();
let other: { id: string };

beforeAll(async () => {
  server = await startFullServer();
  other = await createAccount(server);
}, 60_000);
afterAll(() => server.stop());

/** Anew where the call before has ended the session. */
async function personOf(role: Role): Promise<Person> {
  const known = people.get(role);
  if (known) {
    const answer = await server.graphql('{ viewer { id } }', {}, known.token);
    if (answer.data?.viewer) return known;
  }
  const person = await signInAs(server, [role]);
  people.set(role, person);
  return person;
}

test('every field has an entry: what nobody decided, nobody gets', () => {
  expect(FIELDS.length).toBeGreaterThan(60);
  const holes = FIELDS.filter(({ type, field }) => findAccess(type, field.name) === null);
  expect(holes.map(({ type, field }) => `${type}.${field.name}`)).toEqual([]);
});

describe.each([
  ['query', 'Query'],
  ['mutation', 'Mutation'],
] as const)('each %s', (operation, type) => {
  test.each(of(type).map((field) => [field.name, field] as const))(
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
  test.each(of('User').map((field) => [field.name, field] as const))('%s', async (name, field) => {
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
