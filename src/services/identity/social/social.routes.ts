import { defineRoute, type Route } from '../../../http/route.js';
import type { IdentityService } from '../identity.service.js';
import { ensureBrowserSecret } from './browser-secret.js';

const PROVIDER = { in: 'path', description: 'The provider, such as `google`.' } as const;

const query = (description: string) => ({ in: 'query', description, optional: true }) as const;

/** What a provider may say when it sends a browser back (RFC 6749 §4.1.2, RFC 9207 §2). */
const ANSWER = {
  code: query('The provider’s code.'),
  state: query('What the browser took along.'),
  iss: query('The issuer that answers.'),
  error: query('Why there is no code.'),
};

/** The two addresses that a browser visits to sign in with a provider. Both answer with a redirect. */
export function createSocialRoutes({ social }: Pick<IdentityService, 'social'>): Route[] {
  return [startRoute(social), callbackRoute(social)];
}

function startRoute(social: IdentityService['social']): Route {
  return defineRoute({
    method: 'GET',
    path: '/auth/:provider/start',
    tag: 'sign-in with a provider',
    summary: 'Send a browser to a provider',
    description:
      'A page to open, not to fetch: the browser gets a cookie by which it is known on its way back.',
    auth: 'none',
    parameters: {
      provider: PROVIDER,
      return_to: query('Where the browser comes back to: one of the allowed return URLs.'),
      code_challenge: query('S256 challenge (RFC 7636) whose verifier `exchangeSocialLogin` then asks for.'),
      flow: query('What `beginSocialLink` put into its URL.'),
    },
    responses: { 302: { description: 'To the provider; or back to the application, with `error`.' } },
    errors: ['NOT_FOUND', 'BAD_USER_INPUT', 'RATE_LIMITED'],
    async handler(
      context,
      _input,
      { provider = '', return_to: returnTo, code_challenge: codeChallenge, flow },
    ) {
      if (flow) {
        const location = await social.departToLink(provider, flow, context.browserSecret);
        return { status: 302, location };
      }
      const location = await social.depart({
        provider,
        returnTo: returnTo || null,
        codeChallenge: codeChallenge || null,
        browserSecret: ensureBrowserSecret(context),
        origin: context.origin,
      });
      return { status: 302, location };
    },
  });
}

function callbackRoute(social: IdentityService['social']): Route {
  return defineRoute({
    method: 'GET',
    path: '/auth/:provider/callback',
    tag: 'sign-in with a provider',
    summary: 'Where a provider sends the browser back to',
    description: 'The redirect URI to register with the provider.',
    auth: 'none',
    parameters: { provider: PROVIDER, ...ANSWER },
    responses: { 302: { description: 'To the application, with `code`, `linked` or `error`.' } },
    errors: ['NOT_FOUND'],
    async handler({ browserSecret, origin }, _input, { provider = '', ...parameters }) {
      const answer = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ''));
      return { status: 302, location: await social.arrive({ provider, answer, browserSecret, origin }) };
    },
  });
}
