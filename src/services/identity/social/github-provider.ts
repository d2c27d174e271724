import * as client from 'openid-client';
import type { GithubSettings } from '../../../config/social-settings.js';
import { AppError } from '../../../errors.js';
import { findAddress } from './provider-email.js';
import { challengeOf, type ProviderIdentity, type SocialProvider, type TripSecrets } from './provider.js';
import type { ProviderRequests } from './provider-requests.js';

export interface GithubProviderParts {
  settings: GithubSettings;
  /** The one redirect URI of this provider. */
  redirectUri: string;
  ask: ProviderRequests;
}

const EMAILS = '/user/emails';
/** GitHub refuses requests without a user agent. */
const HEADERS = { accept: 'application/vnd.github+json', 'user-agent': 'Custodia' };

/**
 * GitHub: OAuth 2.0 with PKCE; who came back is asked of its API, since there is no ID token. A person is their
 * numeric id, which stays when they rename themselves, and their primary address counts if GitHub verified it.
 */
export function createGithubProvider({ settings, redirectUri, ask }: GithubProviderParts): SocialProvider {
  const { name, url, clientId, clientSecret } = settings;
  const api = apiOf(url);
  const server: client.ServerMetadata = {
    issuer: url,
    authorization_endpoint: `${url}/login/oauth/authorize`,
    token_endpoint: `${url}/login/oauth/access_token`,
  };

  function configure(fetch: client.CustomFetch): client.Configuration {
    const authenticate = client.ClientSecretPost(clientSecret);
    const configuration = new client.Configuration(server, clientId, clientSecret, authenticate);
    configuration[client.customFetch] = fetch;
    if (url.startsWith('http:')) client.allowInsecureRequests(configuration);
    return configuration;
  }

  async function authorizationUrl({ state, codeVerifier }: TripSecrets): Promise<URL> {
    return client.buildAuthorizationUrl(configure(fetch), {
      redirect_uri: redirectUri,
      scope: 'user:email',
      state,
      code_challenge: challengeOf(codeVerifier),
      code_challenge_method: 'S256',
    });
  }

  function identify(answer: URLSearchParams, secrets: TripSecrets): Promise<ProviderIdentity> {
    return ask(name, async (limitedFetch) => {
      const configuration = configure(limitedFetch);
      const tokens = await client.authorizationCodeGrant(
        configuration,
        new URL(`${redirectUri}?${answer.toString()}`),
        {
          expectedState: secrets.state,
          pkceCodeVerifier: secrets.codeVerifier,
        },
      );
      const read = async (path: string): Promise<unknown> => {
        const target = new URL(`${api}${path}`);
        const headers = new Headers(HEADERS);
        const { access_token: token } = tokens;
        const response = await client.fetchProtectedResource(
          configuration,
          token,
          target,
          'GET',
          null,
          headers,
        );
        // Whoever took the permission for their addresses away is known all the same.
        if (path === EMAILS && [403, 404].includes(response.status)) return [];
        if (!response.ok) throw new AppError('PROVIDER_ANSWER_INVALID');
        return response.json();
      };
      const subject = readSubject(await read('/user'));
      return { subject, ...readPrimaryAddress(await read(EMAILS)) };
    });
  }

  return { name, authorizationUrl, identify };
}

/** GitHub Enterprise Server serves its API below its own origin. */
function apiOf(url: string): string {
  return url === 'https://github.com' ? 'https://api.github.com' : `${url}/api/v3`;
}

function readSubject(user: unknown): string {
  const { id } = (user ?? {}) as { id?: unknown };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0)
    throw new AppError('PROVIDER_ANSWER_INVALID');
  return String(id);
}

function readPrimaryAddress(emails: unknown): Pick<ProviderIdentity, 'email' | 'proof'> {
  if (!Array.isArray(emails)) throw new AppError('PROVIDER_ANSWER_INVALID');
  const primary = (emails as { email?: unknown; primary?: unknown; verified?: unknown }[]).find(
    (entry) => entry?.primary === true,
  );
  const email = findAddress(primary?.email);
  return { email, proof: email !== null && primary?.verified === true ? 'now' : 'none' };
}
