import type { Readable } from 'node:stream';
import type { ErrorCode } from '../errors.js';
import type { FieldSpec, FieldValues, JsonSchema } from '../input/fields.js';
import type { RequestContext } from '../security/requests/request-context.js';
import type { Viewer } from '../security/rights/viewer.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RouteAuth = 'none' | 'required';

/** What a route answers; `body` is JSON in snake_case, absent for 202 and 204 without one. */
export interface RestAnswer {
  status: number;
  body?: object;
  /** In place of a body: bytes that the client keeps as a file. */
  file?: { content: Readable; type: string; name: string };
  /** In place of a body: where the browser goes from here. */
  location?: string;
}

/** A part of the path (`:id`) or of the query, as text. */
export interface RouteParameter {
  in: 'path' | 'query';
  description: string;
  /** The request may do without it. */
  optional?: true;
}

/** The context of a route: where sign-in is required, the viewer is there. */
export type RouteContext<A extends RouteAuth> = A extends 'required'
  ? RequestContext & { viewer: Viewer }
  : RequestContext;

export interface RouteDefinition<S extends FieldSpec, A extends RouteAuth> {
  method: HttpMethod;
  /** From the root: `/api/v1/users/me`, `/api/v1/things/:id`. */
  path: string;
  /** What the path and the query carry, by name; a missing one is an empty text. */
  parameters?: Readonly<Record<string, RouteParameter>>;
  /** One line for the OpenAPI document. */
  summary: string;
  description?: string;
  /** Groups operations in the OpenAPI document. */
  tag: string;
  auth: A;
  /** The fields of the JSON body, in snake_case; without it the route takes no body. */
  input?: S;
  /** What the route answers when all goes well: status → meaning and JSON Schema of the body. */
  responses: Readonly<Record<number, { description: string; schema?: JsonSchema; mediaType?: string }>>;
  /** Codes that it may answer beyond those that input, sign-in and the server itself bring. */
  errors?: readonly ErrorCode[];
  handler(
    context: RouteContext<A>,
    input: FieldValues<S>,
    parameters: Readonly<Record<string, string>>,
  ): Promise<RestAnswer> | RestAnswer;
}

/** A route whose handler's own types are checked and forgotten, so that routes of all kinds fit one list. */
export type Route = Omit<RouteDefinition<FieldSpec, RouteAuth>, 'handler'> & {
  handler(
    context: RequestContext,
    input: Record<string, unknown>,
    parameters: Readonly<Record<string, string>>,
  ): Promise<RestAnswer> | RestAnswer;
};

/**
 * Defines a REST route. The server reads the body by `input`, requires sign-in by `auth`, and formats what the
 * handler throws; the OpenAPI document is made from the same definition.
 */
export function defineRoute<A extends RouteAuth, S extends FieldSpec = Record<never, never>>(
  route: RouteDefinition<S, A>,
): Route {
  return route;
}
