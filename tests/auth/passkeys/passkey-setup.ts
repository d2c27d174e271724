import type { FullServer } from '../../setup/full-server.js';
import { logIn, register, type TokenTexts } from '../signed-in.js';
import type { Authenticator, CeremonyOptions, Credential, Deviation } from './software-authenticator.js';

/** Pages of a server without APP_URL are its own. */
export const ORIGIN = 'http://localhost:4000';

export interface Owner {
  id: string;
  email: string;
  token: string;
  refreshToken: string;
}

export interface Ceremony {
  ceremony: string;
  options: CeremonyOptions & Record<string, unknown>;
}

/** Somebody new, signed in by password. */
export async function newOwner(server: FullServer): Promise<Owner> {
  const email = await register(server);
  const { tokens } = await logIn(server, email);
  const { data } = await server.graphql('{ viewer { id } }', {}, tokens.accessToken);
  return {
    id: (data?.viewer as { id: string }).id,
    email,
    token: tokens.accessToken,
    refreshToken: tokens.refreshToken,
  };
}

export async function beginRegistration(server: FullServer, token: string, name = 'Laptop') {
  const query = 'mutation ($name: String!) { beginPasskeyRegistration(name: $name) { ceremony options } }';
  const answer = await server.graphql(query, { name }, token);
  return { ...answer, begun: answer.data?.beginPasskeyRegistration as Ceremony };
}

export function finishRegistration(server: FullServer, token: string, ceremony: string, response: object) {
  const query = `mutation ($ceremony: String!, $response: JSONObject!) {
    finishPasskeyRegistration(ceremony: $ceremony, response: $response) {
      user { passkeys { id name createdAt lastUsedAt } } } }`;
  return server.graphql(query, { ceremony, response }, token);
}

/** Adds a passkey to an account as its owner does. */
export async function addPasskey(
  server: FullServer,
  { token }: Owner,
  authenticator: Authenticator,
  name?: string,
): Promise<Credential> {
  const { begun } = await beginRegistration(server, token, name);
  const { credential, answer } = authenticator.create(begun.options);
  const { errors } = await finishRegistration(server, token, begun.ceremony, answer);
  if (errors) throw new Error(`Adding a passkey answered ${JSON.stringify(errors)}.`);
  return credential;
}

export async function beginLogin(
  server: FullServer,
  email: string | null = null,
  challenge: string | null = null,
): Promise<Ceremony> {
  const query = `mutation ($email: EmailAddress, $challenge: String) {
    beginPasskeyLogin(email: $email, challenge: $challenge) { ceremony options } }`;
  const { data } = await server.graphql(query, { email, challenge });
  return data?.beginPasskeyLogin as Ceremony;
}

export async function finishLogin(server: FullServer, ceremony: string, response: object) {
  const query = `mutation ($ceremony: String!, $response: JSONObject!) {
    finishPasskeyLogin(ceremony: $ceremony, response: $response) {
      user { id email lastLoginAt sessions { nodes { id current } } }
      session { id current authenticationMethods }
      tokens { accessToken refreshToken } } }`;
  const answer = await server.graphql(query, { ceremony, response });
  return { ...answer, signedIn: answer.data?.finishPasskeyLogin as SignedIn | null };
}

interface SignedIn {
  user: {
    id: string;
    email: string;
    lastLoginAt: string;
    sessions: { nodes: { id: string; current: boolean }[] };
  };
  session: { id: string; current: boolean; authenticationMethods: string[] };
  tokens: TokenTexts;
}

/** Signs in with a passkey, as honestly as `deviation` lets it be. */
export async function signInWith(
  server: FullServer,
  authenticator: Authenticator,
  credential: Credential,
  deviation: Deviation = {},
  email: string | null = null,
) {
  const { ceremony, options } = await beginLogin(server, email);
  return finishLogin(server, ceremony, authenticator.get(options, credential, deviation));
}

export function removePasskey(server: FullServer, token: string, id: string) {
  const query = 'mutation ($id: ID!) { removePasskey(id: $id) { user { passkeys { id } } } }';
  return server.graphql(query, { id }, token);
}

/** Fresh tokens of a session that is running; each refresh token works once. */
export async function refresh(server: FullServer, refreshToken: string) {
  const { body } = await server.rest('POST', '/api/v1/auth/refresh', { refresh_token: refreshToken });
  return { token: String(body?.access_token), refreshToken: String(body?.refresh_token) };
}
