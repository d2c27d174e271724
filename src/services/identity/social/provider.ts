import { createHash, createHmac } from 'node:crypto';

/**
 * `none`: the provider does not say so. `once`: it says so, but may not know of today. `now`: it says so, and is believed.
 */
export type EmailProof = 'none' | 'once' | 'now';

/** Who somebody is at a provider. */
export interface ProviderIdentity {
  /** Never changes at its provider, and is never given to another person there. */
  subject: string;
  /** In the form that is stored; null when the provider names none, or nothing that is an address. */
  email: string | null;
  /** How well the address is known to be the person’s. */
  proof: EmailProof;
}

/** What binds a provider’s answer to the request and to the browser that was sent there. */
export interface TripSecrets {
  /** Travels through the provider and comes back (RFC 6749 §10.12). */
  state: string;
  /** Comes back inside the signed ID token (OpenID Connect Core §3.1.2.1). */
  nonce: string;
  /** Known to whoever may redeem the code (RFC 7636). */
  codeVerifier: string;
}

/** A provider with which people sign in. */
export interface SocialProvider {
  readonly name: string;
  /**
   * Where the browser is sent.
   *
   * @throws AppError PROVIDER_UNAVAILABLE, PROVIDER_ANSWER_INVALID
   */
  authorizationUrl(secrets: TripSecrets): Promise<URL>;
  /**
   * Who came back, by the parameters that the browser brought along.
   *
   * @throws AppError PROVIDER_DENIED, PROVIDER_UNAVAILABLE, PROVIDER_ANSWER_INVALID
   */
  identify(answer: URLSearchParams, secrets: TripSecrets): Promise<ProviderIdentity>;
}

/**
 * The secrets of one trip, made of the state and the browser’s own secret. Nothing of them is stored: whoever reads
 * the database has no code verifier, and whoever sees the redirect has no browser.
 */
export function deriveSecrets(state: string, browserSecret: string): TripSecrets {
  const derive = (purpose: string): string =>
    createHmac('sha256', browserSecret).update(`${purpose} ${state}`).digest('base64url');
  return { state, nonce: derive('nonce'), codeVerifier: derive('code-verifier') };
}

/** The challenge of a code verifier, S256 (RFC 7636 §4.2). */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}
