/* eslint-disable */
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment in RFC 3339 form; always UTC with milliseconds when it goes out: `2026-11-23T15:04:05.123Z`. */
  DateTime: { input: string; output: string; }
  /** An e-mail address: trimmed, in Unicode NFC, its domain in lower case. Compared case-insensitively. */
  EmailAddress: { input: string; output: string; }
  /** A JSON object, nested at most 20 levels deep. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  /** A telephone number in E.164 form: `+`, then 7 to 15 digits. */
  PhoneNumber: { input: string; output: string; }
  /** An absolute http or https URL without credentials, at most 2048 characters. */
  URL: { input: string; output: string; }
};

/** The first password of an account that somebody else opened. */
export type AcceptInvitationInput = {
  /** The password; `passwordPolicy` says what is accepted. */
  newPassword: Scalars['String']['input'];
  /** The token of the mailed link. */
  token: Scalars['String']['input'];
};

/** Which events to list; all conditions must hold. */
export type AuditEventFilter = {
  /** What happened, in full: session.created. */
  action?: InputMaybe<Scalars['String']['input']>;
  /** Who did it. */
  actorId?: InputMaybe<Scalars['ID']['input']>;
  /** Events of this moment and later. */
  after?: InputMaybe<Scalars['DateTime']['input']>;
  /** Events before this moment. */
  before?: InputMaybe<Scalars['DateTime']['input']>;
  /** Whose account it is about. */
  subjectId?: InputMaybe<Scalars['ID']['input']>;
};

/** A new password, by the right of the current one. */
export type ChangePasswordInput = {
  /** The password that is valid now. */
  currentPassword: Scalars['String']['input'];
  /** The new password; `passwordPolicy` says what is accepted. */
  newPassword: Scalars['String']['input'];
};

