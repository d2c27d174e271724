import type { FastifyInstance } from 'fastify';
import { ERROR_CODES, type ErrorCode } from '../../errors.js';
import { PAGE_HEADERS, renderPage } from './page-layout.js';

/** Where browsers come back to after a provider while no application has a page for it. */
const SOCIAL_RETURN_PATH = '/auth/complete';

interface Query {
  code?: unknown;
  linked?: unknown;
  error?: unknown;
}

/**
 * The page at which signing in with a provider ends while there is no application: says how it went. It spends
 * nothing, and shows nothing of the address but sentences of its own.
 */
export function registerSocialReturnPage(
  app: FastifyInstance,
  { serviceName }: { serviceName: string },
): void {
  app.get(SOCIAL_RETURN_PATH, (request, reply) => {
    const outcome = describeOutcome(request.query as Query);
    return reply.headers(PAGE_HEADERS).send(renderPage({ serviceName, ...outcome }));
  });
}

function describeOutcome({ code, linked, error }: Query) {
  if (typeof error === 'string') {
    const known = Object.hasOwn(ERROR_CODES, error) ? ERROR_CODES[error as ErrorCode] : null;
    const text = known?.message ?? 'Please try again.';
    return { heading: 'That did not work', paragraphs: [text, 'You can close this page.'], failed: true };
  }
  if (typeof linked === 'string') {
    return { heading: 'Your account is linked', paragraphs: ['You can close this page.'] };
  }
  if (typeof code === 'string') {
    return {
      heading: 'Almost signed in',
      paragraphs: [
        'The provider has told who you are. From here on your application signs you in, with the code in the address of this page: it works once, within a minute.',
        'Name the page of your application in SOCIAL_RETURN_URLS, and the browser comes back there instead.',
      ],
    };
  }
  return { heading: 'Nothing to do here', paragraphs: ['You can close this page.'] };
}
