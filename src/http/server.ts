import fastifyCors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SECOND } from '../clock.js';
import type { Config } from '../config.js';
import type { Cursors } from '../graphql/lists/cursor.js';
import type { GraphqlServer } from '../graphql/server.js';
import type { Log } from '../log.js';
import type { RecordAccess } from '../security/requests/access-record.js';
import type { Deadline } from '../security/requests/deadline.js';
import type { IdempotentRequests } from '../security/requests/idempotent-requests.js';
import {
  createRequestContext,
  newRequestId,
  type RequestContext,
  type RequestContextDeps,
} from '../security/requests/request-context.js';
import { answerBrokenConnection } from './broken-connection.js';
import { compressAnswers } from './compression.js';
import { drainOnClose } from './drain.js';
import { answerErrors, sendError } from './error-answers.js';
import type { Gate } from './gate.js';
import { registerGraphql } from './graphql-handler.js';
import { registerHealth, type ReadinessChecks } from './health.js';
import { acceptJsonBodiesOnly } from './json-body.js';
import { createAnswerOnce } from './idempotency.js';
import { registerJwks, type JsonWebKeySet } from './jwks.js';
import { registerMetrics, type Metric } from './metrics.js';
import { registerOpenApi } from './openapi.js';
import { logAnswers } from './request-log.js';
import { registerRoutes } from './rest.js';
import { registerRouterPolicies } from './router-policies.js';
import type { Route } from './route.js';
import { addSecurityHeaders } from './security-headers.js';

export type HttpServer = FastifyInstance;

export interface HttpServerDeps {
  config: Pick<
    Config,
    | 'environment'
    | 'publicUrl'
    | 'corsOrigins'
    | 'trustedProxies'
    | 'serviceName'
    | 'metricsToken'
    | 'bodyLimit'
    | 'maxConnections'
    | 'mfaRequiredRoles'
  >;
  log: Log;
  graphql: GraphqlServer;
  cursors: Cursors;
  authenticate: RequestContextDeps['authenticate'];
  rolesOf: RequestContextDeps['rolesOf'];
  recordAccess: RecordAccess;
  idempotentRequests: IdempotentRequests;
  withDeadline: Deadline;
  routes: readonly Route[];
  readinessChecks: ReadinessChecks;
  /** Shut while the server starts; without one, requests are answered at once. */
  gate?: Pick<Gate, 'register'>;
  metrics: readonly Metric[];
  jwks: () => JsonWebKeySet | Promise<JsonWebKeySet>;
  version: string;
  /** How long a client may take to send the headers, and the whole request; milliseconds. */
  patience?: { headers: number; body: number };
  /** Adds further plain paths, such as the server's own pages. */
  extend?(app: FastifyInstance): void;
}

// Node looks for clients that take too long every quarter of the shorter time: all are cut off within half a minute.
const PATIENCE = { headers: 10 * SECOND, body: 20 * SECOND };
const APOLLO_ORIGINS = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/**
 * The HTTP server with everything on it; `listen()` opens it, `close()` lets running requests end and closes idle
 * connections.
 */
export async function createHttpServer(deps: HttpServerDeps): Promise<HttpServer> {
  const { config, log, patience = PATIENCE } = deps;
  const app = Fastify({
    bodyLimit: config.bodyLimit,
    genReqId: newRequestId,
    requestIdHeader: false,
    requestTimeout: patience.body,
    keepAliveTimeout: 65 * SECOND,
    http: {
      headersTimeout: patience.headers,
      connectionsCheckingInterval: patience.headers / 4,
      maxHeaderSize: 16 * 1024,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerBrokenConnection,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply as FastifyReply, log),
  });
  app.server.maxConnections = config.maxConnections;
  drainOnClose(app);
  addSecurityHeaders(app, config);
  logAnswers(app, log);
  compressAnswers(app);
  deps.gate?.register(app);
  acceptJsonBodiesOnly(app);
  registerMetrics(app, { token: config.metricsToken, metrics: deps.metrics });
  const cors = corsOptions(config);
  if (cors.origin.length > 0) await app.register(fastifyCors, cors);
  const { authenticate, rolesOf, cursors, recordAccess, withDeadline } = deps;
  const { trustedProxies, mfaRequiredRoles } = config;
  const contextDeps = { authenticate, rolesOf, trustedProxies, mfaRequiredRoles };
  const createContext = (request: FastifyRequest, reply: FastifyReply): Promise<RequestContext> =>
    createRequestContext(contextDeps, incomingRequest(request, reply), request.id);
  const answerOnce = createAnswerOnce(deps.idempotentRequests);
  registerGraphql(app, { graphql: deps.graphql, cursors, log, createContext, answerOnce, withDeadline });
  registerRoutes(app, deps.routes, createContext, recordAccess, { answerOnce, withDeadline });
  registerOpenApi(app, deps.routes, {
    title: config.serviceName,
    version: deps.version,
    serverUrl: config.publicUrl,
  });
  registerRouterPolicies(app, contextDeps);
  registerHealth(app, deps.readinessChecks, log);
  registerJwks(app, deps.jwks);
  deps.extend?.(app);
  answerErrors(app, log);
  app.addHook('onClose', () => deps.graphql.stop());
  await app.ready();
  return app;
}

function incomingRequest(
  request: FastifyRequest,
  reply: FastifyReply,
): Parameters<typeof createRequestContext>[1] {
  return {
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress,
    setHeader: (name, value) => void reply.header(name, value),
  };
}

/** Without an origin to allow nothing is registered: browsers then keep every other origin out. */
function corsOptions(config: HttpServerDeps['config']) {
  return {
    origin: [...config.corsOrigins, ...(config.environment === 'production' ? [] : APOLLO_ORIGINS)],
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'content-type',
      'authorization',
      'x-auth-transport',
      'x-device-token',
      'apollo-require-preflight',
      'idempotency-key',
      'x-apollo-operation-name',
    ],
    exposedHeaders: ['x-request-id', 'retry-after', 'x-device-token', 'idempotency-replayed'],
    maxAge: 600,
    strictPreflight: false,
  };
}
