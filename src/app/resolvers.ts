// Before everything that is decorated.
import 'reflect-metadata';
import type { AuditParts } from './audit-parts.js';
import type { Services } from './services.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { HotReads } from '../database/hot-reads/hot-reads.js';
import { AdminResolver } from '../services/admin/admin.resolver.js';
import { UsersResolver } from '../services/admin/users.resolver.js';
import { AuthResolver } from '../services/auth/auth.resolver.js';
import { MfaResolver } from '../services/auth/mfa/mfa.resolver.js';
import { UserMfaResolver } from '../services/auth/mfa/user-mfa.resolver.js';
import { SocialSignInResolver } from '../services/auth/social-sign-in.resolver.js';
import { PasskeyResolver } from '../services/auth/passkeys/passkey.resolver.js';
import {
  createFindPasskeyNode,
  UserPasskeysResolver,
} from '../services/auth/passkeys/user-passkeys.resolver.js';
import { createFindSessionNode, UserSessionsResolver } from '../services/auth/user-sessions.resolver.js';
import { AuditResolver, createFindAuditEventNode } from '../services/compliance/audit/audit.resolver.js';
import { CaseResolver } from '../services/compliance/cases/case.resolver.js';
import { ConsentResolver } from '../services/compliance/consents/consent.resolver.js';
import { takeInventory } from '../services/compliance/inventory/data-inventory.js';
import { DataInventoryResolver } from '../services/compliance/inventory/data-inventory.resolver.js';
import { createFindErasureNode, ErasureResolver } from '../services/compliance/erasure/erasure.resolver.js';
import type { ErasureService } from '../services/compliance/erasure/erasure.service.js';
import {
  createFindExportNode,
  ExportResolver,
  UserExportsResolver,
} from '../services/compliance/exports/export.resolver.js';
import { EmailChangeResolver } from '../services/identity/addresses/email-change.resolver.js';
import { IdentityResolver, type FindVisibleUser } from '../services/identity/identity.resolver.js';
import { PasswordResolver } from '../services/identity/passwords/password.resolver.js';
import { RegistrationResolver } from '../services/identity/registration/registration.resolver.js';
import { SocialResolver } from '../services/identity/social/social.resolver.js';
import { UserRightsResolver } from '../services/identity/accounts/user-rights.resolver.js';
import { ProfileResolver } from '../services/profile/profile.resolver.js';

/** One instance of each resolver class that `app/schema.ts` lists. */
export function createResolvers(
  services: Services,
  audit: AuditParts,
  hotReads: HotReads,
  config: Config,
  clock: Clock,
  erasures: ErasureService,
  findVisibleUser: FindVisibleUser,
): object[] {
  const { identity, sessions, mfa, signIn, passkeys, profiles, consents, exports, cases, admin } = services;
  return [
    new RegistrationResolver(identity),
    new IdentityResolver({
      identity,
      findVisibleUser,
      loadViewer: hotReads.viewer,
      findNodes: [
        createFindSessionNode(sessions),
        createFindPasskeyNode(passkeys),
        createFindExportNode(exports),
        createFindAuditEventNode(audit.events),
        createFindErasureNode(erasures),
      ],
    }),
    new PasswordResolver(identity),
    new EmailChangeResolver(identity),
    new UserRightsResolver(identity),
    new SocialResolver(identity),
    new AuthResolver(signIn, sessions),
    new SocialSignInResolver(signIn),
    new UserSessionsResolver(sessions),
    new MfaResolver(mfa, signIn),
    new UserMfaResolver(mfa),
    new PasskeyResolver(passkeys),
    new UserPasskeysResolver(passkeys),
    new ProfileResolver({ profiles, findUser: identity.findUser }),
    new ConsentResolver(consents),
    new ExportResolver(exports),
    new UserExportsResolver(exports),
    new AuditResolver(audit),
    new ErasureResolver(erasures, clock),
    new CaseResolver({ cases, clock }),
    new DataInventoryResolver(takeInventory(config.retention)),
    new UsersResolver(identity),
    new AdminResolver(admin, identity),
  ];
}
