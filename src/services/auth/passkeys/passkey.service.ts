import { createAddPasskey } from './add-passkey.js';
import { createListPasskeys } from './list-passkeys.js';
import type { PasskeyParts } from './passkey-parts.js';
import { createPasskeySignIn } from './passkey-sign-in.js';
import { createRemovePasskey } from './remove-passkey.js';
import { createRequireFresh } from './require-fresh.js';

/** Passkeys (Web Authentication): adding, listing and removing them, and signing in with one. */
export function createPasskeyService(parts: PasskeyParts) {
  const internals = { ...parts, requireFresh: createRequireFresh(parts) };
  const adding = createAddPasskey(internals);
  const signIn = createPasskeySignIn(parts);
  return {
    ...createListPasskeys(parts),
    beginRegistration: adding.begin,
    finishRegistration: adding.finish,
    remove: createRemovePasskey(internals),
    beginLogin: signIn.begin,
    finishLogin: signIn.finish,
    discardExpired: parts.proofs.ceremonies.discardExpired,
  };
}

export type PasskeyService = ReturnType<typeof createPasskeyService>;
