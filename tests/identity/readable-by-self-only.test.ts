import { randomUUID } from 'node:crypto';
import { codeOf, logIn, register } from '../auth/signed-in.js';
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

describe.each([
  ['user', (fields: string) => `query ($id: ID!) { found: user(id: $id) { ${fields} } }`],
  ['node', (fields: string) => `query ($id: ID!) { found: node(id: $id) { ... on User { ${fields} } } }`],
])('%s', (_name, query) => {
  test.each(FIELDS)('%s of another account is FORBIDDEN', async (field) => {
    const answer = await server.graphql(query(`id ${field}`), { id: otherId }, mine);
    expect(codeOf(answer)).toBe('FORBIDDEN');
    expect(JSON.stringify(answer)).not.toContain('@example.com');
  });

  test('of another account the id can be read, signed in or not', async () => {
    for (const token of [mine, undefined]) {
      const answer = await server.graphql(query('id'), { id: otherId }, token);
      expect(answer).toEqual({ data: { found: { id: otherId } } });
    }
  });

  test('the own account can be read in full', async () => {
    const answer = await server.graphql(query(`id ${FIELDS.join(' ')}`), { id: myId }, mine);
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.found).toMatchObject({ id: myId, status: 'ACTIVE', profile: { fullName: null } });
  });

  test.each([
    ['an unknown id', randomUUID()],
    ['no id at all', 'x; DROP TABLE users'],
  ])('%s is null', async (_what, id) => {
    expect(await server.graphql(query('id'), { id }, mine)).toEqual({ data: { found: null } });
  });

  test('a deleted account is not found', async () => {
    const email = await register(server);
    const user = await server.app.db.user.update({
      where: { email },
      data: { status: 'DELETED', deletedAt: new Date() },
      select: { id: true },
    });
    expect(await server.graphql(query('id'), { id: user.id }, mine)).toEqual({ data: { found: null } });
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
