import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { recordStatements } from '../setup/record-statements.js';
import { register } from '../auth/signed-in.js';

// How many statements the operations take that are asked for most. Each is a round trip, most of them while the account
// is locked. BEGIN and COMMIT are not counted, nor is what jobs do with the mails.
const OF_REQUESTS =
  /^(?![^]*FROM "public"\."outgoing_mails")[^]*(?:\b(users|user_profiles|user_roles|data_keys|sessions|refresh_tokens|totp_authenticators|passkeys|recovery_codes|attempt_counters|one_time_tokens|consents)\b|INSERT INTO (audit_\w+|"public"\."outgoing_mails"|pgboss\.job)\b)/;

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess {
  user { id email lastLoginAt } session { id ipAddress } tokens { accessToken refreshToken } } } }`;
const REFRESH = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) {
  session { id ipAddress } tokens { accessToken refreshToken } } }`;
const VIEWER = 'query { viewer { id email lastLoginAt profile { fullName preferences } } }';
const UPDATE_PROFILE = `mutation ($name: String) { updateProfile(input: { fullName: $name }) { user { id profile { fullName } } } }`;

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

let server: FullServer;
let email: string;
/** Of the device on which everybody here signs in. */
let deviceToken: string | null = null;

beforeAll(async () => {
  server = await startFullServer();
  email = await register(server);
  await logIn();
  await ask(VIEWER, {}, { authorization: `Bearer ${(await logIn()).accessToken}` });
});
afterAll(() => server?.stop());

async function ask(query: string, variables: object = {}, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Test browser', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Record<string, unknown>; errors?: unknown };
  expect(errors).toBeUndefined();
  deviceToken = response.headers.get('x-device-token') ?? deviceToken;
  return data;
}

async function logIn(): Promise<Tokens> {
  const device: Record<string, string> = deviceToken === null ? {} : { 'x-device-token': deviceToken };
  const { login } = await ask(LOGIN, { input: { email, password: PASSWORD } }, device);
  return (login as { tokens: Tokens }).tokens;
}

async function refresh(refreshToken: string, headers: Record<string, string> = {}): Promise<Tokens> {
  const { refreshSession } = await ask(REFRESH, { token: refreshToken }, headers);
  return (refreshSession as { tokens: Tokens }).tokens;
}

/** The shortest list of three runs: what a job sends at the same time is in one of them at the most. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const runs: string[][] = [];
  while (runs.length < 3) runs.push(await recordStatements(OF_REQUESTS, work));
  return runs.sort((a, b) => a.length - b.length)[0]!.map((text) => text.trim().replace(/\s+/g, ' '));
}

/** Fails with the statements themselves, so that one sees which came in addition. */
function expectAtMost(statements: string[], most: number): void {
  expect(statements).not.toEqual([]);
  expect(statements.length > most ? statements : []).toEqual([]);
}

test('viewer takes one statement', async () => {
  const { accessToken } = await logIn();
  expectAtMost(await statementsOf(() => ask(VIEWER, {}, { authorization: `Bearer ${accessToken}` })), 1);
});

test('a sign-in on a known device takes eleven statements', async () => {
  expectAtMost(await statementsOf(logIn), 11);
});

test('a refresh takes five statements', async () => {
  let { refreshToken } = await logIn();
  const next = async () => ({ refreshToken } = await refresh(refreshToken));
  expectAtMost(await statementsOf(next), 5);
});

test('a refresh from elsewhere takes one more, for the key that seals', async () => {
  let { refreshToken } = await logIn();
  let count = 0;
  const next = async () =>
    ({ refreshToken } = await refresh(refreshToken, { 'user-agent': `Browser no. ${++count}` }));
  expectAtMost(await statementsOf(next), 6);
});

test('the same token again takes four', async () => {
  const { refreshToken } = await logIn();
  await refresh(refreshToken);
  expectAtMost(await statementsOf(() => refresh(refreshToken)), 4);
});

test('registering takes fifteen', async () => {
  expectAtMost(await statementsOf(() => register(server)), 15);
});

test('a change of the profile takes six', async () => {
  const { accessToken } = await logIn();
  const change = () => ask(UPDATE_PROFILE, { name: 'Ada' }, { authorization: `Bearer ${accessToken}` });
  expectAtMost(await statementsOf(change), 6);
});
