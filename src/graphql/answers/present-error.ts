import { GraphQLError, type DocumentNode, type GraphQLFormattedError } from 'graphql';
import {
  ERROR_CODES,
  type AppError,
  type ErrorCode,
  type ErrorFigures,
  type FieldErrors,
  type StepUp,
} from '../../errors.js';
import type { Log } from '../../log.js';
import {
  describeInputError,
  findAppError,
  isAboutLiteral,
  pathOfLiteral,
} from '../variables/input-errors.js';

export interface ErrorPresentation {
  requestId: string;
  document?: DocumentNode | undefined;
  /** Whether messages may suggest names of the schema. */
  suggestNames: boolean;
}

interface Shown {
  code: ErrorCode;
  message: string;
  fields?: FieldErrors | undefined;
  retryAfterSeconds?: number | undefined;
  satisfiedBy?: string | undefined;
  stepUp?: StepUp | undefined;
  hint?: string | undefined;
  figures?: ErrorFigures | undefined;
}

/**
 * What a client sees of an error: an AppError with its code; errors of the request by their own codes, without
 * the values that graphql-js quotes; anything else masked.
 */
export function presentError(error: GraphQLError, presentation: ErrorPresentation): GraphQLFormattedError {
  const shown = show(error, presentation);
  return {
    message: shown.message,
    ...(error.locations?.length ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: extensionsOf(shown, presentation.requestId),
  };
}

/** The same of an error that ended the request before there was an operation. */
export function presentAppError(error: AppError, requestId: string): GraphQLFormattedError {
  return { message: error.message, extensions: extensionsOf(showAppError(error), requestId) };
}

function extensionsOf(shown: Shown, requestId: string): Record<string, unknown> {
  const { code, fields, retryAfterSeconds, satisfiedBy, stepUp, hint, figures } = shown;
  return {
    code,
    requestId,
    ...(fields ? { fields } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(satisfiedBy === undefined ? {} : { satisfiedBy }),
    ...(stepUp === undefined ? {} : { stepUp }),
    ...(hint === undefined ? {} : { hint }),
    ...figures,
  };
}

/** Logs the cause of an error that presentError() masked, under the id that the client sees. */
export function logUnexpected(error: GraphQLError, presented: GraphQLFormattedError, log: Log): void {
  const { code, requestId } = presented.extensions ?? {};
  if (code !== 'INTERNAL_SERVER_ERROR') return;
  log.error({ err: error.originalError ?? error, requestId }, 'A GraphQL operation failed unexpectedly');
}

function show(error: GraphQLError, { document, suggestNames }: ErrorPresentation): Shown {
  const own = findAppError(error);
  if (isAboutLiteral(error) && document && error.nodes?.[0] && !error.path) {
    const { path, problem } = describeInputError(pathOfLiteral(document, error.nodes[0]), error);
    return { ...shown('BAD_USER_INPUT'), fields: { [path]: problem } };
  }
  if (own) return showAppError(own);
  // An error with a path comes out of a resolver, whatever it calls itself, or out of its arguments.
  if (!error.path) return showRequestError(error, suggestNames);
  const argument = findNullArgument(error);
  if (argument) return { ...shown('BAD_USER_INPUT'), fields: { [argument]: 'must not be null' } };
  return shown('INTERNAL_SERVER_ERROR');
}

function showAppError(error: AppError): Shown {
  const { code, message, fields, retryAfterSeconds, satisfiedBy, stepUp, hint, figures } = error;
  return { code, message, fields, retryAfterSeconds, satisfiedBy, stepUp, hint, figures };
}

/** Errors that Apollo Server raises about the request itself, by its own codes. */
function showRequestError(error: GraphQLError, suggestNames: boolean): Shown {
  switch (error.extensions['code']) {
    case 'GRAPHQL_PARSE_FAILED':
      return shown('GRAPHQL_PARSE_FAILED');
    case 'GRAPHQL_VALIDATION_FAILED':
      return { code: 'GRAPHQL_VALIDATION_FAILED', message: validationMessage(error.message, suggestNames) };
    case 'BAD_REQUEST':
      return { ...shown(codeOfStatus(error)), message: error.message };
    case 'OPERATION_RESOLUTION_FAILURE':
      return {
        ...shown('BAD_USER_INPUT'),
        fields: { operationName: 'must name an operation of the document' },
      };
    case 'BAD_USER_INPUT':
      return shown('BAD_USER_INPUT');
    default:
      return shown('INTERNAL_SERVER_ERROR');
  }
}

/** The argument that a nullable variable left without a value, which shows only when the field is run. */
function findNullArgument({ message, originalError }: GraphQLError): string | null {
  if (originalError && !(originalError instanceof GraphQLError)) return null;
  return /^Argument "(\w+)" of (?:non-null|required) type "/.exec(message)?.[1] ?? null;
}

function validationMessage(message: string, suggestNames: boolean): string {
  return suggestNames ? message : message.replace(/ Did you mean .*\?$/s, '');
}

function codeOfStatus(error: GraphQLError): ErrorCode {
  const status = (error.extensions['http'] as { status?: number } | undefined)?.status;
  if (status === 405) return 'METHOD_NOT_ALLOWED';
  return status === 415 ? 'UNSUPPORTED_MEDIA_TYPE' : 'BAD_USER_INPUT';
}

function shown(code: ErrorCode): Shown {
  return { code, message: ERROR_CODES[code].message };
}
