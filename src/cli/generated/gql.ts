/* eslint-disable */
import * as types from './graphql.js';



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
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation BeginTotpEnrollment {\n  beginTotpEnrollment {\n    secret\n    otpauthUri\n  }\n}"): typeof import('./graphql.js').BeginTotpEnrollmentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ChangePassword($input: ChangePasswordInput!) {\n  changePassword(input: $input) {\n    success\n  }\n}"): typeof import('./graphql.js').ChangePasswordDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CompleteMfa($input: CompleteMfaInput!) {\n  completeMfa(input: $input) {\n    session {\n      id\n      authenticationMethods\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}"): typeof import('./graphql.js').CompleteMfaDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ConfirmTotpEnrollment($code: String!) {\n  confirmTotpEnrollment(code: $code) {\n    recoveryCodes\n  }\n}"): typeof import('./graphql.js').ConfirmTotpEnrollmentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation DisableTotp($code: String!) {\n  disableTotp(code: $code) {\n    user {\n      id\n      mfa {\n        totpEnabled\n        recoveryCodesLeft\n      }\n    }\n  }\n}"): typeof import('./graphql.js').DisableTotpDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Login($input: LoginInput!) {\n  login(input: $input) {\n    ... on LoginSuccess {\n      user {\n        id\n        lastLoginAt\n      }\n      session {\n        id\n        authenticationMethods\n      }\n      tokens {\n        ...TokenFields\n      }\n    }\n    ... on MfaRequired {\n      challenge\n      methods\n      expiresAt\n    }\n  }\n}"): typeof import('./graphql.js').LoginDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Logout {\n  logout {\n    success\n  }\n}"): typeof import('./graphql.js').LogoutDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RefreshSession($refreshToken: String!) {\n  refreshSession(input: {refreshToken: $refreshToken}) {\n    session {\n      id\n      lastSeenAt\n    }\n    tokens {\n      ...TokenFields\n    }\n  }\n}"): typeof import('./graphql.js').RefreshSessionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Register($input: RegisterInput!) {\n  register(input: $input) {\n    userId\n    message\n  }\n}"): typeof import('./graphql.js').RegisterDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RequestPasswordReset($email: EmailAddress!) {\n  requestPasswordReset(email: $email) {\n    success\n  }\n}"): typeof import('./graphql.js').RequestPasswordResetDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    success\n  }\n}"): typeof import('./graphql.js').ResetPasswordDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeOtherSessions {\n  revokeOtherSessions {\n    revoked\n  }\n}"): typeof import('./graphql.js').RevokeOtherSessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Sessions($first: Int, $after: String) {\n  viewer {\n    sessions(first: $first, after: $after) {\n      totalCount\n      nodes {\n        id\n        current\n        createdAt\n        lastSeenAt\n        ipAddress\n        userAgent\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"): typeof import('./graphql.js').SessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment TokenFields on Tokens {\n  accessToken\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n}"): typeof import('./graphql.js').TokenFieldsFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UpdateProfile($input: UpdateProfileInput!) {\n  updateProfile(input: $input) {\n    user {\n      id\n      profile {\n        fullName\n        avatarUrl\n        phoneNumber\n        preferences\n      }\n    }\n  }\n}"): typeof import('./graphql.js').UpdateProfileDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation VerifyEmail($token: String!) {\n  verifyEmail(token: $token) {\n    success\n  }\n}"): typeof import('./graphql.js').VerifyEmailDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Viewer {\n  viewer {\n    id\n    email\n    isVerified\n    status\n    createdAt\n    lastLoginAt\n    profile {\n      fullName\n      avatarUrl\n      phoneNumber\n      preferences\n    }\n  }\n}"): typeof import('./graphql.js').ViewerDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
