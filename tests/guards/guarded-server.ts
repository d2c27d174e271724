import { randomUUID } from 'node:crypto';
import { PASSWORD, startFullServer } from '../setup/full-server.js';

/** The budgets as they are by default: the harness of the other tests widens them. */
export const USUAL_BUDGETS = {
  GUARD_FAILURES_PER_ACCOUNT: '',
  GUARD_FAILURES_PER_NETWORK: '',
  GUARD_FAILURES_CEILING: '',
  GUARD_REGISTRATIONS_PER_HOUR: '',
  GUARD_MAIL_REQUESTS_PER_HOUR: '',
};

export interface Answer {
  status: number;
  headers: Headers;
  code: string | undefined;
  body: Record<string, unknown>;
}

/** Sends JSON over REST, with headers of the test's own. */
export async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return {
    status: response.status,
    headers: response.headers,
    code: answer.code as string | undefined,
    body: answer,
  };
}

export type GuardedServer = Awaited<ReturnType<typeof startGuardedServer>>;

/** A whole server with the usual budgets, behind one proxy, so that a test chooses its clients' addresses. */
export async function startGuardedServer(env: NodeJS.ProcessEnv = {}, logTo?: NodeJS.WritableStream) {
  const server = await startFullServer({ ...USUAL_BUDGETS, TRUSTED_PROXIES: '1', ...env }, logTo);
  const from = (address: string, device?: string): Record<string, string> => ({
    'x-forwarded-for': address,
    ...(device === undefined ? {} : { 'x-device-token': device }),
  });
  return {
    ...server,
    from,
    /** Registers somebody; each time from another network. */
    async register(): Promise<string> {
      const email = `${randomUUID()}@example.com`;
      const address = `2001:db8:${email.slice(0, 4)}::1`;
      const { status } = await post(
        server.url,
        '/api/v1/auth/register',
        { email, password: PASSWORD },
        from(address),
      );
      if (status !== 201) throw new Error(`Registering answered ${status}.`);
      return email;
    },
    signIn: (email: string, password: string, address: string, device?: string) =>
      post(server.url, '/api/v1/auth/login', { email, password }, from(address, device)),
    post: (path: string, body: unknown, address: string) => post(server.url, path, body, from(address)),
  };
}
