import { CombinedGraphQLErrors, ServerError } from '@apollo/client';
import { AuthUnavailableError } from './auth/auth-error.js';

/** What went wrong, in words for the person in front of the page. */
export interface Problem {
  /** The server's code, or `NETWORK`. */
  code: string;
  message: string;
  /** What is wrong with single inputs, by the last part of their name: `fullName`. */
  fields: Readonly<Record<string, string>>;
  /** When it makes sense to try again: milliseconds since 1970. */
  retryAt: number | null;
  /** With STEP_UP_REQUIRED: the operation to call first. */
  satisfiedBy: string | null;
}

interface Extensions {
  code?: string;
  fields?: Record<string, string>;
  retryAfterSeconds?: number;
  satisfiedBy?: string;
  hint?: string;
  requestId?: string;
}

/** Where the server's own words do not say what to do next. The others are shown as they come. */
const WORDS: Readonly<Record<string, string>> = {
  NETWORK: 'The server cannot be reached. Nothing was changed; please try again.',
  UNAUTHENTICATED: 'You have been signed out. Please sign in again.',
  BAD_USER_INPUT: 'Something in the form is not right yet.',
  EMAIL_TAKEN: 'There is an account with this e-mail address already. Sign in instead.',
  INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.',
  EMAIL_NOT_VERIFIED: 'Please confirm your e-mail address first: we have sent you a link.',
  MFA_INVALID: 'This code is wrong or was used before. Wait for the next one.',
  TOKEN_INVALID: 'This link or step has expired or was used before. Please start again.',
  TOKEN_REUSED: 'For your safety you have been signed out: your session was used from another place.',
  ACCOUNT_SUSPENDED: 'This account is suspended. Ask the people who run this service.',
  ACCOUNT_DELETED: 'This account has been deleted.',
  RATE_LIMITED: 'Too many attempts.',
  OVERLOADED: 'The server is very busy.',
  LEGAL_HOLD: 'The account cannot be erased at the moment: the law obliges us to keep it.',
  STEP_UP_REQUIRED: 'Please prove once more that it is you.',
};

/** The words for a code, as for the reason why a session ended. */
export function wordsFor(code: string): string {
  return WORDS[code] ?? 'Your session has ended. Please sign in again.';
}

/** Reads any error that an operation fails with. */
export function readProblem(error: unknown): Problem {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    return fromExtensions(first?.message ?? '', first?.extensions ?? {});
  }
  if (error instanceof AuthUnavailableError)
    return {
      ...nothingMore(error.code),
      message: WORDS[error.code] ?? WORDS['NETWORK'] ?? '',
      retryAt: error.retryAt,
    };
  const code = ServerError.is(error) ? `HTTP_${error.statusCode}` : 'NETWORK';
  return { ...nothingMore(code), message: WORDS['NETWORK'] ?? '' };
}

function fromExtensions(message: string, extensions: Extensions): Problem {
  const { code = 'UNKNOWN', retryAfterSeconds, satisfiedBy, hint, requestId } = extensions;
  const words = WORDS[code] ?? message;
  const reference =
    code === 'INTERNAL_SERVER_ERROR' ? `Something went wrong with us (${requestId ?? 'no id'}).` : words;
  return {
    code,
    message: hint === undefined ? reference : `${reference} ${hint}`,
    fields: lastParts(extensions.fields ?? {}),
    retryAt: retryAfterSeconds === undefined ? null : Date.now() + retryAfterSeconds * 1_000,
    satisfiedBy: satisfiedBy ?? null,
  };
}

function nothingMore(code: string): Problem {
  return { code, message: '', fields: {}, retryAt: null, satisfiedBy: null };
}

/** `input.fullName` → `fullName` */
function lastParts(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([path, problem]) => [path.split('.').at(-1) ?? path, problem]),
  );
}
