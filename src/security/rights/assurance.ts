import type { Role } from './permissions.js';

/**
 * How sure a sign-in makes us, as `acr` of the access token: one factor, or two (the authenticator assurance levels
 * of NIST SP 800-63B). A passkey that checked its user counts as two.
 */
export type AssuranceLevel = 'aal1' | 'aal2';

/** The level that these proofs (RFC 8176 values) amount to: `mfa` is among them when there were two factors. */
export function levelOf(amr: readonly string[]): AssuranceLevel {
  return amr.includes('mfa') ? 'aal2' : 'aal1';
}

/** All that concerns the own account: the scope of an ordinary session. */
export const ACCOUNT_SCOPE = 'account';
/** Nothing but setting up a second factor, for who may do more only with one. */
export const ENROLLMENT_SCOPE = 'mfa:enroll';

/** The proofs of a sign-in after a second factor. */
export function withSecondFactor(first: readonly string[], second: readonly string[]): string[] {
  return [...new Set([...first, ...second, 'mfa'])];
}

/** Whether somebody who holds these roles may use them, or even the account, only with a second factor. */
export function needsSecondFactor(held: readonly Role[], required: readonly Role[]): boolean {
  return required.includes('USER') || held.some((role) => required.includes(role));
}

/** The roles that count in a session of this level. */
export function rolesAtLevel<R extends Role>(
  held: readonly R[],
  level: AssuranceLevel,
  required: readonly Role[],
): R[] {
  return held.filter((role) => level === 'aal2' || !required.includes(role));
}
