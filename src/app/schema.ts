import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import { addFederation } from '../graphql/schema/federation.js';
import { createSchema } from '../graphql/schema/schema.js';
import { printSubgraphSdl } from '../graphql/schema/subgraph-sdl.js';
import { AdminResolver } from '../services/admin/admin.resolver.js';
import { UsersResolver } from '../services/admin/users.resolver.js';
import { AuthResolver } from '../services/auth/auth.resolver.js';
import { MfaResolver } from '../services/auth/mfa/mfa.resolver.js';
import { UserMfaResolver } from '../services/auth/mfa/user-mfa.resolver.js';
import { SocialSignInResolver } from '../services/auth/social-sign-in.resolver.js';
import { PasskeyResolver } from '../services/auth/passkeys/passkey.resolver.js';
import { UserPasskeysResolver } from '../services/auth/passkeys/user-passkeys.resolver.js';
import { UserSessionsResolver } from '../services/auth/user-sessions.resolver.js';
import { AuditResolver } from '../services/compliance/audit/audit.resolver.js';
import { CaseResolver } from '../services/compliance/cases/case.resolver.js';
import { ConsentResolver } from '../services/compliance/consents/consent.resolver.js';
import { DataInventoryResolver } from '../services/compliance/inventory/data-inventory.resolver.js';
import { ErasureResolver } from '../services/compliance/erasure/erasure.resolver.js';
import { ExportResolver, UserExportsResolver } from '../services/compliance/exports/export.resolver.js';
import { UserPrivacyResolver } from '../services/compliance/restriction/user-privacy.resolver.js';
import { EmailChangeResolver } from '../services/identity/addresses/email-change.resolver.js';
import { IdentityResolver, type FindVisibleUser } from '../services/identity/identity.resolver.js';
import { User } from '../services/identity/identity.types.js';
import { PasswordResolver } from '../services/identity/passwords/password.resolver.js';
import { RegistrationResolver } from '../services/identity/registration/registration.resolver.js';
import { SocialResolver } from '../services/identity/social/social.resolver.js';
import { UserRightsResolver } from '../services/identity/accounts/user-rights.resolver.js';
import { ProfileResolver } from '../services/profile/profile.resolver.js';

/** Every resolver class of the API, in the order of the services. */
const RESOLVERS = [
  RegistrationResolver,
  IdentityResolver,
  PasswordResolver,
  EmailChangeResolver,
  UserRightsResolver,
  SocialResolver,
  AuthResolver,
  SocialSignInResolver,
  UserSessionsResolver,
  MfaResolver,
  UserMfaResolver,
  PasskeyResolver,
  UserPasskeysResolver,
  ProfileResolver,
  AuditResolver,
  ConsentResolver,
  ExportResolver,
  UserExportsResolver,
  ErasureResolver,
  UserPrivacyResolver,
  CaseResolver,
  DataInventoryResolver,
  UsersResolver,
  AdminResolver,
] as const;

/** The schema that clients know; without `instances`, which app.ts makes, it can be printed but not executed. */
export function createApiSchema(instances?: object[]): GraphQLSchema {
  return createSchema({ resolvers: [...RESOLVERS], instances });
}

export interface ServedSchemaParts {
  instances: object[];
  findVisibleUser: FindVisibleUser;
  config: Pick<Config, 'introspection'>;
}

/** The schema that the server runs: that of the API, and what routers ask a subgraph for. Its entity is User. */
export function createServedSchema({ instances, findVisibleUser, config }: ServedSchemaParts): GraphQLSchema {
  const schema = createApiSchema(instances);
  return addFederation(schema, {
    entities: [{ type: 'User', is: (value) => value instanceof User, find: findVisibleUser }],
    printSdl: config.introspection ? () => printSubgraphSdl(schema) : null,
  });
}
