import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Config } from '../config.js';
import type { Database } from '../database/client.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Mail } from '../mail/outbox.js';
import type { SecretVersions } from '../privacy/key-ring.js';
import type { Privacy } from '../privacy/privacy.js';
import type { AccessTokens } from '../security/tokens/access-token.js';
import { loadBreachedPasswords } from '../security/passwords/breached-passwords.js';
import type { EndedSessions } from '../security/tokens/ended-sessions.js';
import type { StaffRights } from '../services/identity/accounts/staff-rights.js';
import { createPasswords } from '../security/passwords/passwords.js';
import type { GuardParts } from './guard-parts.js';
import { createAdminService } from '../services/admin/admin.service.js';
import { createExportUsers } from '../services/admin/transfer/export-users.js';
import { createImportUsers } from '../services/admin/transfer/import-users.js';
import { createAuditService } from '../services/audit/audit.service.js';
import { createMfaService } from '../services/auth/mfa/mfa.service.js';
import { createScopeOf } from '../services/auth/mfa/session-scope.js';
import { createPasskeyProofs } from '../services/auth/passkeys/passkey-proofs.js';
import { createPasskeyService } from '../services/auth/passkeys/passkey.service.js';
import { countPasskeys } from '../services/auth/passkeys/count-passkeys.js';
import { createSessionService } from '../services/auth/sessions/session.service.js';
import { createSignInService } from '../services/auth/sign-in.service.js';
import { createCaseService } from '../services/compliance/cases/case.service.js';
import { createConsentService } from '../services/compliance/consents/consent.service.js';
import { createExportFiles } from '../services/compliance/exports/export-files.js';
import { createExportService } from '../services/compliance/exports/export.service.js';
import { createFindRecipients } from '../services/compliance/exports/content/find-recipients.js';
import { createIdentityService } from '../services/identity/identity.service.js';
import { createSocialProviders } from '../services/identity/social/social-providers.js';
import { createArrivals } from '../services/identity/sign-in/arrivals.js';
import { createOneTimeTokens } from '../services/identity/one-time-tokens.js';
import { createReports } from '../services/identity/sign-in/reports.js';
import { createProfileService } from '../services/profile/profile.service.js';

export interface ServiceParts {
  config: Config;
  clock: Clock;
  db: Database;
  privacy: Privacy;
  pepper: SecretVersions;
  accessTokens: AccessTokens;
  guards: Pick<GuardParts, 'guard' | 'deviceTokens'>;
  endedSessions: EndedSessions;
  mail: Mail;
  jobs: Pick<Jobs, 'enqueue'>;
  log: Log;
}

export type Services = ReturnType<typeof createServices>;

/**
 * Builds the services from left to right. What Identity needs of services to its right (profile, consents,
 * the end of sessions) it gets as functions.
 */
export function createServices({
  config,
  clock,
  db,
  privacy,
  pepper,
  accessTokens,
  guards,
  endedSessions,
  mail,
  jobs,
  log,
}: ServiceParts) {
  const audit = createAuditService({ clock, privacy });
  const scopeOf = createScopeOf({ config, rolesInForce: (userId) => identity.rolesInForce(userId) });
  const reports = createReports({ clock, mail, config, tokens: createOneTimeTokens({ db, clock }) });
  const { arrive } = createArrivals({ clock, reports, deviceTokens: guards.deviceTokens });
  const sessions = createSessionService({
    db,
    clock,
    accessTokens,
    endedSessions,
    audit,
    arrive,
    reports,
    config,
    scopeOf,
  });
  const isSignedIn = async (userId: string, sessionId: string) =>
    (await sessions.find(userId, sessionId)) !== null;
  const profiles = createProfileService({ db, audit });
  const requirePrivacyRight: StaffRights['requirePrivacyRight'] = (...given) =>
    identity.requirePrivacyRight(...given);
  const cases = createCaseService({ db, clock, audit, mail, requirePrivacyRight });
  const consents = createConsentService({ db, clock, audit, cases });
  const passwords = createPasswords({
    pepper,
    argon2: config.argon2,
    concurrency: config.hashConcurrency,
    queueLimit: config.hashQueueLimit,
  });
  const identity = createIdentityService({
    db,
    privacy,
    clock,
    config,
    mail,
    audit,
    reports,
    ...guards,
    passwords,
    policy: {
      minLength: config.passwordMinLength,
      serviceName: config.serviceName,
      breached: loadBreachedPasswords(),
    },
    prepareProfile: profiles.prepare,
    prepareConsents: consents.prepare,
    endSessions: sessions.endAll,
    isSignedIn,
    discardSecondFactors: (tx, userId, since) => mfa.discard(tx, userId, since ?? null),
    providers: createSocialProviders({ config, clock, log }),
    countPasskeys,
  });
  const proofs = createPasskeyProofs({ db, clock, audit, config });
  const furtherFactors = [proofs.factor];
  const mfa = createMfaService({
    db,
    clock,
    audit,
    mail,
    config,
    identity,
    sessions,
    furtherFactors,
    ...guards,
  });
  const signIn = createSignInService({ db, identity, sessions, mfa });
  const passkeys = createPasskeyService({
    db,
    clock,
    audit,
    mail,
    config,
    identity,
    sessions,
    mfa,
    signIn,
    proofs,
    ...guards,
  });
  const admin = createAdminService({ db, clock, audit, identity, sessions, jobs });
  const transfer = {
    import: createImportUsers({ db, clock, audit, identity, profiles }),
    export: createExportUsers({ db, audit }),
  };
  const exports = createExportService({
    requirePrivacyRight,
    db,
    clock,
    audit,
    mail,
    jobs,
    cases,
    config,
    files: createExportFiles(config),
    findRecipients: createFindRecipients({ db, config }),
    isSignedIn,
  });
  return {
    audit,
    identity,
    sessions,
    mfa,
    signIn,
    passkeys,
    profiles,
    consents,
    cases,
    exports,
    admin,
    transfer,
    /** What the hashing of passwords has to do. */
    passwordQueue: passwords.load,
  };
}
