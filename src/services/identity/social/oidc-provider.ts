import * as client from 'openid-client';
import { HOUR, type Clock } from '../../../clock.js';
import type { OidcSettings } from '../../../config/social-settings.js';
import { AppError } from '../../../errors.js';
import { emailOf, type Claims } from './provider-email.js';
import { challengeOf, type ProviderIdentity, type SocialProvider, type TripSecrets } from './provider.js';
import type { ProviderRequests } from './provider-requests.js';

/** How long what a provider publishes about itself is used before it is read again; milliseconds. */
const METADATA_LIFETIME = HOUR;
/** OpenID Connect Core §2: a subject has at most 255 characters. */
const MAX_SUBJECT_LENGTH = 255;
/** Nothing more is asked of anybody than who they are and where mail reaches them. */
const SCOPE = 'openid email';

export interface OidcProviderParts {
  settings: OidcSettings;
  /** The one redirect URI of this provider. */
  redirectUri: string;
  ask: ProviderRequests;
  clock: Clock;
}

/**
 * An OpenID provider: authorization code with PKCE, and an ID token whose signature is verified by the keys that the
 * provider publishes at that moment, so that a change of them is noticed at once. What the provider says of itself is
 * read when somebody signs in for the first time: one that is down keeps no server from starting.
 */
export function createOidcProvider({ settings, redirectUri, ask, clock }: OidcProviderParts): SocialProvider {
  const { name, clientId, clientSecret } = settings;
  const issuer = new URL(settings.issuer);
  const isInsecure = issuer.protocol === 'http:'; // this machine's only: the configuration sees to that
  let known: { metadata: client.ServerMetadata; until: number } | null = null;

  async function discover(fetch: client.CustomFetch): Promise<client.ServerMetadata> {
    if (known && clock.now().getTime() < known.until) return known.metadata;
    const discovered = await client.discovery(issuer, clientId, clientSecret, undefined, {
      [client.customFetch]: fetch,
      ...(isInsecure ? { execute: [client.allowInsecureRequests] } : {}),
    });
    const metadata = { ...discovered.serverMetadata() };
    known = { metadata, until: clock.now().getTime() + METADATA_LIFETIME };
    return metadata;
  }

  /** For one exchange: a configuration that lives longer would keep the provider’s old keys. */
  async function configure(fetch: client.CustomFetch): Promise<client.Configuration> {
    const metadata = await discover(fetch);
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate = methods.includes('client_secret_basic')
      ? client.ClientSecretBasic(clientSecret)
      : client.ClientSecretPost(clientSecret);
    const configuration = new client.Configuration(metadata, clientId, clientSecret, authenticate);
    configuration[client.customFetch] = fetch;
    client.enableNonRepudiationChecks(configuration);
    if (isInsecure) client.allowInsecureRequests(configuration);
    return configuration;
  }

  function authorizationUrl({ state, nonce, codeVerifier }: TripSecrets): Promise<URL> {
    return ask(name, async (fetch) =>
      client.buildAuthorizationUrl(await configure(fetch), {
        redirect_uri: redirectUri,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: challengeOf(codeVerifier),
        code_challenge_method: 'S256',
      }),
    );
  }

  function identify(answer: URLSearchParams, secrets: TripSecrets): Promise<ProviderIdentity> {
    return ask(name, async (fetch) => {
      const configuration = await configure(fetch);
      const tokens = await client.authorizationCodeGrant(
        configuration,
        new URL(`${redirectUri}?${answer.toString()}`),
        {
          expectedState: secrets.state,
          expectedNonce: secrets.nonce,
          pkceCodeVerifier: secrets.codeVerifier,
          idTokenExpected: true,
        },
      );
      const claims = tokens.claims();
      if (!claims || claims.sub.length > MAX_SUBJECT_LENGTH) throw new AppError('PROVIDER_ANSWER_INVALID');
      const { sub: subject } = claims;
      const said: Claims = findsEmail(claims, configuration)
        ? claims
        : await client.fetchUserInfo(configuration, tokens.access_token, subject);
      return { subject, ...emailOf(said, settings.trustsEmail) };
    });
  }

  return { name, authorizationUrl, identify };
}

/** Whether the ID token says all there is to know; many providers put the address into UserInfo only. */
function findsEmail(claims: Claims, configuration: client.Configuration): boolean {
  return claims.email !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined;
}
