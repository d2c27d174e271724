import type { Clock } from '../../clock.js';
import type { Config } from '../../config.js';
import type { Database, Transaction } from '../../database/client.js';
import type { JsonObject } from '../../input/json-object.js';
import type { Mail } from '../../mail/outbox.js';
import type { DeviceTokens } from '../../security/tokens/device-token.js';
import type { Guard } from '../../security/guard/guard.js';
import type { PasswordPolicy } from '../../security/passwords/password-policy.js';
import type { Passwords } from '../../security/passwords/passwords.js';
import type { RequestOrigin } from '../../security/requests/request-context.js';
import type { AuditService } from '../audit/audit.service.js';
import type { SocialProviders } from './social/social-providers.js';
import type { Reports } from './sign-in/reports.js';

/** What a person agreed to, or refused, when they registered. */
export interface ConsentGiven {
  purpose: string;
  granted: boolean;
  policyVersion: string;
}

/** The profile that someone registers with. */
export interface NewProfile {
  fullName?: string | null;
  avatarUrl?: string | null;
  phoneNumber?: string | null;
  preferences?: JsonObject | null;
}

/** Writes what a new account starts with, in the transaction that opens it. */
export type ForNewAccount = (tx: Transaction, userId: string) => Promise<void>;

/** Which sessions of an account end (all but `except`), why, and who did it from where. */
export interface EndingOfSessions {
  except?: string;
  reason: string;
  actorId: string;
  origin: RequestOrigin;
}

/**
 * What the identity service is built from. Profile, Auth and Compliance stand to its right, so what it needs
 * of them comes as functions.
 */
export interface IdentityParts {
  db: Database;
  passwords: Passwords;
  policy: PasswordPolicy;
  mail: Mail;
  audit: AuditService;
  clock: Clock;
  config: Pick<Config, 'concealAccounts' | 'requireVerifiedEmail' | 'social' | 'mfaRequiredRoles'>;
  providers: SocialProviders;
  guard: Guard;
  deviceTokens: DeviceTokens;
  reports: Reports;
  /**
   * Both throw BAD_USER_INPUT before anything is looked up, and return what writes the rows of a new
   * account.
   */
  prepareProfile: (profile: NewProfile) => ForNewAccount;
  prepareConsents: (consents: readonly ConsentGiven[], origin: RequestOrigin) => ForNewAccount;
  endSessions: (tx: Transaction, userId: string, ending: EndingOfSessions) => Promise<unknown>;
  isSignedIn: (userId: string, sessionId: string) => Promise<boolean>;
  /** Forgets second factors: those set up at `since` or later; without it, all. Returns of which methods there were some. */
  discardSecondFactors: (tx: Transaction, userId: string, since?: Date) => Promise<string[]>;
  countPasskeys: (tx: Transaction, userId: string) => Promise<number>;
}

/** Who asks, in operations of a signed-in user. */
export interface SignedIn {
  userId: string;
  sessionId: string;
  origin: RequestOrigin;
}
