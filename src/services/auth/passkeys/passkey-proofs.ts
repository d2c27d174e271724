import { createCeremonies } from './ceremonies.js';
import { createPasskeyFactor } from './passkey-factor.js';
import type { PasskeyProofParts } from './passkey-proof-parts.js';
import { createRefusals } from './refusals.js';
import { createUsePasskey } from './use-passkey.js';
import { createWebAuthn } from './web-authn.js';

export type PasskeyProofs = ReturnType<typeof createPasskeyProofs>;

/** The asking and checking of passkeys, which second factors and the passkey service share. */
export function createPasskeyProofs(parts: PasskeyProofParts) {
  const ceremonies = createCeremonies(parts);
  const webAuthn = createWebAuthn(parts.config);
  const refusals = createRefusals(parts);
  const usePasskey = createUsePasskey({ ...parts, ceremonies, webAuthn });
  return {
    ceremonies,
    webAuthn,
    refusals,
    usePasskey,
    factor: createPasskeyFactor({ usePasskey, refusals }),
  };
}
