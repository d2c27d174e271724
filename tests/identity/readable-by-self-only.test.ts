import { randomUUID } from 'node:crypto';
import { codeOf, logIn, register } from '../auth/signed-in.js';
import { signInAs } from '../admin/staff.js';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
let mine: string;
let myId: string;
let otherId: string;

beforeAll(async () => {
  server = await startFullServer();
  mine = (await logIn(server, await register(server))).tokens.accessToken;
  const other = (await logIn(server, await register(server))).tokens.accessToken;
  myId = await idOf(mine);
  otherId = await idOf(other);
});
afterAll(() => server.stop());

async function idOf(token: string): Promise<string> {
  const { data } = await server.graphql('{ viewer { id } }', {}, token);
  return (data?.viewer as { id: string }).id;
}

const FIELDS = [
  'email',
  'isVerified',
  'status',
  'createdAt',
  'lastLoginAt',
  'deletedAt',
  'profile { fullName }',
  'sessions { totalCount }',
];

const USER = (fields: string) => `query ($id: ID!) { found: user(id: $id) { ${fields} } }`;
const NODE = (fields: string) => `query ($id: ID!) { found: node(id: $id) { ... on User { ${fields} } } }`;

test.each(FIELDS)('%s of another account is FORBIDDEN', async (field) => {
  const answer = await server.graphql(USER(`id ${field}`), { id: otherId }, mine);
  expect(codeOf(answer)).toBe('FORBIDDEN');
  expect(JSON.stringify(answer)).not.toContain('@example.com');
  expect((await server.graphql(NODE(field), { id: otherId }, mine)).data).toEqual({ found: null });
});

test.each([
  ['user', USER],
  ['node', NODE],
])('the own account can be read in full by %s', async (_name, query) => {
  const answer = await server.graphql(query(`id ${FIELDS.join(' ')}`), { id: myId }, mine);
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.found).toMatchObject({ id: myId, status: 'ACTIVE', profile: { fullName: null } });
});

test.each([
  ['user', USER],
  ['node', NODE],
])('%s answers null to what is no id', async (_name, query) => {
  const id = 'x; DROP TABLE users';
  expect(await server.graphql(query('id'), { id }, mine)).toEqual({ data: { found: null } });
});

describe('whether an id is that of an account', () => {
  const ENTITY = (fields: string) =>
    `query ($of: [_Any!]!) { found: _entities(representations: $of) { ... on User { ${fields} } } }`;
  let ids: string[];

  beforeAll(async () => {
    const stands = async (data: object) => {
      const where = { email: await register(server) };
      return (await server.app.db.user.update({ where, data, select: { id: true } })).id;
    };
    ids = [
      otherId,
      randomUUID(),
      randomUUID().toUpperCase(),
      await stands({ status: 'DELETED', deletedAt: new Date() }),
      await stands({ processingRestrictedAt: new Date() }),
      await erase(),
    ];
  });

  async function erase(): Promise<string> {
    const { id } = await signInAs(server);
    const officer = await signInAs(server, ['PRIVACY_OFFICER', 'ADMIN']);
    const mutation =
      'mutation ($id: ID!) { eraseUser(userId: $id, reason: "x", immediately: true) { erasureRequest { id } } }';
    expect((await server.graphql(mutation, { id }, officer.token)).errors).toBeUndefined();
    await eventually(async () => {
      const user = await server.app.db.user.findUnique({ where: { id }, select: { status: true } });
      expect(user?.status).toBe('ERASED');
    });
    return id;
  }

  /** Answers to each of the ids, in which the id itself is taken out. */
  async function answers(query: string, token?: string) {
    const ask = (id: string) => {
      const variables = query.includes('$of') ? { of: [{ __typename: 'User', id }] } : { id };
      return server.graphql(query, variables, token);
    };
    const all = await Promise.all(ids.map(ask));
    const plain = (answer: object, id: string) =>
      JSON.stringify(answer)
        .replaceAll(id.toLowerCase(), 'ID')
        .replaceAll(/"requestId":"[^"]*"/g, '');
    return new Set(all.map((answer, index) => plain(answer, ids[index]!)));
  }

  test.each([
    ['user', USER('id'), '{"data":{"found":{"id":"ID"}}}'],
    ['user, all of it', USER('id email profile { fullName }'), expect.stringContaining('FORBIDDEN')],
    ['node', NODE('id email'), '{"data":{"found":null}}'],
    ['_entities', ENTITY('id'), '{"data":{"found":[{"id":"ID"}]}}'],
    ['_entities, all of it', ENTITY('id email'), expect.stringContaining('FORBIDDEN')],
  ])('is not told by %s, signed in or not', async (_name, query, expected) => {
    for (const token of [mine, undefined]) {
      const [answer, ...others] = await answers(query, token);
      expect(others).toEqual([]);
      expect(answer).toEqual(expected);
    }
  });

  test('is told to staff, who may know', async () => {
    const support = await signInAs(server, ['SUPPORT']);
    for (const query of [USER('id'), NODE('id')]) {
      const found = await Promise.all(
        ids.map(async (id) => (await server.graphql(query, { id }, support.token)).data?.found !== null),
      );
      expect(found).toEqual([true, false, false, true, true, true]);
    }
  });
});

test('nobody signed in: viewer is null, and what needs a viewer is UNAUTHENTICATED', async () => {
  expect(await server.graphql('{ viewer { id } }')).toEqual({ data: { viewer: null } });
  const operations = [
    'updateProfile(input: { fullName: "x" }) { user { id } }',
    'changePassword(input: { currentPassword: "x", newPassword: "x" }) { success }',
    'requestEmailChange(newEmail: "x@example.com", password: "x") { success }',
  ];
  for (const operation of operations) {
    const answer = await server.graphql(`mutation { ${operation} }`);
    expect({ operation, code: codeOf(answer) }).toEqual({ operation, code: 'UNAUTHENTICATED' });
  }
});

test('a failed mutation leaves its siblings their answers', async () => {
  const answer = await server.graphql(
    'mutation { verifyEmail(token: "x") { success } requestPasswordReset(email: "x@example.com") { success } }',
  );
  expect(answer.data).toEqual({ verifyEmail: null, requestPasswordReset: { success: true } });
  expect(answer.errors).toMatchObject([{ path: ['verifyEmail'], extensions: { code: 'TOKEN_INVALID' } }]);
});

test('the password policy says what registering enforces', async () => {
  const { data } = await server.graphql('{ passwordPolicy { minLength maxLength rejectsBreached } }');
  expect(data).toEqual({ passwordPolicy: { minLength: 12, maxLength: 256, rejectsBreached: true } });
});
