import type { Grant } from './access-token.js';

/** How a request about the session ended. */
export type Outcome =
  | { kind: 'granted'; grant: Grant & { sessionId: string }; serverTime: number | null }
  /** The server says that there is no session any more, or never was one. */
  | { kind: 'ended'; code: string }
  /** Nothing is known to have changed: try again, after the server's `Retry-After` if it sent one. */
  | { kind: 'later'; code: string; retryAfterSeconds: number | null };

/** Codes with which a refresh token is gone for good. */
const ENDINGS = new Set([
  'TOKEN_INVALID',
  'TOKEN_REUSED',
  'UNAUTHENTICATED',
  'ACCOUNT_SUSPENDED',
  'ACCOUNT_DELETED',
]);

const REFRESH = `mutation RefreshSession {
  refreshSession {
    session { id }
    tokens { accessToken accessTokenExpiresAt }
  }
}`;

const LOGOUT = 'mutation Logout { logout { success } }';

interface Answer {
  data?: {
    refreshSession?: { session: { id: string }; tokens: Grant } | null;
    logout?: { success: boolean } | null;
  } | null;
  errors?: { extensions?: { code?: string; retryAfterSeconds?: number } }[];
}

export interface SessionRequestOptions {
  endpoint: string;
  fetch: typeof fetch;
  /**
   * How long to wait for an answer, in milliseconds. The server honours the token before the newest for ten seconds:
   * an attempt that follows a lost answer has to come within them.
   */
  timeout: number;
}

/** Sends the two requests that live on the HttpOnly cookie: no token of theirs ever reaches JavaScript. */
export function createSessionRequests({ endpoint, fetch, timeout }: SessionRequestOptions) {
  async function send(query: string): Promise<Response> {
    return fetch(endpoint, {
      method: 'POST',
      // The header is what makes the server accept the cookie: no other site can send it along.
      headers: { 'content-type': 'application/json', 'x-auth-transport': 'cookie' },
      credentials: 'include',
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(timeout),
    });
  }

  async function ask(query: string, read: (answer: Answer, response: Response) => Outcome | null) {
    try {
      const response = await send(query);
      const answer = (await response.json().catch(() => ({}))) as Answer;
      return read(answer, response) ?? readFailure(answer, response);
    } catch {
      return { kind: 'later', code: 'NETWORK', retryAfterSeconds: null } as const;
    }
  }

  return {
    /** Exchanges the cookie for the next one and an access token. Never throws. */
    refresh: (): Promise<Outcome> =>
      ask(REFRESH, ({ data }, response) => {
        const payload = data?.refreshSession;
        if (!payload) return null;
        const grant = { ...payload.tokens, sessionId: payload.session.id };
        return { kind: 'granted', grant, serverTime: readServerTime(response.headers) };
      }),
    /** Ends the session of the cookie, which works whatever has become of the access token. Never throws. */
    logout: (): Promise<Outcome> =>
      ask(LOGOUT, ({ data }) => (data?.logout?.success ? { kind: 'ended', code: 'SIGNED_OUT' } : null)),
  };
}

function readFailure({ errors }: Answer, response: Response): Outcome {
  const { code, retryAfterSeconds } = errors?.[0]?.extensions ?? {};
  if (code !== undefined && ENDINGS.has(code)) return { kind: 'ended', code };
  return {
    kind: 'later',
    code: code ?? `HTTP_${response.status}`,
    retryAfterSeconds: retryAfterSeconds ?? readRetryAfter(response.headers),
  };
}

/** `Retry-After` in seconds; dates and nonsense are null. */
function readRetryAfter(headers: Headers): number | null {
  const text = headers.get('retry-after');
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/** The server's time, in milliseconds; null where the answer of another origin hides it. */
export function readServerTime(headers: Headers): number | null {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? null : time;
}
