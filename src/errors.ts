/**
 * The one table of error codes: what a client sees is a code, the table's public message and the HTTP
 * status; `docs/errors.md` lists the same rows and a test keeps the two equal.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: {
    status: 401,
    message: 'Sign in first: the access token is missing, invalid or expired.',
  },
  FORBIDDEN: { status: 403, message: 'You may not do this.' },
  BAD_USER_INPUT: { status: 400, message: 'The input is not valid.' },
  NOT_FOUND: { status: 404, message: 'Not found.' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This path does not answer that method.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is larger than the server accepts.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the request body as application/json.' },
  CONFLICT: { status: 409, message: 'The current state does not allow this.' },
  OUTCOME_UNKNOWN: {
    status: 409,
    message:
      'An earlier attempt under this Idempotency-Key was cut off after it had changed something: read the present state.',
  },
  LEGAL_HOLD: {
    status: 409,
    message: 'A legal hold lies on this account: nothing of it is erased until the hold is released.',
  },
  EMAIL_TAKEN: { status: 409, message: 'Email already exists' },
  INVALID_CREDENTIALS: { status: 401, message: 'The e-mail address or the password is wrong.' },
  EMAIL_NOT_VERIFIED: { status: 403, message: 'Verify your e-mail address first.' },
  ACCOUNT_SUSPENDED: { status: 403, message: 'This account is suspended.' },
  ACCOUNT_DELETED: { status: 403, message: 'This account is deleted.' },
  TOKEN_INVALID: { status: 400, message: 'The token is invalid, expired or already used.' },
  TOKEN_REUSED: { status: 401, message: 'This refresh token was used before; the session has been ended.' },
  CSRF_HEADER_REQUIRED: { status: 403, message: 'Cookie mode needs the header X-Auth-Transport: cookie.' },
  PASSWORD_TOO_SHORT: { status: 400, message: 'The password is too short.' },
  PASSWORD_TOO_LONG: { status: 400, message: 'The password is too long.' },
  PASSWORD_BREACHED: { status: 400, message: 'This password is known from data breaches; choose another.' },
  PASSWORD_CONTAINS_IDENTITY: {
    status: 400,
    message: 'The password must not contain your e-mail address or the name of this service.',
  },
  MFA_INVALID: { status: 401, message: 'The code is wrong, expired or was used before.' },
  PASSKEY_INVALID: { status: 401, message: 'The passkey was not accepted; begin again.' },
  LAST_WAY_IN: {
    status: 409,
    message: 'Nobody could sign in to the account without this; add another way in first.',
  },
  STEP_UP_REQUIRED: {
    status: 403,
    message: 'This needs a fresher or stronger sign-in; prove again who you are.',
  },
  RATE_LIMITED: { status: 429, message: 'Too many attempts; try again later.' },
  OTHER_PROOF_REQUIRED: {
    status: 403,
    message: 'Too many failed attempts: use a device you used before, or ask for a new password.',
  },
  PASSWORD_RESET_REQUIRED: {
    status: 403,
    message: 'This account was reported as used by a stranger: ask for a new password first.',
  },
  QUERY_TOO_COMPLEX: { status: 400, message: 'The operation asks for more than the server allows.' },
  PERSISTED_QUERY_NOT_FOUND: { status: 400, message: 'PersistedQueryNotFound' },
  OPERATION_NOT_LISTED: { status: 400, message: 'This server answers listed operations only.' },
  REQUEST_TIMEOUT: { status: 408, message: 'The request took too long to arrive.' },
  PROVIDER_UNAVAILABLE: { status: 503, message: 'The provider does not answer; try again later.' },
  PROVIDER_ANSWER_INVALID: { status: 502, message: 'The provider’s answer was not accepted.' },
  PROVIDER_DENIED: { status: 403, message: 'The sign-in was cancelled at the provider.' },
  PROVIDER_EMAIL_UNVERIFIED: {
    status: 403,
    message: 'The provider does not vouch for an e-mail address of yours.',
  },
  TIMED_OUT: {
    status: 503,
    message: 'The request took longer than the server allows, and was stopped.',
  },
  OVERLOADED: { status: 503, message: 'The server is busy; try again shortly.' },
  GRAPHQL_PARSE_FAILED: { status: 400, message: 'The GraphQL document has a syntax error.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, message: 'The GraphQL document does not fit the schema.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'Internal server error.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Input fields that were refused: the path of a field to what is wrong with it, never its value. */
export type FieldErrors = Record<string, string>;

/** Which figure of an operation is over its limit. */
export interface ErrorFigures {
  measure: string;
  limit: number;
  found: number;
}

/** What an access token has to say for an operation (RFC 9470): how sure, and how many seconds old at most. */
export interface StepUp {
  acr: 'aal1' | 'aal2';
  maxAge?: number;
}

export interface AppErrorDetails {
  fields?: FieldErrors;
  retryAfterSeconds?: number;
  /** The operation after which the refused one works, such as `reauthenticate`. */
  satisfiedBy?: string;
  /** With STEP_UP_REQUIRED: what the access token has to say. */
  stepUp?: StepUp;
  /** One fixed sentence that says more about this case than the code does; never a value. */
  hint?: string;
  /** With QUERY_TOO_COMPLEX. */
  figures?: ErrorFigures;
  /** For the log only; never shown to a client. */
  cause?: unknown;
}

/** An error that a client may see. Thrown once by a service, formatted once by GraphQL or REST. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly fields: FieldErrors | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly satisfiedBy: string | undefined;
  readonly stepUp: StepUp | undefined;
  readonly hint: string | undefined;
  readonly figures: ErrorFigures | undefined;

  constructor(code: ErrorCode, details: AppErrorDetails = {}) {
    super(ERROR_CODES[code].message, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.fields = details.fields;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.satisfiedBy = details.satisfiedBy;
    this.stepUp = details.stepUp;
    this.hint = details.hint;
    this.figures = details.figures;
  }
}

/** Refuses one input field: `badInput('email', 'must be an e-mail address')`. */
export function badInput(field: string, problem: string): AppError {
  return new AppError('BAD_USER_INPUT', { fields: { [field]: problem } });
}
