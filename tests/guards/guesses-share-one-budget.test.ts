import pg from 'pg';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import {
  findFreePort,
  signIn,
  signUp,
  startServer,
  stopAllServers,
  type Account,
} from '../setup/server-process.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { post } from './guarded-server.js';

/** Guesses that need no wait; then one after 5 seconds, and one after each wait that is twice as long. */
const FREE = 5;
const FIRST_WAIT = 5_000;
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { __typename } }`;

let database: TestDatabase;
let dataDir: string;
let urls: string[];
let account: Account;

beforeAll(async () => {
  dataDir = await makeDataDir();
  database = await createTestDatabase();
  const settings = {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    KEY_RING: generateKeyRing(),
    PUBLIC_URL: 'http://accounts.example.com',
  };
  const start = async () => startServer({ ...settings, PORT: await findFreePort() });
  urls = (await Promise.all([start(), start()])).map(({ url }) => url);
  account = await signUp(urls[0]!);
});
afterAll(async () => {
  await stopAllServers();
  await database.drop();
  await removeDataDir(dataDir);
});

interface GraphqlAnswer {
  errors?: { extensions: { code: string } }[];
}

test('200 guesses at once, by REST, GraphQL, aliases, batches and other checks of the password, in two processes', async () => {
  const { email } = account;
  const token = await signIn(urls[0]!, account);
  const bearer = { authorization: `Bearer ${token}` };
  const graphql = async (url: string, query: string, variables: object, headers = {}) => {
    const { body } = await post(url, '/graphql', { query, variables }, headers);
    return codesOf(body);
  };
  const ways: ((url: string, password: string) => Promise<(string | undefined)[]>)[] = [
    async (url, password) => [(await post(url, '/api/v1/auth/login', { email, password })).code],
    (url, password) => graphql(url, LOGIN, { input: { email, password } }),
    (url, password) => graphql(url, LOGIN, { input: { email: email.toUpperCase(), password } }),
    (url, password) => graphql(url, aliased(10), { input: { email, password } }),
    (url, password) =>
      graphql(
        url,
        'mutation ($p: String!) { reauthenticate(password: $p) { accessToken } }',
        { p: password },
        bearer,
      ),
    (url, password) =>
      graphql(
        url,
        'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { success } }',
        { input: { currentPassword: password, newPassword: 'walrus-umbrella-notebook' } },
        bearer,
      ),
    async (url, password) => {
      const guess = { query: LOGIN, variables: { input: { email, password } } };
      return codesOf((await post(url, '/graphql', [guess, guess])).body);
    },
  ];
  const startedAt = performance.now();
  const guesses = Array.from({ length: 200 }, (_guess, index) => {
    const way = ways[index % ways.length]!;
    return way(urls[index % 2]!, `guess number ${index}`);
  });
  const codes = (await Promise.all(guesses)).flat();
  const most = guessesWithin(performance.now() - startedAt);

  const wrong = codes.filter((code) => code === 'INVALID_CREDENTIALS').length;
  expect(wrong).toBeGreaterThanOrEqual(FREE);
  expect(wrong).toBeLessThanOrEqual(most);
  expect(new Set(codes)).toEqual(new Set(['INVALID_CREDENTIALS', 'RATE_LIMITED', 'BAD_USER_INPUT']));
  expect(await countRefusals('INVALID_CREDENTIALS')).toBe(wrong);
  expect(await countRefusals('RATE_LIMITED')).toBe(1);
});

function codesOf(answer: GraphqlAnswer): string[] {
  return (answer.errors ?? []).map(({ extensions }) => extensions.code);
}

/** A busy machine may take longer over the 200 than the first wait. */
function guessesWithin(milliseconds: number): number {
  let guesses = FREE;
  for (let wait = FIRST_WAIT, left = milliseconds; left >= wait; wait *= 2) {
    left -= wait;
    guesses += 1;
  }
  return guesses;
}

function aliased(times: number): string {
  const fields = Array.from(
    { length: times },
    (_field, index) => `a${index}: login(input: $input) { __typename }`,
  );
  return `mutation ($input: LoginInput!) { ${fields.join(' ')} }`;
}

/** Each password that was looked at and was wrong is in the record of events, and that others were not looked at, once. */
async function countRefusals(reason: string): Promise<number> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM audit_events WHERE action IN ('session.refused', 'password.refused') AND data ->> 'reason' = $1`,
      [reason],
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}
