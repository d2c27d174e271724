import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { presentAppError } from '../graphql/answers/present-error.js';
import { createGraphqlContext, type GraphqlContext } from '../graphql/context.js';
import type { Cursors } from '../graphql/lists/cursor.js';
import type { GraphqlServer } from '../graphql/server.js';
import type { Log } from '../log.js';
import type { Claim, Deadline } from '../security/requests/deadline.js';
import { isRefusalCode, type Ending } from '../security/requests/idempotent-requests.js';
import type { RequestContext } from '../security/requests/request-context.js';
import { headersOf, readGraphqlRequest, type GraphqlRequest } from './graphql-request.js';
import type { AnswerOnce, HttpAnswer } from './idempotency.js';
import { mediaTypeFor } from './media-type.js';
import { asAppError, formatRestError } from './rest-error.js';

const PATH = '/graphql';

// Apollo's page names its own sources in a <meta>; what a <meta> cannot say stands here.
const LANDING_PAGE_CSP = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface GraphqlHandlerDeps {
  graphql: GraphqlServer;
  cursors: Cursors;
  log: Log;
  createContext: (request: FastifyRequest, reply: FastifyReply) => Promise<RequestContext>;
  answerOnce: AnswerOnce;
  withDeadline: Deadline;
}

/** Serves GraphQL over HTTP at /graphql: POST with a JSON body, and GET for queries of clients that can send headers. */
export function registerGraphql(
  app: FastifyInstance,
  { graphql, cursors, log, createContext, answerOnce, withDeadline }: GraphqlHandlerDeps,
): void {
  async function answer(
    request: FastifyRequest,
    asked: GraphqlRequest,
    context: GraphqlContext,
  ): Promise<HttpAnswer> {
    const result = await graphql.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headersOf(request),
        search: asked.search,
        body: asked.body,
      },
      context: () => Promise.resolve(context),
    });
    const { status = 200, headers, body } = result;
    if (body.kind !== 'complete') throw new Error('Answers in parts (@defer, @stream) are not served.');
    const isPage = headers.get('content-type') === 'text/html';
    return {
      status,
      headers: {
        ...Object.fromEntries(headers),
        ...(isPage ? { 'content-security-policy': LANDING_PAGE_CSP } : {}),
      },
      body: status < 400 ? body.string : withRequestId(body.string, request.id),
    };
  }

  app.route({
    method: ['GET', 'POST'],
    url: PATH,
    async handler(request, reply) {
      // Before Apollo Server sees the request: a bad token fails it whole, with 401.
      const context = createGraphqlContext(await createContext(request, reply), cursors);
      const asked = readGraphqlRequest(request, graphql.persisted);
      const isPost = request.method === 'POST';
      const mayRepeat = isPost && request.headers['idempotency-key'] !== undefined;
      const known = isPost && !mayRepeat ? await graphql.answerKnown(asked.body, context) : null;
      if (known !== null)
        return reply.header('content-type', mediaTypeFor(request.headers.accept)).send(known);
      const admitted = asked.text === null ? null : graphql.admit(asked.text);
      graphql.persisted.keep(asked.asked);
      const work = (claim?: Claim): Promise<HttpAnswer> =>
        withDeadline(() => answer(request, asked, context), claim);
      const given =
        mayRepeat && admitted?.hasMutation
          ? await answerOnce({ request, reply, context }, work, endingOf)
          : await work();
      return reply.code(given.status).headers(given.headers).send(given.body);
    },
    errorHandler(error, request, reply) {
      const { status, headers } = formatRestError(error, request.id, log);
      const known = asAppError(error);
      const type = mediaTypeFor(request.headers.accept);
      // Clients that ask by hash first look for this among answers that went well, if they ask for plain JSON.
      const isHashUnknown = known.code === 'PERSISTED_QUERY_NOT_FOUND' && type.startsWith('application/json');
      void reply
        .code(isHashUnknown ? 200 : status)
        .headers(headers)
        .header('content-type', type)
        .send(JSON.stringify({ errors: [presentAppError(known, request.id)] }));
    },
  });
}

interface GraphqlAnswer {
  data?: Record<string, unknown> | null;
  errors?: { path?: unknown[]; extensions?: { code?: unknown } }[];
}

/**
 * How an operation ended: done when one of its root fields has an answer; refused when each says itself why it has none. An error
 * further down, which takes the root field's answer with it, comes after the mutation.
 */
function endingOf({ body }: HttpAnswer): Ending {
  const { data, errors = [] } = JSON.parse(body ?? '{}') as GraphqlAnswer;
  if (Object.values(data ?? {}).some((value) => value !== null)) return 'done';
  const isRefused = errors.every(
    ({ path = [], extensions }) => path.length < 2 && isRefusalCode(extensions?.code),
  );
  return isRefused && errors.length > 0 ? 'refused' : 'failed';
}

/** Apollo Server answers some requests before they have a context, and so without their id. */
function withRequestId(body: string, requestId: string): string {
  const answer = JSON.parse(body) as { errors?: { extensions?: Record<string, unknown> }[] };
  for (const error of answer.errors ?? []) error.extensions = { ...error.extensions, requestId };
  return JSON.stringify(answer);
}
