import type { Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { Mail } from '../../../mail/outbox.js';
import type { DeviceTokens } from '../../../security/tokens/device-token.js';
import type { Guard } from '../../../security/guard/guard.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import type { AuditService } from '../../audit/audit.service.js';
import type { IdentityService } from '../../identity/identity.service.js';
import type { SessionService } from '../sessions/session.service.js';
import type { SecondFactor } from './second-factor.js';

/** What the MFA service is built from. */
export interface MfaParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  mail: Mail;
  config: Pick<Config, 'serviceName' | 'mfaRequiredRoles'>;
  identity: Pick<IdentityService, 'rolesInForce' | 'findUserId' | 'disownLink'>;
  sessions: Pick<SessionService, 'addSecondFactor' | 'dropSecondFactor'>;
  guard: Pick<Guard, 'attempt'>;
  deviceTokens: Pick<DeviceTokens, 'findKnownDevice'>;
  /** Kinds that are made elsewhere, such as passkeys. */
  furtherFactors?: readonly SecondFactor[];
}

/** A signed-in user who sets up, uses or removes a second factor. */
export interface MfaCaller {
  viewer: Pick<Viewer, 'userId' | 'sessionId' | 'authTime' | 'amr'>;
  origin: RequestOrigin;
}

/** Sends a notice to an account's owner in the transaction of what it tells of. */
export type Tell = (tx: Transaction, user: { id: string; email: string }) => Promise<void>;
