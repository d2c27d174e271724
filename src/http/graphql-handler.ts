import { HeaderMap } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { GraphqlServer } from '../graphql/server.js';
import { createGraphqlContext } from '../graphql/context.js';
import type { Cursors } from '../graphql/cursor.js';
import type { RequestContext } from '../security/request-context.js';
import type { Log } from '../log.js';
import { formatRestError } from './rest-error.js';

const PATH = '/graphql';
const MAX_ACCEPT_HEADERS = 100;

// Apollo's page names its own sources in a <meta>; what a <meta> cannot say stands here.
const LANDING_PAGE_CSP = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface GraphqlHandlerDeps {
  graphql: GraphqlServer;
  cursors: Cursors;
  log: Log;
  createContext: (request: FastifyRequest, reply: FastifyReply) => Promise<RequestContext>;
}

/** Serves GraphQL over HTTP at /graphql: POST with a JSON body, and GET for queries of clients that can send headers. */
export function registerGraphql(
  app: FastifyInstance,
  { graphql, cursors, log, createContext }: GraphqlHandlerDeps,
): void {
  // What Apollo Server chose for an Accept header, for answers that do not pass through it.
  const chosenTypes = new LRUCache<string, string>({ max: MAX_ACCEPT_HEADERS });
  app.route({
    method: ['GET', 'POST'],
    url: PATH,
    async handler(request, reply) {
      // Before Apollo Server sees the request: a bad token fails it whole, with 401.
      const context = createGraphqlContext(await createContext(request, reply), cursors);
      const accept = request.headers.accept ?? '';
      const contentType = request.method === 'POST' ? chosenTypes.get(accept) : undefined;
      if (contentType !== undefined) {
        const answer = await graphql.answerKnown(request.body, context);
        if (answer !== null) return reply.header('content-type', contentType).send(answer);
      }
      const {
        status = 200,
        headers,
        body,
      } = await graphql.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method,
          headers: headersOf(request),
          search: searchOf(request.url),
          body: request.body,
        },
        context: () => Promise.resolve(context),
      });
      if (body.kind !== 'complete') throw new Error('Answers in parts (@defer, @stream) are not served.');
      reply.code(status);
      for (const [name, value] of headers) reply.header(name, value);
      if (headers.get('content-type') === 'text/html')
        reply.header('content-security-policy', LANDING_PAGE_CSP);
      else if (status === 200) chosenTypes.set(accept, headers.get('content-type'));
      return status < 400 ? body.string : withRequestId(body.string, request.id);
    },
    errorHandler(error, request, reply) {
      const { status, headers, body } = formatRestError(error, request.id, log);
      const { error: message, ...extensions } = body;
      void reply
        .code(status)
        .headers(headers)
        .send({ errors: [{ message, extensions }] });
    },
  });
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  // Apollo Server looks at this last, and would refuse with 406 a mutation that has taken place. RFC 9110 §12.5.1
  // lets a server disregard it.
  const accept = headers.get('accept');
  if (accept !== undefined) headers.set('accept', `${accept}, application/json;q=0.001`);
  return headers;
}

/** The query string with its question mark; taken from the text, since a forged Host header makes no URL. */
function searchOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}

/** Apollo Server answers some requests before they have a context, and so without their id. */
function withRequestId(body: string, requestId: string): string {
  const answer = JSON.parse(body) as { errors?: { extensions?: Record<string, unknown> }[] };
  for (const error of answer.errors ?? []) error.extensions = { ...error.extensions, requestId };
  return JSON.stringify(answer);
}
