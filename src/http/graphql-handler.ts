import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { GraphqlServer } from '../graphql/server.js';
import { createGraphqlContext } from '../graphql/context.js';
import type { RequestContext } from '../security/request-context.js';
import type { Log } from '../log.js';
import { formatRestError } from './rest-error.js';

const PATH = '/graphql';

// Apollo's page names its own sources in a <meta>; what a <meta> cannot say stands here.
const LANDING_PAGE_CSP = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface GraphqlHandlerDeps {
  graphql: GraphqlServer;
  log: Log;
  createContext(request: FastifyRequest, reply: FastifyReply): Promise<RequestContext>;
}

/** Serves GraphQL over HTTP at /graphql: POST with a JSON body, and GET for queries of clients that can send headers. */
export function registerGraphql(
  app: FastifyInstance,
  { graphql, log, createContext }: GraphqlHandlerDeps,
): void {
  const contexts = new WeakMap<FastifyRequest, RequestContext>();
  const handle = fastifyApolloHandler(graphql, {
    context: async (request) => createGraphqlContext(requireContext(contexts, request)),
  });
  app.route({
    method: ['GET', 'POST'],
    url: PATH,
    async handler(request, reply) {
      // Before Apollo Server sees the request: a bad token fails it whole, with 401.
      contexts.set(request, await createContext(request, reply));
      const body: unknown = await handle.call(app, request, reply);
      if (typeof body !== 'string') return body;
      if (String(reply.getHeader('content-type')).startsWith('text/html')) {
        reply.header('content-security-policy', LANDING_PAGE_CSP);
      }
      return reply.statusCode < 400 ? body : withRequestId(body, request.id);
    },
    errorHandler(error, request, reply) {
      const { status, headers, body } = formatRestError(error, request.id, log);
      const { error: message, code, requestId } = body;
      const { fields, retryAfterSeconds } = error as { fields?: unknown; retryAfterSeconds?: unknown };
      const extensions = { code, requestId, fields, retryAfterSeconds };
      return reply
        .code(status)
        .headers(headers)
        .send({ errors: [{ message, extensions }] });
    },
  });
}

function requireContext(
  contexts: WeakMap<FastifyRequest, RequestContext>,
  request: FastifyRequest,
): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new Error('The request has no context yet.');
  return context;
}

/** Apollo Server answers some requests before they have a context, and so without their id. */
function withRequestId(body: string, requestId: string): string {
  const answer = JSON.parse(body) as { errors?: { extensions?: Record<string, unknown> }[] };
  for (const error of answer.errors ?? []) error.extensions = { ...error.extensions, requestId };
  return JSON.stringify(answer);
}
