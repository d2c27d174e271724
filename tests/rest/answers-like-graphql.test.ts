import { startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

interface Answer {
  code: unknown;
  /** What is said of each field; the two name them differently. */
  problems: unknown[];
}

const email = 'nobody@example.com';

/** The same over GraphQL and over REST, with `text` for a secret. */
const CALLS: Record<string, (text: string) => [Promise<Answer>, Promise<Answer>]> = {
  'a password to register with': (password) => [
    overGraphql('register', 'RegisterInput', { email, password }),
    overRest('register', { email, password }),
  ],
  'a password to sign in with': (password) => [
    overGraphql('login', 'LoginInput', { email, password }),
    overRest('login', { email, password }),
  ],
  'a new password': (newPassword) => [
    overGraphql('resetPassword', 'ResetPasswordInput', { token: 'x', newPassword }),
    overRest('reset-password/confirm', { token: 'x', new_password: newPassword }),
  ],
  'a token for a new password': (token) => [
    overGraphql('resetPassword', 'ResetPasswordInput', { token, newPassword: 'pelican-notebook-walrus' }),
    overRest('reset-password/confirm', { token, new_password: 'pelican-notebook-walrus' }),
  ],
  'a refresh token': (token) => [
    overGraphql('refreshSession', 'RefreshSessionInput', { refreshToken: token }),
    overRest('refresh', { refresh_token: token }),
  ],
  'a challenge': (challenge) => [
    overGraphql('completeMfa', 'CompleteMfaInput', { challenge, method: 'TOTP', code: '000000' }),
    overRest('mfa', { challenge, method: 'TOTP', code: '000000' }),
  ],
  'a code': (code) => [
    overGraphql('completeMfa', 'CompleteMfaInput', { challenge: 'x', method: 'PASSKEY', code }),
    overRest('mfa', { challenge: 'x', method: 'PASSKEY', code }),
  ],
};

async function overGraphql(mutation: string, type: string, input: object): Promise<Answer> {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`;
  const { errors } = await server.graphql(query, { input });
  const { code, fields = {} } = errors![0]!.extensions;
  return { code, problems: Object.values(fields as object) };
}

async function overRest(path: string, input: object): Promise<Answer> {
  const { body } = await server.rest('POST', `/api/v1/auth/${path}`, input);
  return { code: body?.code, problems: Object.values(body?.fields ?? {}) };
}

const LENGTHS = [257, 1_025, 10_000, 10_001];
const cases = Object.keys(CALLS).flatMap((what) => LENGTHS.map((length) => ({ what, length })));

test.each(cases)('$what of $length characters is refused alike', async ({ what, length }) => {
  const [graphql, rest] = await Promise.all(CALLS[what]!('é'.repeat(length)));
  expect(graphql.code).toEqual(expect.any(String));
  expect(rest).toEqual(graphql);
});