/** The answer to a request. */
export type CloseCaseInput = {
  /** What else the person is told in that mail: what was done, say. */
  answer?: InputMaybe<Scalars['String']['input']>;
  /** What was decided. */
  decision: DataSubjectDecision;
  /** What was done about it: for the record. Stays inside: no mail says it. */
  evidence: Scalars['String']['input'];
  /** The case. */
  id: Scalars['ID']['input'];
  /** Whether the person is told by mail. false: you tell them in another way, such as a letter to somebody who has lost the mailbox. */
  notify?: Scalars['Boolean']['input'];
  /** Why, in words to the person, who gets them by mail; needed when it is refused, wholly or in part. */
  reason?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to a challenge. */
export type CompleteMfaInput = {
  /** The challenge of `MfaRequired`. */
  challenge: Scalars['String']['input'];
  /** The code as the person typed it; spaces and hyphens do not count. For PASSKEY the JSON text of `{ "ceremony", "response" }`: what `beginPasskeyLogin` answered, and the credential of the browser. */
  code: Scalars['String']['input'];
  /** Which second factor it is. */
  method: MfaMethod;
};

/** What a person agrees to, or refuses. */
export type ConsentInput = {
  /** Whether the person agrees. */
  granted: Scalars['Boolean']['input'];
  /** Version of the text that the person was shown; at most 50 characters. */
  policyVersion: Scalars['String']['input'];
  /** What the data is to be used for, such as `newsletter`; at most 100 characters. */
  purpose: Scalars['String']['input'];
};

/** An account to open for somebody else. */
export type CreateUserInput = {
  /** The address to sign in with; the invitation goes there. */
  email: Scalars['EmailAddress']['input'];
  /** The name the user goes by, at most 100 characters. */
  fullName?: InputMaybe<Scalars['String']['input']>;
  /** Roles to start with; others than USER need `roles:write`. */
  roles?: InputMaybe<Array<Role>>;
};

/** Where a data export stands. */
export type DataExportStatus =
  /** Its time is over and the copy is gone; ask again. */
  | 'EXPIRED'
  /** It could not be made; ask again. */
  | 'FAILED'
  /** Being made. */
  | 'PENDING'
  /** It can be fetched. */
  | 'READY';

/** What was decided. */
export type DataSubjectDecision =
  /** All that was asked for was done. */
  | 'GRANTED'
  /** A part of it was done. */
  | 'PARTLY_GRANTED'
  /** Nothing was done. */
  | 'REFUSED'
  /** The person no longer asks for it. */
  | 'WITHDRAWN';

/** Whether the request was answered. */
export type DataSubjectRequestStatus =
  /** Answered or withdrawn. */
  | 'CLOSED'
  /** Waiting for an answer. */
  | 'OPEN';

/** Which right the person uses: Art. 15 to 21 GDPR, or the CCPA. */
export type DataSubjectRequestType =
  /** To be told what is held: Art. 15 GDPR. */
  | 'ACCESS'
  /** To have wrong data corrected: Cal. Civ. Code § 1798.106. */
  | 'CCPA_CORRECT'
  /** To have the data deleted: Cal. Civ. Code § 1798.105. */
  | 'CCPA_DELETE'
  /** To know what is held: Cal. Civ. Code § 1798.110. */
  | 'CCPA_KNOW'
  /** To opt out of sale and sharing: Cal. Civ. Code § 1798.120. */
  | 'CCPA_OPT_OUT'
  /** To have the data erased: Art. 17 GDPR. */
  | 'ERASURE'
  /** To object to a use of the data: Art. 21 GDPR. */
  | 'OBJECTION'
  /** To get the data in a form that machines read: Art. 20 GDPR. */
  | 'PORTABILITY'
  /** To have wrong data corrected: Art. 16 GDPR. */
  | 'RECTIFICATION'
  /** To have the use of the data restricted: Art. 18 GDPR. */
  | 'RESTRICTION';

/** Where an erasure stands. */
export type ErasureStatus =
  /** Taken back: nothing was erased. */
  | 'CANCELLED'
  /** Done, with a receipt. */
  | 'COMPLETED'
  /** Waits for the end of a legal hold; can be cancelled. */
  | 'ON_HOLD'
  /** Being carried out; nothing stops it any more. */
  | 'RUNNING'
  /** Waits for the end of the grace period; can be cancelled. */
  | 'SCHEDULED';

/** Address and password of an account. */
export type LoginInput = {
  /** The address of the account. */
  email: Scalars['EmailAddress']['input'];
  /** The password of the account. */
  password: Scalars['String']['input'];
};

/** A way to prove a second factor. */
export type MfaMethod =
  /** A passkey of the account. */
  | 'PASSKEY'
  /** One of the codes that were shown when the second factor was set up. */
  | 'RECOVERY_CODE'
  /** A code of an authenticator app (RFC 6238): six digits. */
  | 'TOTP';

/** An objection to a use of one’s data, Art. 21 GDPR. */
export type ObjectionInput = {
  /** The grounds relating to the user’s situation; direct marketing needs none. At most 2,000 characters. */
  grounds?: InputMaybe<Scalars['String']['input']>;
  /** Which version of the text the user saw; at most 50 characters. */
  policyVersion: Scalars['String']['input'];
  /** The use objected to; at most 100 characters. */
  purpose: Scalars['String']['input'];
};

/** A request that came outside the applications. */
export type OpenCaseInput = {
  /** How it came, such as letter; at most 40 characters. */
  channel: Scalars['String']['input'];
  /** What exactly is asked for; at most 2,000 characters. */
  details?: InputMaybe<Scalars['String']['input']>;
  /** How the person proved who they are. */
  identityProof?: InputMaybe<Scalars['String']['input']>;
  /** Whether the person is told by mail. false: you tell them in another way, such as a letter to somebody who has lost the mailbox. */
  notify?: Scalars['Boolean']['input'];
  /** When it came: within the past year. */
  receivedAt: Scalars['DateTime']['input'];
  /** Which right the person uses. */
  type: DataSubjectRequestType;
  /** The account of the person. */
  userId: Scalars['ID']['input'];
};

/** The refresh token to spend. */
export type RefreshSessionInput = {
  /** The refresh token; left out in cookie mode, where the cookie carries it. */
  refreshToken?: InputMaybe<Scalars['String']['input']>;
};

/** A new account, with the profile and the consents it starts with. */
export type RegisterInput = {
  /** Address of a picture of the user. */
  avatarUrl?: InputMaybe<Scalars['URL']['input']>;
  /** Consents given or refused on the way; at most 50. */
  consents?: InputMaybe<Array<ConsentInput>>;
  /** The address to sign in with; a link that verifies it is mailed there. */
  email: Scalars['EmailAddress']['input'];
  /** The name the user goes by, at most 100 characters. */
  fullName?: InputMaybe<Scalars['String']['input']>;
  /** The password; `passwordPolicy` says what is accepted. */
  password: Scalars['String']['input'];
  /** The phone number, in E.164 form. */
  phoneNumber?: InputMaybe<Scalars['PhoneNumber']['input']>;
  /** Settings that clients keep for the user, at most 16 KiB. */
  preferences?: InputMaybe<Scalars['JSONObject']['input']>;
};

/** A new password, by the right of a mailed token. */
export type ResetPasswordInput = {
  /** The new password; `passwordPolicy` says what is accepted. */
  newPassword: Scalars['String']['input'];
  /** The token of the mailed link. */
  token: Scalars['String']['input'];
};

/** What somebody may be; docs/administration.md lists what each role may do. */
export type Role =
  /** Runs the service: invites, deletes, grants roles. */
  | 'ADMIN'
  /** Carries out the rights of the people whose data is held. */
  | 'PRIVACY_OFFICER'
  /** Helps users: reads accounts, suspends them, ends sessions. */
  | 'SUPPORT'
  /** Everybody: uses the own account. */
  | 'USER';

/** Changes to the profile: an absent field stays as it is, null clears it. */
export type UpdateProfileInput = {
  /** Address of a picture of the user. */
  avatarUrl?: InputMaybe<Scalars['URL']['input']>;
  /** The name the user goes by, at most 100 characters. */
  fullName?: InputMaybe<Scalars['String']['input']>;
  /** The phone number, in E.164 form. */
  phoneNumber?: InputMaybe<Scalars['PhoneNumber']['input']>;
  /** A JSON merge patch (RFC 7396): keys given replace, null removes, others stay. Null clears all. */
  preferences?: InputMaybe<Scalars['JSONObject']['input']>;
};

/** Which accounts to list; every condition that is given must hold. */
export type UserFilter = {
  /** Accounts registered after this moment. */
  createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Accounts registered before this moment. */
  createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** The account with this address. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** Accounts whose address is at this domain, such as `example.com`; not at those below it. */
  emailDomain?: InputMaybe<Scalars['String']['input']>;
  /** Whether the address is verified. */
  isVerified?: InputMaybe<Scalars['Boolean']['input']>;
  /** Accounts that hold this role. */
  role?: InputMaybe<Role>;
  /** Accounts that stand at one of these. */
  status?: InputMaybe<Array<UserStatus>>;
};

/** How a list of accounts is ordered. */
export type UserOrder =
  /** The oldest accounts first. */
  | 'CREATED_AT_ASC'
  /** The newest accounts first. */
  | 'CREATED_AT_DESC'
  /** Who signed in last comes first, who never did last. */
  | 'LAST_LOGIN_AT_DESC';

/** Where an account stands. */
export type UserStatus =
  /** In use: the user can sign in. */
  | 'ACTIVE'
  /** Deleted but recoverable: invisible to everybody except operators. */
  | 'DELETED'
  /** Erased for good: the personal data no longer exists. */
  | 'ERASED'
  /** Barred for now: nobody can sign in, and every session has ended. */
  | 'SUSPENDED';

export type BeginTotpEnrollmentMutationVariables = Exact<{ [key: string]: never; }>;


export type BeginTotpEnrollmentMutation = { beginTotpEnrollment?: { __typename: 'TotpEnrollment', secret: string, otpauthUri: string } | null };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { changePassword?: { __typename: 'SuccessPayload', success: boolean } | null };

export type CompleteMfaMutationVariables = Exact<{
  input: CompleteMfaInput;
}>;


export type CompleteMfaMutation = { completeMfa?: { __typename: 'LoginSuccess', session: { __typename: 'Session', id: string, authenticationMethods: Array<string> }, tokens: { __typename: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string } } | null };

export type ConfirmTotpEnrollmentMutationVariables = Exact<{
  code: Scalars['String']['input'];
}>;


export type ConfirmTotpEnrollmentMutation = { confirmTotpEnrollment?: { __typename: 'RecoveryCodesPayload', recoveryCodes: Array<string> } | null };

export type DisableTotpMutationVariables = Exact<{
  code: Scalars['String']['input'];
}>;


export type DisableTotpMutation = { disableTotp?: { __typename: 'UserPayload', user: { __typename: 'User', id: string, mfa: { __typename: 'MfaStatus', totpEnabled: boolean, recoveryCodesLeft: number } } } | null };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LoginMutation = { login?:
    | { __typename: 'LoginSuccess', user: { __typename: 'User', id: string, lastLoginAt?: string | null }, session: { __typename: 'Session', id: string, authenticationMethods: Array<string> }, tokens: { __typename: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string } }
    | { __typename: 'MfaRequired', challenge: string, methods: Array<MfaMethod>, expiresAt: string }
   | null };

export type LogoutMutationVariables = Exact<{ [key: string]: never; }>;


export type LogoutMutation = { logout?: { __typename: 'SuccessPayload', success: boolean } | null };

export type RefreshSessionMutationVariables = Exact<{
  refreshToken: Scalars['String']['input'];
}>;


export type RefreshSessionMutation = { refreshSession?: { __typename: 'RefreshSessionPayload', session: { __typename: 'Session', id: string, lastSeenAt: string }, tokens: { __typename: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string } } | null };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { register?: { __typename: 'RegisterPayload', userId?: string | null, message: string } | null };

export type RequestPasswordResetMutationVariables = Exact<{
  email: Scalars['EmailAddress']['input'];
}>;


export type RequestPasswordResetMutation = { requestPasswordReset?: { __typename: 'SuccessPayload', success: boolean } | null };

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;


export type ResetPasswordMutation = { resetPassword?: { __typename: 'SuccessPayload', success: boolean } | null };

export type RevokeOtherSessionsMutationVariables = Exact<{ [key: string]: never; }>;


export type RevokeOtherSessionsMutation = { revokeOtherSessions?: { __typename: 'RevokeSessionsPayload', revoked: number } | null };

export type SessionsQueryVariables = Exact<{
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type SessionsQuery = { viewer?: { __typename: 'User', sessions: { __typename: 'SessionConnection', totalCount: number, nodes: Array<{ __typename: 'Session', id: string, current: boolean, createdAt: string, lastSeenAt: string, ipAddress?: string | null, userAgent?: string | null }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type TokenFieldsFragment = { __typename: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;


export type UpdateProfileMutation = { updateProfile?: { __typename: 'UpdateProfilePayload', user: { __typename: 'User', id: string, profile?: { __typename: 'UserProfile', fullName?: string | null, avatarUrl?: string | null, phoneNumber?: string | null, preferences: Record<string, unknown> } | null } } | null };

export type VerifyEmailMutationVariables = Exact<{
  token: Scalars['String']['input'];
}>;


export type VerifyEmailMutation = { verifyEmail?: { __typename: 'SuccessPayload', success: boolean } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer?: { __typename: 'User', id: string, email?: string | null, isVerified: boolean, status: UserStatus, createdAt: string, lastLoginAt?: string | null, profile?: { __typename: 'UserProfile', fullName?: string | null, avatarUrl?: string | null, phoneNumber?: string | null, preferences: Record<string, unknown> } | null } | null };

export type DataExportFieldsFragment = { __typename: 'DataExport', id: string, status: DataExportStatus, requestedAt: string, readyAt?: string | null, expiresAt?: string | null };

export type DataExportsQueryVariables = Exact<{ [key: string]: never; }>;


export type DataExportsQuery = { viewer?: { __typename: 'User', id: string, dataExports: Array<{ __typename: 'DataExport', id: string, status: DataExportStatus, requestedAt: string, readyAt?: string | null, expiresAt?: string | null }> } | null };

export type RequestDataExportMutationVariables = Exact<{ [key: string]: never; }>;


export type RequestDataExportMutation = { requestDataExport?: { __typename: 'DataExportPayload', dataExport: { __typename: 'DataExport', id: string, status: DataExportStatus, requestedAt: string, readyAt?: string | null, expiresAt?: string | null } } | null };

export type DataExportLinkQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type DataExportLinkQuery = { node?:
    | { __typename: 'AuditEvent', id: string }
    | { __typename: 'DataExport', downloadUrl?: string | null, id: string }
    | { __typename: 'DataSubjectRequest', id: string }
    | { __typename: 'ErasureRequest', id: string }
    | { __typename: 'Passkey', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'User', id: string }
   | null };

export type ErasureFieldsFragment = { __typename: 'ErasureRequest', id: string, status: ErasureStatus, requestedAt: string, scheduledFor: string };

export type OpenErasureQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenErasureQuery = { viewer?: { __typename: 'User', id: string, erasureRequest?: { __typename: 'ErasureRequest', id: string, status: ErasureStatus, requestedAt: string, scheduledFor: string } | null } | null };

export type RequestErasureMutationVariables = Exact<{
  reason?: InputMaybe<Scalars['String']['input']>;
}>;


export type RequestErasureMutation = { requestErasure?: { __typename: 'ErasurePayload', erasureRequest: { __typename: 'ErasureRequest', id: string, status: ErasureStatus, requestedAt: string, scheduledFor: string } } | null };

export type CancelErasureMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CancelErasureMutation = { cancelErasure?: { __typename: 'ErasurePayload', erasureRequest: { __typename: 'ErasureRequest', id: string, status: ErasureStatus, requestedAt: string, scheduledFor: string } } | null };

export type MfaStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type MfaStatusQuery = { viewer?: { __typename: 'User', id: string, mfa: { __typename: 'MfaStatus', totpEnabled: boolean, recoveryCodesLeft: number } } | null };

export type PasswordPolicyQueryVariables = Exact<{ [key: string]: never; }>;


export type PasswordPolicyQuery = { passwordPolicy: { __typename: 'PasswordPolicy', minLength: number, maxLength: number } };

export type ReauthenticateMutationVariables = Exact<{
  password: Scalars['String']['input'];
  code?: InputMaybe<Scalars['String']['input']>;
}>;


export type ReauthenticateMutation = { reauthenticate?: { __typename: 'Tokens', accessToken: string, accessTokenExpiresAt: string } | null };

export type RequestEmailVerificationMutationVariables = Exact<{
  email: Scalars['EmailAddress']['input'];
}>;


export type RequestEmailVerificationMutation = { requestEmailVerification?: { __typename: 'SuccessPayload', success: boolean } | null };

export type RevokeSessionMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type RevokeSessionMutation = { revokeSession?: { __typename: 'RevokeSessionsPayload', revoked: number } | null };

export const TokenFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TokenFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Tokens"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"refreshTokenExpiresAt"}}]}}]} as unknown as DocumentNode<TokenFieldsFragment, unknown>;
export const DataExportFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DataExportFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DataExport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"readyAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<DataExportFieldsFragment, unknown>;
export const ErasureFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErasureFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ErasureRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}}]}}]} as unknown as DocumentNode<ErasureFieldsFragment, unknown>;
export const BeginTotpEnrollmentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"BeginTotpEnrollment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"beginTotpEnrollment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"secret"}},{"kind":"Field","name":{"kind":"Name","value":"otpauthUri"}}]}}]}}]} as unknown as DocumentNode<BeginTotpEnrollmentMutation, BeginTotpEnrollmentMutationVariables>;
export const ChangePasswordDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ChangePassword"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ChangePasswordInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changePassword"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"success"}}]}}]}}]} as unknown as DocumentNode<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const CompleteMfaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CompleteMfa"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CompleteMfaInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"completeMfa"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"authenticationMethods"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TokenFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TokenFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Tokens"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"refreshTokenExpiresAt"}}]}}]} as unknown as DocumentNode<CompleteMfaMutation, CompleteMfaMutationVariables>;
export const ConfirmTotpEnrollmentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ConfirmTotpEnrollment"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"confirmTotpEnrollment"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recoveryCodes"}}]}}]}}]} as unknown as DocumentNode<ConfirmTotpEnrollmentMutation, ConfirmTotpEnrollmentMutationVariables>;
export const DisableTotpDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DisableTotp"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disableTotp"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"mfa"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totpEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"recoveryCodesLeft"}}]}}]}}]}}]}}]} as unknown as DocumentNode<DisableTotpMutation, DisableTotpMutationVariables>;
export const LoginDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Login"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LoginInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"login"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"LoginSuccess"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"lastLoginAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"session"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"authenticationMethods"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TokenFields"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MfaRequired"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"challenge"}},{"kind":"Field","name":{"kind":"Name","value":"methods"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TokenFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Tokens"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"refreshTokenExpiresAt"}}]}}]} as unknown as DocumentNode<LoginMutation, LoginMutationVariables>;
export const LogoutDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Logout"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"logout"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"success"}}]}}]}}]} as unknown as DocumentNode<LogoutMutation, LogoutMutationVariables>;
export const RefreshSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RefreshSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"refreshToken"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"refreshSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"refreshToken"},"value":{"kind":"Variable","name":{"kind":"Name","value":"refreshToken"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeenAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TokenFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TokenFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Tokens"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"refreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"refreshTokenExpiresAt"}}]}}]} as unknown as DocumentNode<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const RegisterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Register"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RegisterInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"register"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<RegisterMutation, RegisterMutationVariables>;
export const RequestPasswordResetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestPasswordReset"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"email"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EmailAddress"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestPasswordReset"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"email"},"value":{"kind":"Variable","name":{"kind":"Name","value":"email"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"success"}}]}}]}}]} as unknown as DocumentNode<RequestPasswordResetMutation, RequestPasswordResetMutationVariables>;
export const ResetPasswordDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResetPassword"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ResetPasswordInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resetPassword"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"success"}}]}}]}}]} as unknown as DocumentNode<ResetPasswordMutation, ResetPasswordMutationVariables>;
export const RevokeOtherSessionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeOtherSessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeOtherSessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revoked"}}]}}]}}]} as unknown as DocumentNode<RevokeOtherSessionsMutation, RevokeOtherSessionsMutationVariables>;
export const SessionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Sessions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sessions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"current"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeenAt"}},{"kind":"Field","name":{"kind":"Name","value":"ipAddress"}},{"kind":"Field","name":{"kind":"Name","value":"userAgent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SessionsQuery, SessionsQueryVariables>;
export const UpdateProfileDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateProfile"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateProfileInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateProfile"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"profile"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"preferences"}}]}}]}}]}}]}}]} as unknown as DocumentNode<UpdateProfileMutation, UpdateProfileMutationVariables>;
export const VerifyEmailDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifyEmail"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifyEmail"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"success"}}]}}]}}]} as unknown as DocumentNode<VerifyEmailMutation, VerifyEmailMutationVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"isVerified"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastLoginAt"}},{"kind":"Field","name":{"kind":"Name","value":"profile"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fullName"}},{"kind":"Field","name":{"kind":"Name","value":"avatarUrl"}},{"kind":"Field","name":{"kind":"Name","value":"phoneNumber"}},{"kind":"Field","name":{"kind":"Name","value":"preferences"}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const DataExportsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DataExports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"dataExports"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DataExportFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DataExportFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DataExport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"readyAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<DataExportsQuery, DataExportsQueryVariables>;
export const RequestDataExportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestDataExport"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestDataExport"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"dataExport"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DataExportFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DataExportFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DataExport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"readyAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]} as unknown as DocumentNode<RequestDataExportMutation, RequestDataExportMutationVariables>;
export const DataExportLinkDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DataExportLink"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"DataExport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"downloadUrl"}}]}}]}}]}}]} as unknown as DocumentNode<DataExportLinkQuery, DataExportLinkQueryVariables>;
export const OpenErasureDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OpenErasure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"erasureRequest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ErasureFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErasureFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ErasureRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}}]}}]} as unknown as DocumentNode<OpenErasureQuery, OpenErasureQueryVariables>;
export const RequestErasureDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestErasure"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reason"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestErasure"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"reason"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reason"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"erasureRequest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ErasureFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErasureFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ErasureRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}}]}}]} as unknown as DocumentNode<RequestErasureMutation, RequestErasureMutationVariables>;
export const CancelErasureDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelErasure"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelErasure"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"erasureRequest"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ErasureFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ErasureFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ErasureRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"requestedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}}]}}]} as unknown as DocumentNode<CancelErasureMutation, CancelErasureMutationVariables>;
export const MfaStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MfaStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"mfa"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totpEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"recoveryCodesLeft"}}]}}]}}]}}]} as unknown as DocumentNode<MfaStatusQuery, MfaStatusQueryVariables>;
export const PasswordPolicyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PasswordPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"passwordPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"minLength"}},{"kind":"Field","name":{"kind":"Name","value":"maxLength"}}]}}]}}]} as unknown as DocumentNode<PasswordPolicyQuery, PasswordPolicyQueryVariables>;
export const ReauthenticateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Reauthenticate"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"password"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reauthenticate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"password"},"value":{"kind":"Variable","name":{"kind":"Name","value":"password"}}},{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"accessToken"}},{"kind":"Field","name":{"kind":"Name","value":"accessTokenExpiresAt"}}]}}]}}]} as unknown as DocumentNode<ReauthenticateMutation, ReauthenticateMutationVariables>;
export const RequestEmailVerificationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestEmailVerification"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"email"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EmailAddress"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestEmailVerification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"email"},"value":{"kind":"Variable","name":{"kind":"Name","value":"email"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"success"}}]}}]}}]} as unknown as DocumentNode<RequestEmailVerificationMutation, RequestEmailVerificationMutationVariables>;
export const RevokeSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revoked"}}]}}]}}]} as unknown as DocumentNode<RevokeSessionMutation, RevokeSessionMutationVariables>;