import { randomUUID } from 'node:crypto';
import type { Database } from '../../../src/database/client.js';
import type { StaffRole } from '../../../src/security/rights/permissions.js';
import type { Client } from '../../setup/client.js';
import { PASSWORD } from '../../setup/full-server.js';

export interface Person {
  id: string;
  email: string;
  token: string;
}

type Answer = Awaited<ReturnType<Client['graphql']>>;

/** A server as its clients reach it, and its database. */
type Server = Client & { app: { db: Database } };

/** Signs somebody up and in; with roles, as staff. */
export async function signUp(server: Server, roles: StaffRole[] = []): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  await server.rest('POST', '/api/v1/auth/register', { email, password: PASSWORD, full_name: 'Ada' });
  const { id } = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  await server.app.db.userRole.createMany({ data: roles.map((role) => ({ userId: id, role })) });
  return { id, email, token: await signIn(server, email) };
}

export async function signIn(server: Client, email: string): Promise<string> {
  const { body } = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  return String(body?.access_token);
}

/** The code of the first error, or undefined. */
export function codeOf(answer: Answer): unknown {
  return answer.errors?.[0]?.extensions.code;
}

const REQUEST = `id userId status requestedAt requestedBy scheduledFor completedAt reason
  notices { id receiver attempts lastStatus acknowledgedAt }
  receipt { id subjectHash erasedAt destroyed auditSequence jws }`;

export interface RequestAnswer {
  id: string;
  userId: string;
  status: string;
  requestedBy: string;
  scheduledFor: string;
  completedAt: string | null;
  reason: string | null;
  notices: {
    id: string;
    receiver: string;
    attempts: number;
    lastStatus: number | null;
    acknowledgedAt: string | null;
  }[];
  receipt: {
    id: string;
    subjectHash: string;
    erasedAt: string;
    destroyed: string[];
    auditSequence: string;
    jws: string;
  } | null;
}

/** The operations on erasures, as a client calls them. */
export function erasuresOf(server: Client) {
  const call = (query: string, variables: object, token?: string) => server.graphql(query, variables, token);
  return {
    request: (token: string, reason: string | null = null) =>
      call(
        `mutation ($reason: String) { requestErasure(reason: $reason) { erasureRequest { ${REQUEST} } } }`,
        { reason },
        token,
      ),
    cancel: (token: string | undefined, id: string) =>
      call(`mutation ($id: ID!) { cancelErasure(id: $id) { erasureRequest { ${REQUEST} } } }`, { id }, token),
    erase: (token: string, userId: string, immediately = true) =>
      call(
        `mutation ($userId: ID!, $immediately: Boolean) { eraseUser(userId: $userId, reason: "asked by letter", immediately: $immediately) { erasureRequest { ${REQUEST} } } }`,
        { userId, immediately },
        token,
      ),
    hold: (token: string, userId: string) =>
      call(
        `mutation ($userId: ID!) { placeLegalHold(userId: $userId, reason: "claim 7") { user { id } } }`,
        { userId },
        token,
      ),
    release: (token: string, userId: string) =>
      call(
        `mutation ($userId: ID!) { releaseLegalHold(userId: $userId) { user { id } } }`,
        { userId },
        token,
      ),
    async find(token: string, id: string): Promise<RequestAnswer | null> {
      const { data } = await call(
        `query ($id: ID!) { node(id: $id) { ... on ErasureRequest { ${REQUEST} } } }`,
        { id },
        token,
      );
      return (data?.node ?? null) as RequestAnswer | null;
    },
    list: (token: string, variables: object = {}) =>
      call(
        `query ($first: Int, $after: String, $status: [ErasureStatus!]) { erasureRequests(first: $first, after: $after, status: $status) { totalCount nodes { id status } pageInfo { hasNextPage endCursor } } }`,
        variables,
        token,
      ),
  };
}

/** The request in a mutation's answer. */
export function requestIn(answer: Answer): RequestAnswer {
  const payload = Object.values(answer.data ?? {})[0] as { erasureRequest: RequestAnswer } | null | undefined;
  if (!payload) throw new Error(JSON.stringify(answer.errors));
  return payload.erasureRequest;
}
