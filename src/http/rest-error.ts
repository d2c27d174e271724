import { AppError, type ErrorFigures, type FieldErrors, type StepUp } from '../errors.js';
import type { Log } from '../log.js';

/** The body of every REST answer that is an error. */
export interface RestErrorBody extends Partial<ErrorFigures> {
  error: string;
  code: string;
  requestId: string;
  /** Field names as REST has them, in snake_case; headers by their names. */
  fields?: FieldErrors;
  /** What to do first. */
  satisfiedBy?: string;
  /** What the access token has to say: `acr` and, in seconds, `max_age`. */
  stepUp?: { acr: StepUp['acr']; max_age?: number };
  hint?: string;
}

export interface RestError {
  status: number;
  headers: Record<string, string>;
  body: RestErrorBody;
}

/** What a client sees of an error: an AppError with its code and status; anything else masked, its cause logged. */
export function formatRestError(error: unknown, requestId: string, log: Log): RestError {
  const known = asAppError(error);
  if (known.code === 'INTERNAL_SERVER_ERROR')
    log.error({ err: error, requestId }, 'A request failed unexpectedly');
  const { status, message, code, fields, retryAfterSeconds, satisfiedBy, stepUp, hint, figures } = known;
  return {
    status,
    headers: {
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="Custodia"' } : {}),
      ...(stepUp ? { 'www-authenticate': challengeOf(stepUp) } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    },
    body: {
      error: message,
      code,
      requestId,
      ...(fields ? { fields: inSnakeCase(fields) } : {}),
      ...(satisfiedBy ? { satisfiedBy } : {}),
      ...(stepUp ? { stepUp: inRestNames(stepUp) } : {}),
      ...(hint ? { hint } : {}),
      ...figures,
    },
  };
}

/** The AppError that an error is, or stands for when the HTTP server raised it by one of its own codes. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  switch ((error as { code?: unknown } | null)?.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('PAYLOAD_TOO_LARGE');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new AppError('UNSUPPORTED_MEDIA_TYPE');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return new AppError('BAD_USER_INPUT');
    default:
      return new AppError('INTERNAL_SERVER_ERROR', { cause: error });
  }
}

function inRestNames({ acr, maxAge }: StepUp) {
  return { acr, ...(maxAge === undefined ? {} : { max_age: maxAge }) };
}

/** What satisfies it, for clients that know RFC 9470 (section 3). */
function challengeOf({ acr, maxAge }: StepUp): string {
  const age = maxAge === undefined ? '' : `, max_age="${maxAge}"`;
  return `Bearer realm="Custodia", error="insufficient_user_authentication", acr_values="${acr}"${age}`;
}

function inSnakeCase(fields: FieldErrors): FieldErrors {
  const toSnake = (path: string): string =>
    path.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(fields).map(([path, problem]) => [toSnake(path), problem]));
}
