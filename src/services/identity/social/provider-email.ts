import type { OidcSettings } from '../../../config/social-settings.js';
import { parseEmailAddress } from '../../../input/email-address.js';
import type { ProviderIdentity } from './provider.js';

/**
 * The claims of an ID token or of UserInfo. `email` and `email_verified` are those of OpenID Connect Core §5.1; `hd` is
 * Google’s: the organisation in whose directory the account is.
 */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The address of an OpenID provider’s claims, and whether it is believed to be the person’s. Google has verified each
 * address once, but hosts only those of gmail.com and of the organisations named by `hd`: of the others somebody else
 * may be the owner by now.
 */
export function emailOf(
  claims: Claims,
  trustsEmail: OidcSettings['trustsEmail'],
): Pick<ProviderIdentity, 'email' | 'emailVerified'> {
  const email = findAddress(claims.email);
  if (email === null) return { email, emailVerified: false };
  if (trustsEmail === 'always') return { email, emailVerified: true };
  const isHosted = /@(?:gmail|googlemail)\.com$/i.test(email) || typeof claims.hd === 'string';
  const isBelieved = trustsEmail === 'claimed' || isHosted;
  // A few providers send the text "true"; anything else is no promise.
  const isClaimed = claims.email_verified === true || claims.email_verified === 'true';
  return { email, emailVerified: isClaimed && isBelieved };
}

/** An address in the form that is stored; null for anything that is none. */
export function findAddress(value: unknown): string | null {
  try {
    return parseEmailAddress(value, 'email');
  } catch {
    return null;
  }
}
