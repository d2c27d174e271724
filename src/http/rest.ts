import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readFields } from '../input/fields.js';
import { requireViewer, type RequestContext } from '../security/requests/request-context.js';
import type { Claim, Deadline } from '../security/requests/deadline.js';
import type { Ending } from '../security/requests/idempotent-requests.js';
import { isRefusal, type RecordAccess } from '../security/requests/access-record.js';
import type { AnswerOnce, HttpAnswer } from './idempotency.js';
import type { RestAnswer, Route } from './route.js';

/** Puts the defined routes on the server: context, sign-in, input, handler, answer, in this order. */
export function registerRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  createContext: (request: FastifyRequest, reply: FastifyReply) => Promise<RequestContext>,
  recordAccess: RecordAccess,
  { answerOnce, withDeadline }: { answerOnce: AnswerOnce; withDeadline: Deadline },
): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      async handler(request, reply) {
        const context = await createContext(request, reply);
        const operations = [`${route.method} ${route.path}`];
        try {
          if (route.auth === 'required') requireViewer(context);
          const input = readFields(route.input ? request.body : (request.body ?? {}), route.input ?? {});
          const run = (claim?: Claim): Promise<RestAnswer> =>
            withDeadline(async () => {
              const answer = await route.handler(context, input, readParameters(route, request));
              if (context.viewedAccounts.size > 0)
                await recordAccess(context, { operations, refused: false });
              return answer;
            }, claim);
          if (route.method !== 'GET' && request.headers['idempotency-key'] !== undefined) {
            const work = (claim?: Claim): Promise<HttpAnswer> => run(claim).then(asText);
            const given = await answerOnce({ request, reply, context }, work, endingOf);
            return reply
              .code(given.status)
              .headers(given.headers)
              .send(given.body ?? undefined);
          }
          const { status, body, file, location } = await run();
          if (location !== undefined) return reply.redirect(location, status);
          return file ? sendFile(reply, status, file) : reply.code(status).send(body);
        } catch (error) {
          if (context.viewer && isRefusal(error)) await recordAccess(context, { operations, refused: true });
          throw error;
        }
      },
    });
  }
}

/** As it is stored; answers to what changes something are never files. */
function asText({ status, body }: RestAnswer): HttpAnswer {
  return body === undefined
    ? { status, headers: {}, body: null }
    : { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

/** Errors are thrown; what a route answers by itself with such a status says that it did nothing. */
const endingOf = ({ status }: HttpAnswer): Ending => (status < 300 ? 'done' : 'refused');

function readParameters({ parameters = {} }: Route, request: FastifyRequest): Record<string, string> {
  const sources = { path: request.params, query: request.query } as Record<string, Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const value = sources[parameter.in]?.[name];
      return [name, typeof value === 'string' ? value : ''];
    }),
  );
}

/** Personal data of one person: no cache keeps it, no other site embeds it. */
function sendFile(
  reply: FastifyReply,
  status: number,
  { content, type, name }: NonNullable<RestAnswer['file']>,
) {
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'content-disposition': `attachment; filename="${name}"` })
    .type(type)
    .send(content);
}
