import { PassThrough } from 'node:stream';
import { readConfig } from '../../src/config.js';
import { AppError } from '../../src/errors.js';
import { createCursors } from '../../src/graphql/lists/cursor.js';
import { createGraphqlServer } from '../../src/graphql/server.js';
import type { Route } from '../../src/http/route.js';
import { createHttpServer, type HttpServerDeps } from '../../src/http/server.js';
import { createLog } from '../../src/log.js';
import { createDeadline } from '../../src/security/requests/deadline.js';
import type { Viewer } from '../../src/security/rights/viewer.js';
import { testKeyRing } from '../setup/test-keys.js';
import { createLibrarySchema } from './library-schema.js';

export const VIEWER: Viewer = {
  userId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  sessionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3302',
  authTime: new Date(0),
  amr: ['pwd'],
  scope: ['account'],
};

export interface LibraryServer {
  url: string;
  log(): string;
  graphql(query: string, variables?: unknown, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  library: ReturnType<typeof createLibrarySchema>;
  stop(): Promise<void>;
}

export interface GraphqlAnswer {
  status: number;
  text: string;
  body: { data?: Record<string, unknown> | null; errors?: ShownError[] };
}

export interface ShownError {
  message: string;
  path?: (string | number)[];
  extensions: {
    code: string;
    requestId: string;
    fields?: Record<string, string>;
    retryAfterSeconds?: number;
  };
}

export interface LibraryOptions extends Partial<HttpServerDeps> {
  routes?: Route[];
  /** Environment variables. */
  settings?: NodeJS.ProcessEnv;
}

/** The library behind a real HTTP server on a free port; `Bearer good` signs in. */
export async function startLibrary(
  environment: 'production' | 'development' = 'production',
  { routes = [], settings = {}, ...overrides }: LibraryOptions = {},
): Promise<LibraryServer> {
  const lines = new PassThrough();
  const chunks: Buffer[] = [];
  lines.on('data', (chunk: Buffer) => chunks.push(chunk));
  const log = createLog('trace', lines);
  const library = createLibrarySchema();
  const recordAccess = async () => undefined;
  const withDeadline = createDeadline(30_000);
  const config = {
    ...readConfig({ CORS_ORIGINS: 'https://app.example.com', ...settings }).config,
    environment,
    publicUrl: 'https://accounts.example.com',
    introspection: environment === 'development',
  };
  const graphql = await createGraphqlServer({
    schema: library.schema,
    config,
    log,
    recordAccess,
    withDeadline,
  });
  const app = await createHttpServer({
    config,
    log,
    graphql,
    authenticate,
    cursors: createCursors(testKeyRing().searchIndex),
    rolesOf: async () => [],
    recordAccess,
    withDeadline,
    idempotentRequests: {
      once: async (asked, work) => ({
        ...(await work({ id: asked.key, lockedUntil: new Date() })),
        isRepeated: false,
      }),
    },
    routes,
    readinessChecks: {},
    metrics: [],
    jwks: () => ({ keys: [] }),
    version: '0.0.0',
    ...overrides,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    library,
    log: () => Buffer.concat(chunks).toString(),
    stop: () => app.close(),
    async graphql(query, variables, headers = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      return { status: response.status, text, body: JSON.parse(text) as GraphqlAnswer['body'] };
    },
  };
}

function authenticate(header: string | undefined): Viewer | null {
  if (header === undefined) return null;
  if (header === 'Bearer good') return VIEWER;
  throw new AppError('UNAUTHENTICATED');
}
