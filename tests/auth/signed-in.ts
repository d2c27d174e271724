import { randomUUID } from 'node:crypto';
import { PASSWORD, type FullServer } from '../setup/full-server.js';

export interface TokenTexts {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  refreshTokenExpiresAt: string;
}

/** Registers an account and answers its address. */
export async function register(server: FullServer): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  const { status } = await server.rest('POST', '/api/v1/auth/register', { email, password: PASSWORD });
  if (status !== 201) throw new Error(`Registering answered ${status}.`);
  return email;
}

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess {
  session { id }
  tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
} } }`;

/** Signs in over GraphQL. */
export async function logIn(server: FullServer, email: string) {
  const { data } = await server.graphql(LOGIN, { input: { email, password: PASSWORD } });
  return data?.login as { session: { id: string }; tokens: TokenTexts };
}

/** The first error's code; undefined when there is none. */
export function codeOf(answer: { errors?: { extensions: Record<string, unknown> }[] }): unknown {
  return answer.errors?.[0]?.extensions.code;
}
