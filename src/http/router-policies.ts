import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, badInput } from '../errors.js';
import { isPlainObject } from '../input/json-object.js';
import { isPermission, type Permission } from '../security/rights/permissions.js';
import { createRequestContext, type RequestContextDeps } from '../security/requests/request-context.js';

const PATH = '/federation/policies';

/** Where routers keep the policies of a request: Apollo Router, Apollo Router 1, Hive Router. */
const APOLLO_KEYS = ['apollo::authorization::required_policies', 'apollo_authorization::policies::required'];
const HIVE_KEY = 'hive::authorization::required_policies';

type Entries = Record<string, unknown>;

/**
 * A coprocessor for routers: decides `@policy` by the permissions that the caller holds at this moment, as the
 * server's own resolvers do. It takes what Apollo Router sends at its stage SupergraphRequest and Hive Router at
 * graphql.analysis, with the request's headers and context, and answers with every policy true or false. A token
 * that is none decides nothing but `false`: who sent it learns of that from the subgraph.
 */
export function registerRouterPolicies(app: FastifyInstance, deps: RequestContextDeps): void {
  app.post(PATH, async (request) => {
    const { version, headers, context, ...call } = readCall(request);
    const permissions = await permissionsOfCaller(deps, headers, request);
    const decide = (required: unknown): Record<string, boolean> => decideEach(required, permissions);
    return { ...call, version, control: 'continue', context: decideContext(context, decide) };
  });
}

function readCall({ body }: FastifyRequest) {
  if (!isPlainObject(body)) throw badInput('body', 'must be a JSON object');
  const { version, stage, id, headers, context } = body;
  if (version !== 1) throw badInput('version', 'must be 1');
  if (!isPlainObject(context)) throw badInput('context', 'must be an object: let the router send it');
  return {
    version,
    ...(typeof stage === 'string' ? { stage } : {}),
    ...(typeof id === 'string' ? { id } : {}),
    headers: isPlainObject(headers) ? headers : {},
    context,
  };
}

async function permissionsOfCaller(
  deps: RequestContextDeps,
  headers: Entries,
  request: FastifyRequest,
): Promise<ReadonlySet<Permission>> {
  const given = headers['authorization'] ?? headers['Authorization'];
  const authorization: unknown = Array.isArray(given) ? given[0] : given;
  if (typeof authorization !== 'string') return new Set();
  try {
    const incoming = { headers: { authorization }, remoteAddress: undefined, setHeader: () => undefined };
    const caller = await createRequestContext(deps, incoming, request.id);
    return await caller.permissions();
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return new Set();
    throw error;
  }
}

function decideEach(required: unknown, held: ReadonlySet<Permission>): Record<string, boolean> {
  const names = isPlainObject(required) ? Object.keys(required) : [];
  return Object.fromEntries(names.map((name) => [name, isPermission(name) && held.has(name)]));
}

/** Apollo's routers get back all that they sent, since they drop the rest; Hive's wants what changed, and no more. */
function decideContext(context: Entries, decide: (required: unknown) => object): object {
  if (!isPlainObject(context['entries'])) {
    return HIVE_KEY in context ? { [HIVE_KEY]: decide(context[HIVE_KEY]) } : {};
  }
  const entries = { ...context['entries'] };
  for (const key of APOLLO_KEYS) if (key in entries) entries[key] = decide(entries[key]);
  return { entries };
}
