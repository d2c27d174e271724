import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, badInput } from '../errors.js';
import { DEVICE_HEADER } from '../security/client/device-cookie.js';
import type { Claim } from '../security/requests/deadline.js';
import type { Ending, IdempotentRequests } from '../security/requests/idempotent-requests.js';
import type { RequestContext } from '../security/requests/request-context.js';

/** An answer that can be stored. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** null: none. */
  body: string | null;
}

interface StoredAnswer extends HttpAnswer {
  cookies: string[];
  /** By which the client is known where it keeps no cookies; missing in what a release before this one stored. */
  deviceToken?: string;
}

export type AnswerOnce = ReturnType<typeof createAnswerOnce>;

const HEADER = 'Idempotency-Key';
/** Stands where the answer would: no JSON. */
const NOT_KEPT = 'not kept';
const ALREADY_DONE =
  'This request was carried out. Its answer shows accounts of others and is not kept: read their present state.';
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Carries a request out once for each Idempotency-Key of its caller; without the header it is simply carried out. */
export function createAnswerOnce({ once }: IdempotentRequests) {
  /**
   * An answer that shows accounts of others is given once and not kept: it would outlive their erasure and the caller's
   * rights. What is kept is that the request was carried out. Any other answer is kept with the account that it is about,
   * also where that is known only once it is made: it goes with the account.
   *
   * @param work hands its claim on to the deadline that it runs under; undefined: the request has no key
   * @param endingOf what the answer says; a refusal is not stored, so that what it asks for (a fresh sign-in, another
   * password) can be done and the request repeated
   * @throws AppError CONFLICT also for the repetition of a request whose answer was not kept, OUTCOME_UNKNOWN, BAD_USER_INPUT
   * for a key that is none, and what `work` throws
   */
  return async function answerOnce(
    { request, reply, context }: { request: FastifyRequest; reply: FastifyReply; context: RequestContext },
    work: (claim?: Claim) => Promise<HttpAnswer>,
    endingOf: (answer: HttpAnswer) => Ending,
  ): Promise<HttpAnswer> {
    const key = readKey(request);
    if (key === null) return work();
    const { answer, isRepeated } = await once(
      {
        key,
        userId: context.viewer?.userId ?? null,
        caller: callerOf(context),
        request: JSON.stringify([request.method, request.url, context.cookieMode, request.body ?? null]),
      },
      async (claim) => {
        const given = await work(claim);
        const deviceToken = reply.getHeader(DEVICE_HEADER);
        const stored: StoredAnswer = {
          ...given,
          cookies: [reply.getHeader('set-cookie') ?? []].flat().map(String),
          ...(deviceToken === undefined ? {} : { deviceToken: String(deviceToken) }),
        };
        const answer = JSON.stringify(stored);
        const accounts = [...accountsOf(context)];
        const kept = context.viewedAccounts.size > 0 || accounts.length > 1 ? NOT_KEPT : answer;
        return { answer, kept, ending: endingOf(given), userId: accounts[0] ?? null };
      },
    );
    if (answer === NOT_KEPT) throw new AppError('CONFLICT', { hint: ALREADY_DONE });
    const { cookies, deviceToken, ...given } = JSON.parse(answer) as StoredAnswer;
    if (!isRepeated) return given;
    if (cookies.length > 0) void reply.header('set-cookie', cookies);
    if (deviceToken !== undefined) void reply.header(DEVICE_HEADER, deviceToken);
    void reply.header('idempotency-replayed', 'true');
    return given;
  };
}

/** Whose the answer is: the caller's, and of whoever came in by the request. */
function accountsOf({ viewer, enteredAccounts }: RequestContext): Set<string> {
  return new Set([...(viewer ? [viewer.userId] : []), ...enteredAccounts]);
}

/** Whoever is signed in, or the network address and the refresh cookie of whoever is not. */
function callerOf({ viewer, origin, refreshCookie }: RequestContext): string {
  if (viewer) return `user:${viewer.userId}`;
  return `network:${origin.ipAddress ?? ''}:${refreshCookie ?? ''}`;
}

/** The key, with the quotation marks that the draft wants or without them. */
function readKey(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const text = typeof header === 'string' ? header : header.join(', ');
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (!KEY.test(key)) throw badInput(HEADER, 'must be 1 to 255 visible ASCII characters');
  return key;
}
