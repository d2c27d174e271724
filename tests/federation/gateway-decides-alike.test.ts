import { findAccess } from '../../src/security/rights/access.js';
import { CREDENTIAL_MUTATIONS } from '../../src/security/rights/credential-mutations.js';
import { ROLES, type Role } from '../../src/security/rights/permissions.js';
import { callOf, createPeople, fieldsOf, mayCall, selectionOf } from '../admin/matrix-calls.js';
import { createAccount, signInAs } from '../admin/staff.js';
import { codeOf } from '../auth/signed-in.js';
import { startFederatedGraph, type FederatedGraph } from './federated-graph.js';

let graph: FederatedGraph;
let personOf: ReturnType<typeof createPeople>;
let buyer: { id: string };

beforeAll(async () => {
  graph = await startFederatedGraph();
  personOf = createPeople(graph.server);
  buyer = await createAccount(graph.server);
  graph.orders.push({ id: 'of-another', product: 'A book', buyerId: buyer.id });
});
afterAll(() => graph.stop());

type Answer = Awaited<ReturnType<FederatedGraph['ask']>>;

/** What a caller is refused as, of each field: whatever else goes wrong is no matter of access. */
function decisionsOf({ errors = [] }: Answer, fields: readonly { name: string }[]): Record<string, string> {
  const whole = errors.find(({ path }) => path === undefined)?.extensions.code;
  if (whole !== undefined) return { 'the whole operation': JSON.stringify(whole) };
  const codeOfField = (name: string): unknown =>
    errors.find(({ path }) => path?.[0] === name)?.extensions.code;
  return Object.fromEntries(
    fields.map(({ name }) => {
      const code = codeOfField(name);
      return [name, code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' ? code : 'allowed'];
    }),
  );
}

async function tokenOf(role: Role | null): Promise<string | undefined> {
  return role === null ? undefined : (await personOf(role)).token;
}

test('orders are joined to the accounts of their buyers, and accounts to their orders', async () => {
  const ada = await signInAs(graph.server);
  graph.orders.push({ id: 'of-ada', product: 'The Analytical Engine', buyerId: ada.id });
  const joined = await graph.ask(
    '{ viewer { email orders { product buyer { id email } } } order(id: "of-ada") { buyer { email } } }',
    {},
    ada.token,
  );
  expect(joined).toEqual({
    data: {
      viewer: {
        email: ada.email,
        orders: [{ product: 'The Analytical Engine', buyer: { id: ada.id, email: ada.email } }],
      },
      order: { buyer: { email: ada.email } },
    },
  });
  const stranger = await graph.ask('{ order(id: "of-ada") { product buyer { id email } } }');
  expect(stranger.data).toEqual({
    order: { product: 'The Analytical Engine', buyer: { id: ada.id, email: null } },
  });
  expect(codeOf(stranger)).toBe('FORBIDDEN');
});

/** Mutations cost a lot, some of them twice: so many fit into one operation. */
const MUTATIONS_AT_A_TIME = 6;
const FIELDS_AT_A_TIME = 12;

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) =>
    all.slice(part * size, (part + 1) * size),
  );
}

const ON_CREDENTIALS = fieldsOf('Mutation').filter(({ name }) => CREDENTIAL_MUTATIONS.has(name));
const PLAIN = fieldsOf('Mutation').filter(({ name }) => !CREDENTIAL_MUTATIONS.has(name));

// Queries are not nullable: the refusal of one empties the answer of all, so that each is asked alone.
const CALLS = [
  ...fieldsOf('Query').map((field) => ({ operation: 'query' as const, fields: [field] })),
  ...[...inParts(PLAIN, MUTATIONS_AT_A_TIME), ...inParts(ON_CREDENTIALS, 1)].map((fields) => ({
    operation: 'mutation' as const,
    fields,
  })),
];

describe.each([null, ...ROLES])('as %s, each root field is decided alike', (role) => {
  test.each(CALLS.map((call) => [call.fields.map(({ name }) => name).join(' '), call] as const))(
    '%s',
    async (_names, { operation, fields }) => {
      const { query, variables } = callOf(operation, ...fields);
      const direct = decisionsOf(await graph.server.graphql(query, variables, await tokenOf(role)), fields);
      const joined = decisionsOf(await graph.ask(query, variables, await tokenOf(role)), fields);
      expect(joined).toEqual(direct);
      const type = operation === 'query' ? 'Query' : 'Mutation';
      for (const { name } of fields) {
        const access = findAccess(type, name);
        const isRefused =
          access !== 'public' && (role === null || access === null || !mayCall(access, [role]));
        expect([name, joined[name] !== 'allowed']).toEqual([name, isRefused]);
      }
    },
  );
});

describe.each([null, ...ROLES])(
  'as %s, each field of an account that an order names is decided alike',
  (role) => {
    test.each(
      inParts(fieldsOf('User'), FIELDS_AT_A_TIME).map(
        (fields) => [fields.map(({ name }) => name).join(' '), fields] as const,
      ),
    )('%s', async (_names, fields) => {
      const token = await tokenOf(role);
      const select = (around: (selection: string) => string): string =>
        fields.map(({ name, type }) => `${name}: ${around(`{ ${name} ${selectionOf(type)} }`)}`).join(' ');
      const direct = await graph.server.graphql(
        `query ($id: ID!) { ${select((selection) => `user(id: $id) ${selection}`)} }`,
        { id: buyer.id },
        token,
      );
      const joined = await graph.ask(
        `{ ${select((selection) => `order(id: "of-another") { buyer ${selection} }`)} }`,
        {},
        token,
      );
      expect(decisionsOf(joined, fields)).toEqual(decisionsOf(direct, fields));
      for (const { name } of fields) {
        const access = findAccess('User', name);
        const isAllowed = access !== null && mayCall(access, role ? [role] : []);
        expect([name, decisionsOf(joined, fields)[name]]).toEqual([
          name,
          isAllowed ? 'allowed' : 'FORBIDDEN',
        ]);
        const order = joined.data?.[name] as { buyer: unknown } | null | undefined;
        expect(order?.buyer ?? null).toEqual(direct.data?.[name] ?? null);
      }
    });
  },
);

test('a token that is none is refused both ways', async () => {
  const query = '{ viewer { id } }';
  expect(codeOf(await graph.server.graphql(query, {}, 'no.token.atall'))).toBe('UNAUTHENTICATED');
  expect(codeOf(await graph.ask(query, {}, 'no.token.atall'))).toBe('UNAUTHENTICATED');
});
