import { AppError } from '../../errors.js';

/** How a page tells what went wrong. */
export interface PageFailure {
  status: number;
  /** The form may be sent again, with this sentence above it. */
  formError?: string;
  /** Otherwise a page of its own. */
  heading: string;
  text: string;
  retryAfterSeconds?: number;
}

const BAD_LINK = {
  heading: 'This link does not work any more',
  text: 'It was used already, has expired, or was not copied in full. Ask for a new one where you asked for this one.',
};

/** What a reader sees of an error that the server knows how to name; null for any other one. */
export function describePageFailure(error: unknown): PageFailure | null {
  if (error instanceof AppError) return describeAppError(error);
  const status = clientErrorStatus(error);
  if (status === null) return null;
  return { status, heading: 'That did not work', text: 'Please open the link from the mail again.' };
}

/** A link without a token, or with something that cannot be one. */
export function badLink(): PageFailure {
  return { status: 400, ...BAD_LINK };
}

function describeAppError(error: AppError): PageFailure {
  const { code, status, retryAfterSeconds } = error;
  if (code === 'TOKEN_INVALID') return { status, ...BAD_LINK };
  const problem = Object.entries(error.fields ?? {}).find(([field]) => /password$/i.test(field))?.[1];
  const failure = { status, heading: 'That did not work', text: error.message, retryAfterSeconds };
  if (code.startsWith('PASSWORD_')) return { ...failure, formError: error.message };
  if (code === 'BAD_USER_INPUT' && problem !== undefined) {
    return { ...failure, formError: `The password ${problem}.` };
  }
  return retryAfterSeconds === undefined ? failure : { ...failure, formError: error.message };
}

/** Fastify's own refusals of a request: body too large, wrong media type. */
function clientErrorStatus(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}
