import type { FastifyInstance } from 'fastify';
import { ERROR_CODES, type ErrorCode } from '../errors.js';
import { schemaOfFields } from '../input/fields.js';
import type { JsonSchema } from '../input/fields.js';
import type { Route } from './route.js';

export interface OpenApiInfo {
  title: string;
  version: string;
  serverUrl: string;
}

const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['error', 'code', 'requestId'],
  properties: {
    error: { type: 'string', description: 'What went wrong, for people.' },
    code: { type: 'string', enum: Object.keys(ERROR_CODES), description: 'What went wrong, for programs.' },
    requestId: { type: 'string', format: 'uuid', description: 'Names the request in the log.' },
    fields: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Refused fields: path of the field to what is wrong with it.',
    },
    hint: { type: 'string', description: 'What to do next, in one sentence.' },
    satisfiedBy: { type: 'string', description: 'The operation to call first.' },
    stepUp: {
      type: 'object',
      description:
        'What the access token has to say: its `acr`, and how many seconds old its `auth_time` may be.',
      required: ['acr'],
      properties: { acr: { type: 'string', enum: ['aal1', 'aal2'] }, max_age: { type: 'integer' } },
    },
  },
};

/** The OpenAPI 3.1 description of the REST routes, made from the definitions that serve them. */
export function describeRoutes(routes: readonly Route[], info: OpenApiInfo): Record<string, unknown> {
  const paths = new Map<string, Record<string, unknown>>();
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const operations = paths.get(path) ?? {};
    operations[route.method.toLowerCase()] = describeRoute(route);
    paths.set(path, operations);
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: info.serverUrl }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: { Error: ERROR_SCHEMA },
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function describeRoute(route: Route): Record<string, unknown> {
  const { summary, description, tag, auth, input } = route;
  return {
    operationId: operationIdOf(route),
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security: auth === 'required' ? [{ accessToken: [] }] : [],
    ...describeParameters(route),
    ...(input ? { requestBody: { required: true, content: jsonContent(schemaOfFields(input)) } } : {}),
    responses: { ...describeAnswers(route), ...describeErrors(errorsOf(route)) },
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Carries the request out once: a repetition with the same key and body gets the stored answer.',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function describeParameters({ method, parameters = {} }: Route): { parameters?: object[] } {
  const own = Object.entries(parameters).map(([name, { optional, ...parameter }]) => ({
    name,
    ...parameter,
    required: optional !== true,
    schema: { type: 'string' },
  }));
  const all = method === 'GET' ? own : [...own, IDEMPOTENCY_KEY];
  return all.length > 0 ? { parameters: all } : {};
}

/** `POST /api/v1/auth/reset-password` → `postAuthResetPassword`. */
function operationIdOf({ method, path }: Route): string {
  const words = path.replace(/^\/api\/v\d+/, '').split(/[^A-Za-z0-9]+/);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function describeAnswers({ responses }: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, schema, mediaType }]) => {
      const content = mediaType ? { [mediaType]: {} } : schema && jsonContent(schema);
      return [status, { description, ...(content ? { content } : {}) }];
    }),
  );
}

function errorsOf({ method, auth, errors = [] }: Route): ErrorCode[] {
  const common: ErrorCode[] = ['UNAUTHENTICATED', 'OVERLOADED', 'TIMED_OUT', 'INTERNAL_SERVER_ERROR'];
  // A route without fields refuses a body that has some.
  if (method !== 'GET')
    common.push(
      'BAD_USER_INPUT',
      'CONFLICT',
      'OUTCOME_UNKNOWN',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    );
  if (auth === 'required') common.push('FORBIDDEN');
  return [...new Set([...common, ...errors])];
}

/** One response a status, naming every code that comes with it. */
function describeErrors(codes: readonly ErrorCode[]): Record<string, unknown> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = jsonContent({ $ref: '#/components/schemas/Error' });
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      { description: group.map((code) => `\`${code}\`: ${ERROR_CODES[code].message}`).join('\n\n'), content },
    ]),
  );
}

function jsonContent(schema: JsonSchema): Record<string, unknown> {
  return { 'application/json': { schema } };
}

/** Serves the description at /api/v1/openapi.json. */
export function registerOpenApi(app: FastifyInstance, routes: readonly Route[], info: OpenApiInfo): void {
  const document = describeRoutes(routes, info);
  app.get('/api/v1/openapi.json', (_request, reply) =>
    reply
      .headers({ 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' })
      .send(document),
  );
}
