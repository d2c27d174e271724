import { setTimeout as pause } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { codeOf, logIn, register, type TokenTexts } from './signed-in.js';

let server: FullServer;
let email: string;
beforeAll(async () => {
  server = await startFullServer();
  email = await register(server);
});
afterAll(() => server?.stop());

const authTime = (token: string) => (jwt.decode(token) as { auth_time: number }).auth_time;

function reauthenticate(accessToken: string, password: string) {
  const query = `mutation ($password: String!) { reauthenticate(password: $password) {
    accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } }`;
  return server.graphql(query, { password }, accessToken);
}

async function refresh(refreshToken: string) {
  const { status, body } = await server.rest('POST', '/api/v1/auth/refresh', { refresh_token: refreshToken });
  return { status, code: body?.code, token: String(body?.access_token), next: String(body?.refresh_token) };
}

test('the password gives the same session a fresh auth_time, which refreshing keeps', async () => {
  const { session, tokens } = await logIn(server, email);
  await pause(1_100); // auth_time counts seconds
  const { data } = await reauthenticate(tokens.accessToken, PASSWORD);
  const fresh = data?.reauthenticate as TokenTexts;
  expect(authTime(fresh.accessToken)).toBeGreaterThan(authTime(tokens.accessToken));
  expect(jwt.decode(fresh.accessToken)).toMatchObject({ sid: session.id, amr: ['pwd'] });
  expect((await server.graphql('{ viewer { id } }', {}, fresh.accessToken)).data?.viewer).not.toBeNull();

  const refreshed = await refresh(fresh.refreshToken);
  expect(refreshed.status).toBe(200);
  expect(authTime(refreshed.token)).toBe(authTime(fresh.accessToken));
});

test('who refreshes first with a copy of the token held before is found out, and kept out, once the newest is used', async () => {
  const { tokens } = await logIn(server, email);
  const fresh = (await reauthenticate(tokens.accessToken, PASSWORD)).data?.reauthenticate as TokenTexts;
  expect(fresh.refreshToken).not.toBe(tokens.refreshToken);
  const thief = await refresh(tokens.refreshToken);
  expect(thief.status).toBe(200);
  expect(await refresh(fresh.refreshToken)).toMatchObject({ status: 401, code: 'TOKEN_REUSED' });
  expect(await refresh(thief.next)).toMatchObject({ status: 400, code: 'TOKEN_INVALID' });
  expect(codeOf(await server.graphql('{ viewer { id } }', {}, thief.token))).toBe('UNAUTHENTICATED');
  await server.mailedToken('session-copied'); // its owner is told
});

test('so is who comes with the copy after the newest was used', async () => {
  const { tokens } = await logIn(server, email);
  const fresh = (await reauthenticate(tokens.accessToken, PASSWORD)).data?.reauthenticate as TokenTexts;
  const refreshed = await refresh(fresh.refreshToken);
  expect(refreshed.status).toBe(200);
  expect(await refresh(tokens.refreshToken)).toMatchObject({ status: 401, code: 'TOKEN_REUSED' });
  expect(await refresh(refreshed.next)).toMatchObject({ status: 400, code: 'TOKEN_INVALID' });
});

test('a wrong password changes nothing and leaves the session signed in', async () => {
  const { session, tokens } = await logIn(server, email);
  const answer = await reauthenticate(tokens.accessToken, 'not the password');
  expect(codeOf(answer)).toBe('INVALID_CREDENTIALS');
  expect(answer.data).toEqual({ reauthenticate: null });
  const node = await server.graphql(
    'query ($id: ID!) { node(id: $id) { id } }',
    { id: session.id },
    tokens.accessToken,
  );
  expect(node.data).toEqual({ node: { id: session.id } });
  expect((await refresh(tokens.refreshToken)).status).toBe(200);
});
