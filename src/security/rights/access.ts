import type { Permission } from './permissions.js';

/**
 * Who gets an answer from a field:
 * `public`: everybody, or whoever was given the object that it belongs to;
 * `signedIn`: whoever is signed in, about themselves;
 * `enrolling`: the same, and who may do nothing yet but set up a second factor;
 * `self`: the person whose account it is, and who holds `users:read`;
 * a permission: who holds it.
 */
export type Access = 'public' | 'signedIn' | 'enrolling' | 'self' | Permission;

/** Root fields, each with who may call it. */
const QUERY = {
  viewer: 'public',
  node: 'public',
  user: 'public',
  users: 'users:read',
  auditEvents: 'audit:read',
  verifyAuditLog: 'audit:read',
  erasureRequests: 'privacy:read',
  dataInventory: 'privacy:read',
  dataSubjectRequests: 'privacy:read',
  passwordPolicy: 'public',
  socialProviders: 'public',
} as const satisfies Record<string, Access>;

const MUTATION = {
  register: 'public',
  login: 'public',
  completeMfa: 'public',
  refreshSession: 'public',
  requestEmailVerification: 'public',
  verifyEmail: 'public',
  requestPasswordReset: 'public',
  resetPassword: 'public',
  acceptInvitation: 'public',
  exchangeSocialLogin: 'public',
  beginPasskeyLogin: 'public',
  finishPasskeyLogin: 'public',
  confirmEmailChange: 'public',
  undoEmailChange: 'public',

  logout: 'enrolling',
  revokeSession: 'signedIn',
  revokeOtherSessions: 'signedIn',
  updateProfile: 'signedIn',
  changePassword: 'signedIn',
  requestEmailChange: 'signedIn',
  beginSocialLink: 'signedIn',
  unlinkSocialLogin: 'signedIn',
  beginTotpEnrollment: 'enrolling',
  confirmTotpEnrollment: 'enrolling',
  disableTotp: 'signedIn',
  regenerateRecoveryCodes: 'signedIn',
  beginPasskeyRegistration: 'enrolling',
  finishPasskeyRegistration: 'enrolling',
  removePasskey: 'signedIn',
  reauthenticate: 'enrolling',
  setConsent: 'signedIn',
  objectToProcessing: 'signedIn',
  setProcessingRestriction: 'signedIn',
  requestDataExport: 'signedIn',
  requestErasure: 'signedIn',
  cancelErasure: 'signedIn',

  createUser: 'users:write',
  setUserRoles: 'roles:write',
  suspendUser: 'users:suspend',
  reinstateUser: 'users:suspend',
  revokeUserSessions: 'sessions:revoke',
  softDeleteUser: 'users:write',
  restoreUser: 'users:write',
  exportUserData: 'privacy:export',
  openCase: 'privacy:cases',
  extendCase: 'privacy:cases',
  closeCase: 'privacy:cases',
  eraseUser: 'privacy:erase',
  placeLegalHold: 'privacy:erase',
  releaseLegalHold: 'privacy:erase',
} as const satisfies Record<string, Access>;

const USER = {
  id: 'public',
  email: 'self',
  isVerified: 'self',
  status: 'self',
  suspension: 'self',
  createdAt: 'self',
  lastLoginAt: 'self',
  deletedAt: 'self',
  roles: 'self',
  permissions: 'self',
  profile: 'self',
  socialLogins: 'self',
  mfa: 'self',
  passkeys: 'self',
  sessions: 'self',
  consents: 'self',
  processingRestricted: 'self',
  auditEvents: 'self',
  dataExports: 'self',
  erasureRequest: 'self',
} as const satisfies Record<string, Access>;

/**
 * Who gets an answer from each field of the schema: deny by default, a field that is missing here fails a test.
 * Types below the entry fields stand here with one word: nobody is handed such an object who may not read it.
 */
export const ACCESS: Readonly<Record<string, Access | Readonly<Record<string, Access>>>> = {
  Query: QUERY,
  Mutation: MUTATION,
  User: USER,
  AuditEvent: 'public',
  AuditEventConnection: 'public',
  AuditEventEdge: 'public',
  AuditVerification: 'public',
  CasePayload: 'public',
  Consent: 'public',
  ConsentPayload: 'public',
  DataExport: 'public',
  DataExportPayload: 'public',
  DataInventoryEntry: 'public',
  DataSubjectRequest: 'public',
  DataSubjectRequestConnection: 'public',
  DataSubjectRequestEdge: 'public',
  ErasureNotice: 'public',
  ErasurePayload: 'public',
  ErasureReceipt: 'public',
  ErasureRequest: 'public',
  ErasureRequestConnection: 'public',
  ErasureRequestEdge: 'public',
  LoginSuccess: 'public',
  MfaRequired: 'public',
  MfaStatus: 'public',
  PageInfo: 'public',
  Passkey: 'public',
  PasskeyCeremony: 'public',
  PasswordPolicy: 'public',
  RecoveryCodesPayload: 'public',
  RefreshSessionPayload: 'public',
  RegisterPayload: 'public',
  RevokeSessionsPayload: 'public',
  Session: 'public',
  SessionConnection: 'public',
  SessionEdge: 'public',
  SocialLinkPayload: 'public',
  SocialLogin: 'public',
  SocialProvider: 'public',
  SuccessPayload: 'public',
  Suspension: 'public',
  Tokens: 'public',
  TotpEnrollment: 'public',
  UpdateProfilePayload: 'public',
  UserConnection: 'public',
  UserEdge: 'public',
  UserPayload: 'public',
  UserProfile: 'public',
};

/** Who gets an answer from a field; null where nobody has decided, which means: nobody. */
export function findAccess(type: string, field: string): Access | null {
  const entry = ACCESS[type];
  if (entry === undefined) return null;
  return typeof entry === 'string' ? entry : (entry[field] ?? null);
}
