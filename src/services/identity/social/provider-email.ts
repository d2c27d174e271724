import type { OidcSettings } from '../../../config/social-settings.js';
import { parseEmailAddress } from '../../../input/email-address.js';
import type { ProviderIdentity } from './provider.js';

/**
 * The claims of an ID token or of UserInfo. `email` and `email_verified` are those of OpenID Connect Core §5.1; `hd` is
 * Google’s: the organisation in whose directory the account is.
 */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The address of an OpenID provider’s claims, and how far it is believed. Google has verified each address once, but
 * hosts only those of gmail.com and of the organisations named by `hd`: of the others somebody else may be the owner by
 * now (developers.google.com/identity, “Verify the Google ID token”).
 */
export function emailOf(
  claims: Claims,
  trustsEmail: OidcSettings['trustsEmail'],
): Pick<ProviderIdentity, 'email' | 'proof'> {
  const email = findAddress(claims.email);
  if (email === null) return { email, proof: 'none' };
  if (trustsEmail === 'always') return { email, proof: 'now' };
  // A few providers send the text "true"; anything else is no promise.
  if (claims.email_verified !== true && claims.email_verified !== 'true') return { email, proof: 'none' };
  const isHosted = /@(?:gmail|googlemail)\.com$/i.test(email) || typeof claims.hd === 'string';
  return { email, proof: trustsEmail === 'claimed' || isHosted ? 'now' : 'once' };
}

/** An address in the form that is stored; null for anything that is none. */
export function findAddress(value: unknown): string | null {
  try {
    return parseEmailAddress(value, 'email');
  } catch {
    return null;
  }
}
