import type { FastifyReply, FastifyRequest } from 'fastify';
import { badInput } from '../errors.js';
import type { RecordAccess } from '../security/access-record.js';
import type { IdempotentRequests } from '../security/idempotent-requests.js';
import type { RequestContext } from '../security/request-context.js';

/** An answer that can be stored. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** null: none. */
  body: string | null;
}

interface StoredAnswer extends HttpAnswer {
  cookies: string[];
  /** Accounts of others whose personal data the answer shows. */
  viewed: string[];
}

export type AnswerOnce = ReturnType<typeof createAnswerOnce>;

const HEADER = 'Idempotency-Key';
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Carries a request out once for each Idempotency-Key of its caller; without the header it is simply carried out. */
export function createAnswerOnce({
  once,
  recordAccess,
}: IdempotentRequests & { recordAccess: RecordAccess }) {
  /**
   * @param isDone whether the answer says that something was changed; a refusal is not stored, so that what it asks for
   * (a fresh sign-in, another password) can be done and the request repeated
   * @throws AppError CONFLICT, BAD_USER_INPUT for a key that is none, and what `work` throws
   */
  return async function answerOnce(
    { request, reply, context }: { request: FastifyRequest; reply: FastifyReply; context: RequestContext },
    work: () => Promise<HttpAnswer>,
    isDone: (answer: HttpAnswer) => boolean,
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
      async () => {
        const given = await work();
        const stored: StoredAnswer = {
          ...given,
          cookies: [reply.getHeader('set-cookie') ?? []].flat().map(String),
          viewed: [...context.viewedAccounts],
        };
        return { answer: JSON.stringify(stored), isFinal: isDone(given) };
      },
    );
    const { cookies, viewed, ...given } = JSON.parse(answer) as StoredAnswer;
    if (!isRepeated) return given;
    if (viewed.length > 0) {
      const operations = [`${request.method} ${request.routeOptions.url ?? ''}`];
      await recordAccess(seenAgain(context, viewed), { operations, refused: false });
    }
    if (cookies.length > 0) void reply.header('set-cookie', cookies);
    void reply.header('idempotency-replayed', 'true');
    return given;
  };
}

function seenAgain(context: RequestContext, viewed: string[]): RequestContext {
  for (const id of viewed) context.viewedAccounts.add(id);
  return context;
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
