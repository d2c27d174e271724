import type { DeviceTokens } from '../../../security/tokens/device-token.js';
import type { Mail } from '../../../mail/outbox.js';
import type { Guard } from '../../../security/guard/guard.js';
import type { IdentityService } from '../../identity/identity.service.js';
import type { MfaService } from '../mfa/mfa.service.js';
import type { SessionService } from '../sessions/session.service.js';
import type { SignInService } from '../sign-in.service.js';
import type { PasskeyProofParts } from './passkey-proof-parts.js';
import type { PasskeyProofs } from './passkey-proofs.js';

/** What the passkey service is built from. */
export interface PasskeyParts extends PasskeyProofParts {
  mail: Mail;
  identity: Pick<IdentityService, 'findUser' | 'requireWayIn' | 'disownLink'>;
  sessions: Pick<SessionService, 'find' | 'addSecondFactor'>;
  mfa: Pick<MfaService, 'methodsOf' | 'findChallenge' | 'requireDispensable' | 'settleAfterRemoval'>;
  signIn: Pick<SignInService, 'continueSignIn'>;
  proofs: PasskeyProofs;
  guard: Pick<Guard, 'attempt' | 'limit'>;
  deviceTokens: Pick<DeviceTokens, 'findKnownDevice'>;
}
