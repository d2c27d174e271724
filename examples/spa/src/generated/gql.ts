/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation BeginTotpEnrollment {\n  beginTotpEnrollment {\n    secret\n    otpauthUri\n  }\n}": typeof types.BeginTotpEnrollmentDocument,
    "mutation ChangePassword($input: ChangePasswordInput!) {\n  changePassword(input: $input) {\n    success\n  }\n}": typeof types.ChangePasswordDocument,
    "mutation CompleteMfa($input: CompleteMfaInput!) {\n  completeMfa(input: $input) {\n    session {\n      id\n      authenticationMethods\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}": typeof types.CompleteMfaDocument,
    "mutation ConfirmTotpEnrollment($code: String!) {\n  confirmTotpEnrollment(code: $code) {\n    recoveryCodes\n  }\n}": typeof types.ConfirmTotpEnrollmentDocument,
    "mutation DisableTotp($code: String!) {\n  disableTotp(code: $code) {\n    user {\n      id\n      mfa {\n        totpEnabled\n        recoveryCodesLeft\n      }\n    }\n  }\n}": typeof types.DisableTotpDocument,
    "mutation Login($input: LoginInput!) {\n  login(input: $input) {\n    ... on LoginSuccess {\n      user {\n        id\n        lastLoginAt\n      }\n      session {\n        id\n        authenticationMethods\n      }\n      tokens {\n        ...TokenFields\n      }\n    }\n    ... on MfaRequired {\n      challenge\n      methods\n      expiresAt\n    }\n  }\n}": typeof types.LoginDocument,
    "mutation Logout {\n  logout {\n    success\n  }\n}": typeof types.LogoutDocument,
    "mutation RefreshSession($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      id\n      lastSeenAt\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}": typeof types.RefreshSessionDocument,
    "mutation Register($input: RegisterInput!) {\n  register(input: $input) {\n    userId\n    message\n  }\n}": typeof types.RegisterDocument,
    "mutation RequestPasswordReset($email: EmailAddress!) {\n  requestPasswordReset(email: $email) {\n    success\n  }\n}": typeof types.RequestPasswordResetDocument,
    "mutation ResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    success\n  }\n}": typeof types.ResetPasswordDocument,
    "mutation RevokeOtherSessions {\n  revokeOtherSessions {\n    revoked\n  }\n}": typeof types.RevokeOtherSessionsDocument,
    "query Sessions($first: Int, $after: String) {\n  viewer {\n    sessions(first: $first, after: $after) {\n      totalCount\n      nodes {\n        id\n        current\n        createdAt\n        lastSeenAt\n        ipAddress\n        userAgent\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": typeof types.SessionsDocument,
    "fragment TokenFields on Tokens {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n}": typeof types.TokenFieldsFragmentDoc,
    "mutation UpdateProfile($input: UpdateProfileInput!) {\n  updateProfile(input: $input) {\n    user {\n      id\n      profile {\n        fullName\n        avatarUrl\n        phoneNumber\n        preferences\n      }\n    }\n  }\n}": typeof types.UpdateProfileDocument,
    "mutation VerifyEmail($token: String!) {\n  verifyEmail(token: $token) {\n    success\n  }\n}": typeof types.VerifyEmailDocument,
    "query Viewer {\n  viewer {\n    id\n    email\n    isVerified\n    status\n    createdAt\n    lastLoginAt\n    profile {\n      fullName\n      avatarUrl\n      phoneNumber\n      preferences\n    }\n  }\n}": typeof types.ViewerDocument,
    "fragment DataExportFields on DataExport {\n  id\n  status\n  requestedAt\n  readyAt\n  expiresAt\n}\n\nquery DataExports {\n  viewer {\n    id\n    dataExports {\n      ...DataExportFields\n    }\n  }\n}\n\nmutation RequestDataExport {\n  requestDataExport {\n    dataExport {\n      ...DataExportFields\n    }\n  }\n}\n\nquery DataExportLink($id: ID!) {\n  node(id: $id) {\n    id\n    ... on DataExport {\n      downloadUrl\n    }\n  }\n}": typeof types.DataExportFieldsFragmentDoc,
    "fragment ErasureFields on ErasureRequest {\n  id\n  status\n  requestedAt\n  scheduledFor\n}\n\nquery OpenErasure {\n  viewer {\n    id\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation RequestErasure($reason: String) {\n  requestErasure(reason: $reason) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation CancelErasure($id: ID!) {\n  cancelErasure(id: $id) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}": typeof types.ErasureFieldsFragmentDoc,
    "query MfaStatus {\n  viewer {\n    id\n    mfa {\n      totpEnabled\n      recoveryCodesLeft\n    }\n  }\n}": typeof types.MfaStatusDocument,
    "query PasswordPolicy {\n  passwordPolicy {\n    minLength\n    maxLength\n  }\n}": typeof types.PasswordPolicyDocument,
    "mutation Reauthenticate($password: String!, $code: String) {\n  reauthenticate(password: $password, code: $code) {\n    accessToken\n    accessTokenExpiresAt\n  }\n}": typeof types.ReauthenticateDocument,
    "mutation RequestEmailVerification($email: EmailAddress!) {\n  requestEmailVerification(email: $email) {\n    success\n  }\n}": typeof types.RequestEmailVerificationDocument,
    "mutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revoked\n  }\n}": typeof types.RevokeSessionDocument,
};
const documents: Documents = {
    "mutation BeginTotpEnrollment {\n  beginTotpEnrollment {\n    secret\n    otpauthUri\n  }\n}": types.BeginTotpEnrollmentDocument,
    "mutation ChangePassword($input: ChangePasswordInput!) {\n  changePassword(input: $input) {\n    success\n  }\n}": types.ChangePasswordDocument,
    "mutation CompleteMfa($input: CompleteMfaInput!) {\n  completeMfa(input: $input) {\n    session {\n      id\n      authenticationMethods\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}": types.CompleteMfaDocument,
    "mutation ConfirmTotpEnrollment($code: String!) {\n  confirmTotpEnrollment(code: $code) {\n    recoveryCodes\n  }\n}": types.ConfirmTotpEnrollmentDocument,
    "mutation DisableTotp($code: String!) {\n  disableTotp(code: $code) {\n    user {\n      id\n      mfa {\n        totpEnabled\n        recoveryCodesLeft\n      }\n    }\n  }\n}": types.DisableTotpDocument,
    "mutation Login($input: LoginInput!) {\n  login(input: $input) {\n    ... on LoginSuccess {\n      user {\n        id\n        lastLoginAt\n      }\n      session {\n        id\n        authenticationMethods\n      }\n      tokens {\n        ...TokenFields\n      }\n    }\n    ... on MfaRequired {\n      challenge\n      methods\n      expiresAt\n    }\n  }\n}": types.LoginDocument,
    "mutation Logout {\n  logout {\n    success\n  }\n}": types.LogoutDocument,
    "mutation RefreshSession($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      id\n      lastSeenAt\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}": types.RefreshSessionDocument,
    "mutation Register($input: RegisterInput!) {\n  register(input: $input) {\n    userId\n    message\n  }\n}": types.RegisterDocument,
    "mutation RequestPasswordReset($email: EmailAddress!) {\n  requestPasswordReset(email: $email) {\n    success\n  }\n}": types.RequestPasswordResetDocument,
    "mutation ResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    success\n  }\n}": types.ResetPasswordDocument,
    "mutation RevokeOtherSessions {\n  revokeOtherSessions {\n    revoked\n  }\n}": types.RevokeOtherSessionsDocument,
    "query Sessions($first: Int, $after: String) {\n  viewer {\n    sessions(first: $first, after: $after) {\n      totalCount\n      nodes {\n        id\n        current\n        createdAt\n        lastSeenAt\n        ipAddress\n        userAgent\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": types.SessionsDocument,
    "fragment TokenFields on Tokens {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n}": types.TokenFieldsFragmentDoc,
    "mutation UpdateProfile($input: UpdateProfileInput!) {\n  updateProfile(input: $input) {\n    user {\n      id\n      profile {\n        fullName\n        avatarUrl\n        phoneNumber\n        preferences\n      }\n    }\n  }\n}": types.UpdateProfileDocument,
    "mutation VerifyEmail($token: String!) {\n  verifyEmail(token: $token) {\n    success\n  }\n}": types.VerifyEmailDocument,
    "query Viewer {\n  viewer {\n    id\n    email\n    isVerified\n    status\n    createdAt\n    lastLoginAt\n    profile {\n      fullName\n      avatarUrl\n      phoneNumber\n      preferences\n    }\n  }\n}": types.ViewerDocument,
    "fragment DataExportFields on DataExport {\n  id\n  status\n  requestedAt\n  readyAt\n  expiresAt\n}\n\nquery DataExports {\n  viewer {\n    id\n    dataExports {\n      ...DataExportFields\n    }\n  }\n}\n\nmutation RequestDataExport {\n  requestDataExport {\n    dataExport {\n      ...DataExportFields\n    }\n  }\n}\n\nquery DataExportLink($id: ID!) {\n  node(id: $id) {\n    id\n    ... on DataExport {\n      downloadUrl\n    }\n  }\n}": types.DataExportFieldsFragmentDoc,
    "fragment ErasureFields on ErasureRequest {\n  id\n  status\n  requestedAt\n  scheduledFor\n}\n\nquery OpenErasure {\n  viewer {\n    id\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation RequestErasure($reason: String) {\n  requestErasure(reason: $reason) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation CancelErasure($id: ID!) {\n  cancelErasure(id: $id) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}": types.ErasureFieldsFragmentDoc,
    "query MfaStatus {\n  viewer {\n    id\n    mfa {\n      totpEnabled\n      recoveryCodesLeft\n    }\n  }\n}": types.MfaStatusDocument,
    "query PasswordPolicy {\n  passwordPolicy {\n    minLength\n    maxLength\n  }\n}": types.PasswordPolicyDocument,
    "mutation Reauthenticate($password: String!, $code: String) {\n  reauthenticate(password: $password, code: $code) {\n    accessToken\n    accessTokenExpiresAt\n  }\n}": types.ReauthenticateDocument,
    "mutation RequestEmailVerification($email: EmailAddress!) {\n  requestEmailVerification(email: $email) {\n    success\n  }\n}": types.RequestEmailVerificationDocument,
    "mutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revoked\n  }\n}": types.RevokeSessionDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation BeginTotpEnrollment {\n  beginTotpEnrollment {\n    secret\n    otpauthUri\n  }\n}"): (typeof documents)["mutation BeginTotpEnrollment {\n  beginTotpEnrollment {\n    secret\n    otpauthUri\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ChangePassword($input: ChangePasswordInput!) {\n  changePassword(input: $input) {\n    success\n  }\n}"): (typeof documents)["mutation ChangePassword($input: ChangePasswordInput!) {\n  changePassword(input: $input) {\n    success\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CompleteMfa($input: CompleteMfaInput!) {\n  completeMfa(input: $input) {\n    session {\n      id\n      authenticationMethods\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}"): (typeof documents)["mutation CompleteMfa($input: CompleteMfaInput!) {\n  completeMfa(input: $input) {\n    session {\n      id\n      authenticationMethods\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ConfirmTotpEnrollment($code: String!) {\n  confirmTotpEnrollment(code: $code) {\n    recoveryCodes\n  }\n}"): (typeof documents)["mutation ConfirmTotpEnrollment($code: String!) {\n  confirmTotpEnrollment(code: $code) {\n    recoveryCodes\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DisableTotp($code: String!) {\n  disableTotp(code: $code) {\n    user {\n      id\n      mfa {\n        totpEnabled\n        recoveryCodesLeft\n      }\n    }\n  }\n}"): (typeof documents)["mutation DisableTotp($code: String!) {\n  disableTotp(code: $code) {\n    user {\n      id\n      mfa {\n        totpEnabled\n        recoveryCodesLeft\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Login($input: LoginInput!) {\n  login(input: $input) {\n    ... on LoginSuccess {\n      user {\n        id\n        lastLoginAt\n      }\n      session {\n        id\n        authenticationMethods\n      }\n      tokens {\n        ...TokenFields\n      }\n    }\n    ... on MfaRequired {\n      challenge\n      methods\n      expiresAt\n    }\n  }\n}"): (typeof documents)["mutation Login($input: LoginInput!) {\n  login(input: $input) {\n    ... on LoginSuccess {\n      user {\n        id\n        lastLoginAt\n      }\n      session {\n        id\n        authenticationMethods\n      }\n      tokens {\n        ...TokenFields\n      }\n    }\n    ... on MfaRequired {\n      challenge\n      methods\n      expiresAt\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Logout {\n  logout {\n    success\n  }\n}"): (typeof documents)["mutation Logout {\n  logout {\n    success\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RefreshSession($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      id\n      lastSeenAt\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}"): (typeof documents)["mutation RefreshSession($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      id\n      lastSeenAt\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Register($input: RegisterInput!) {\n  register(input: $input) {\n    userId\n    message\n  }\n}"): (typeof documents)["mutation Register($input: RegisterInput!) {\n  register(input: $input) {\n    userId\n    message\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RequestPasswordReset($email: EmailAddress!) {\n  requestPasswordReset(email: $email) {\n    success\n  }\n}"): (typeof documents)["mutation RequestPasswordReset($email: EmailAddress!) {\n  requestPasswordReset(email: $email) {\n    success\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    success\n  }\n}"): (typeof documents)["mutation ResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    success\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeOtherSessions {\n  revokeOtherSessions {\n    revoked\n  }\n}"): (typeof documents)["mutation RevokeOtherSessions {\n  revokeOtherSessions {\n    revoked\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Sessions($first: Int, $after: String) {\n  viewer {\n    sessions(first: $first, after: $after) {\n      totalCount\n      nodes {\n        id\n        current\n        createdAt\n        lastSeenAt\n        ipAddress\n        userAgent\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"): (typeof documents)["query Sessions($first: Int, $after: String) {\n  viewer {\n    sessions(first: $first, after: $after) {\n      totalCount\n      nodes {\n        id\n        current\n        createdAt\n        lastSeenAt\n        ipAddress\n        userAgent\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment TokenFields on Tokens {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n}"): (typeof documents)["fragment TokenFields on Tokens {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpdateProfile($input: UpdateProfileInput!) {\n  updateProfile(input: $input) {\n    user {\n      id\n      profile {\n        fullName\n        avatarUrl\n        phoneNumber\n        preferences\n      }\n    }\n  }\n}"): (typeof documents)["mutation UpdateProfile($input: UpdateProfileInput!) {\n  updateProfile(input: $input) {\n    user {\n      id\n      profile {\n        fullName\n        avatarUrl\n        phoneNumber\n        preferences\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation VerifyEmail($token: String!) {\n  verifyEmail(token: $token) {\n    success\n  }\n}"): (typeof documents)["mutation VerifyEmail($token: String!) {\n  verifyEmail(token: $token) {\n    success\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Viewer {\n  viewer {\n    id\n    email\n    isVerified\n    status\n    createdAt\n    lastLoginAt\n    profile {\n      fullName\n      avatarUrl\n      phoneNumber\n      preferences\n    }\n  }\n}"): (typeof documents)["query Viewer {\n  viewer {\n    id\n    email\n    isVerified\n    status\n    createdAt\n    lastLoginAt\n    profile {\n      fullName\n      avatarUrl\n      phoneNumber\n      preferences\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment DataExportFields on DataExport {\n  id\n  status\n  requestedAt\n  readyAt\n  expiresAt\n}\n\nquery DataExports {\n  viewer {\n    id\n    dataExports {\n      ...DataExportFields\n    }\n  }\n}\n\nmutation RequestDataExport {\n  requestDataExport {\n    dataExport {\n      ...DataExportFields\n    }\n  }\n}\n\nquery DataExportLink($id: ID!) {\n  node(id: $id) {\n    id\n    ... on DataExport {\n      downloadUrl\n    }\n  }\n}"): (typeof documents)["fragment DataExportFields on DataExport {\n  id\n  status\n  requestedAt\n  readyAt\n  expiresAt\n}\n\nquery DataExports {\n  viewer {\n    id\n    dataExports {\n      ...DataExportFields\n    }\n  }\n}\n\nmutation RequestDataExport {\n  requestDataExport {\n    dataExport {\n      ...DataExportFields\n    }\n  }\n}\n\nquery DataExportLink($id: ID!) {\n  node(id: $id) {\n    id\n    ... on DataExport {\n      downloadUrl\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment ErasureFields on ErasureRequest {\n  id\n  status\n  requestedAt\n  scheduledFor\n}\n\nquery OpenErasure {\n  viewer {\n    id\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation RequestErasure($reason: String) {\n  requestErasure(reason: $reason) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation CancelErasure($id: ID!) {\n  cancelErasure(id: $id) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}"): (typeof documents)["fragment ErasureFields on ErasureRequest {\n  id\n  status\n  requestedAt\n  scheduledFor\n}\n\nquery OpenErasure {\n  viewer {\n    id\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation RequestErasure($reason: String) {\n  requestErasure(reason: $reason) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}\n\nmutation CancelErasure($id: ID!) {\n  cancelErasure(id: $id) {\n    erasureRequest {\n      ...ErasureFields\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MfaStatus {\n  viewer {\n    id\n    mfa {\n      totpEnabled\n      recoveryCodesLeft\n    }\n  }\n}"): (typeof documents)["query MfaStatus {\n  viewer {\n    id\n    mfa {\n      totpEnabled\n      recoveryCodesLeft\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PasswordPolicy {\n  passwordPolicy {\n    minLength\n    maxLength\n  }\n}"): (typeof documents)["query PasswordPolicy {\n  passwordPolicy {\n    minLength\n    maxLength\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Reauthenticate($password: String!, $code: String) {\n  reauthenticate(password: $password, code: $code) {\n    accessToken\n    accessTokenExpiresAt\n  }\n}"): (typeof documents)["mutation Reauthenticate($password: String!, $code: String) {\n  reauthenticate(password: $password, code: $code) {\n    accessToken\n    accessTokenExpiresAt\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RequestEmailVerification($email: EmailAddress!) {\n  requestEmailVerification(email: $email) {\n    success\n  }\n}"): (typeof documents)["mutation RequestEmailVerification($email: EmailAddress!) {\n  requestEmailVerification(email: $email) {\n    success\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revoked\n  }\n}"): (typeof documents)["mutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revoked\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;