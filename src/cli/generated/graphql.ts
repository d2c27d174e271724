/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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


export type BeginTotpEnrollmentMutation = { __typename?: 'Mutation', beginTotpEnrollment?: { __typename?: 'TotpEnrollment', secret: string, otpauthUri: string } | null };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { __typename?: 'Mutation', changePassword?: { __typename?: 'SuccessPayload', success: boolean } | null };

export type CompleteMfaMutationVariables = Exact<{
  input: CompleteMfaInput;
}>;


export type CompleteMfaMutation = { __typename?: 'Mutation', completeMfa?: { __typename?: 'LoginSuccess', session: { __typename?: 'Session', id: string, authenticationMethods: Array<string> }, tokens: { __typename?: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string } } | null };

export type ConfirmTotpEnrollmentMutationVariables = Exact<{
  code: Scalars['String']['input'];
}>;


export type ConfirmTotpEnrollmentMutation = { __typename?: 'Mutation', confirmTotpEnrollment?: { __typename?: 'RecoveryCodesPayload', recoveryCodes: Array<string> } | null };

export type DisableTotpMutationVariables = Exact<{
  code: Scalars['String']['input'];
}>;


export type DisableTotpMutation = { __typename?: 'Mutation', disableTotp?: { __typename?: 'UserPayload', user: { __typename?: 'User', id: string, mfa: { __typename?: 'MfaStatus', totpEnabled: boolean, recoveryCodesLeft: number } } } | null };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LoginMutation = { __typename?: 'Mutation', login?:
    | { __typename?: 'LoginSuccess', user: { __typename?: 'User', id: string, lastLoginAt?: string | null }, session: { __typename?: 'Session', id: string, authenticationMethods: Array<string> }, tokens: { __typename?: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string } }
    | { __typename?: 'MfaRequired', challenge: string, methods: Array<MfaMethod>, expiresAt: string }
   | null };

export type LogoutMutationVariables = Exact<{ [key: string]: never; }>;


export type LogoutMutation = { __typename?: 'Mutation', logout?: { __typename?: 'SuccessPayload', success: boolean } | null };

export type RefreshSessionMutationVariables = Exact<{
  refreshToken: Scalars['String']['input'];
}>;


export type RefreshSessionMutation = { __typename?: 'Mutation', refreshSession?: { __typename?: 'RefreshSessionPayload', session: { __typename?: 'Session', id: string, lastSeenAt: string }, tokens: { __typename?: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string } } | null };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { __typename?: 'Mutation', register?: { __typename?: 'RegisterPayload', userId?: string | null, message: string } | null };

export type RequestPasswordResetMutationVariables = Exact<{
  email: Scalars['EmailAddress']['input'];
}>;


export type RequestPasswordResetMutation = { __typename?: 'Mutation', requestPasswordReset?: { __typename?: 'SuccessPayload', success: boolean } | null };

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;


export type ResetPasswordMutation = { __typename?: 'Mutation', resetPassword?: { __typename?: 'SuccessPayload', success: boolean } | null };

export type RevokeOtherSessionsMutationVariables = Exact<{ [key: string]: never; }>;


export type RevokeOtherSessionsMutation = { __typename?: 'Mutation', revokeOtherSessions?: { __typename?: 'RevokeSessionsPayload', revoked: number } | null };

export type SessionsQueryVariables = Exact<{
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type SessionsQuery = { __typename?: 'Query', viewer?: { __typename?: 'User', sessions: { __typename?: 'SessionConnection', totalCount: number, nodes: Array<{ __typename?: 'Session', id: string, current: boolean, createdAt: string, lastSeenAt: string, ipAddress?: string | null, userAgent?: string | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type TokenFieldsFragment = { __typename?: 'Tokens', accessToken: string, accessTokenExpiresAt: string, refreshToken?: string | null, refreshTokenExpiresAt: string };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;


export type UpdateProfileMutation = { __typename?: 'Mutation', updateProfile?: { __typename?: 'UpdateProfilePayload', user: { __typename?: 'User', id: string, profile?: { __typename?: 'UserProfile', fullName?: string | null, avatarUrl?: string | null, phoneNumber?: string | null, preferences: Record<string, unknown> } | null } } | null };

export type VerifyEmailMutationVariables = Exact<{
  token: Scalars['String']['input'];
}>;


export type VerifyEmailMutation = { __typename?: 'Mutation', verifyEmail?: { __typename?: 'SuccessPayload', success: boolean } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { __typename?: 'Query', viewer?: { __typename?: 'User', id: string, email?: string | null, isVerified: boolean, status: UserStatus, createdAt: string, lastLoginAt?: string | null, profile?: { __typename?: 'UserProfile', fullName?: string | null, avatarUrl?: string | null, phoneNumber?: string | null, preferences: Record<string, unknown> } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const TokenFieldsFragmentDoc = new TypedDocumentString(`
    fragment TokenFields on Tokens {
  accessToken
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}
    `, {"fragmentName":"TokenFields"}) as unknown as TypedDocumentString<TokenFieldsFragment, unknown>;
export const BeginTotpEnrollmentDocument = new TypedDocumentString(`
    mutation BeginTotpEnrollment {
  beginTotpEnrollment {
    secret
    otpauthUri
  }
}
    `) as unknown as TypedDocumentString<BeginTotpEnrollmentMutation, BeginTotpEnrollmentMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
    mutation ChangePassword($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    success
  }
}
    `) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const CompleteMfaDocument = new TypedDocumentString(`
    mutation CompleteMfa($input: CompleteMfaInput!) {
  completeMfa(input: $input) {
    session {
      id
      authenticationMethods
    }
    tokens {
      ...TokenFields
    }
  }
}
    fragment TokenFields on Tokens {
  accessToken
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}`) as unknown as TypedDocumentString<CompleteMfaMutation, CompleteMfaMutationVariables>;
export const ConfirmTotpEnrollmentDocument = new TypedDocumentString(`
    mutation ConfirmTotpEnrollment($code: String!) {
  confirmTotpEnrollment(code: $code) {
    recoveryCodes
  }
}
    `) as unknown as TypedDocumentString<ConfirmTotpEnrollmentMutation, ConfirmTotpEnrollmentMutationVariables>;
export const DisableTotpDocument = new TypedDocumentString(`
    mutation DisableTotp($code: String!) {
  disableTotp(code: $code) {
    user {
      id
      mfa {
        totpEnabled
        recoveryCodesLeft
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DisableTotpMutation, DisableTotpMutationVariables>;
export const LoginDocument = new TypedDocumentString(`
    mutation Login($input: LoginInput!) {
  login(input: $input) {
    ... on LoginSuccess {
      user {
        id
        lastLoginAt
      }
      session {
        id
        authenticationMethods
      }
      tokens {
        ...TokenFields
      }
    }
    ... on MfaRequired {
      challenge
      methods
      expiresAt
    }
  }
}
    fragment TokenFields on Tokens {
  accessToken
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}`) as unknown as TypedDocumentString<LoginMutation, LoginMutationVariables>;
export const LogoutDocument = new TypedDocumentString(`
    mutation Logout {
  logout {
    success
  }
}
    `) as unknown as TypedDocumentString<LogoutMutation, LogoutMutationVariables>;
export const RefreshSessionDocument = new TypedDocumentString(`
    mutation RefreshSession($refreshToken: String!) {
  refreshSession(input: {refreshToken: $refreshToken}) {
    session {
      id
      lastSeenAt
    }
    tokens {
      ...TokenFields
    }
  }
}
    fragment TokenFields on Tokens {
  accessToken
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}`) as unknown as TypedDocumentString<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const RegisterDocument = new TypedDocumentString(`
    mutation Register($input: RegisterInput!) {
  register(input: $input) {
    userId
    message
  }
}
    `) as unknown as TypedDocumentString<RegisterMutation, RegisterMutationVariables>;
export const RequestPasswordResetDocument = new TypedDocumentString(`
    mutation RequestPasswordReset($email: EmailAddress!) {
  requestPasswordReset(email: $email) {
    success
  }
}
    `) as unknown as TypedDocumentString<RequestPasswordResetMutation, RequestPasswordResetMutationVariables>;
export const ResetPasswordDocument = new TypedDocumentString(`
    mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    success
  }
}
    `) as unknown as TypedDocumentString<ResetPasswordMutation, ResetPasswordMutationVariables>;
export const RevokeOtherSessionsDocument = new TypedDocumentString(`
    mutation RevokeOtherSessions {
  revokeOtherSessions {
    revoked
  }
}
    `) as unknown as TypedDocumentString<RevokeOtherSessionsMutation, RevokeOtherSessionsMutationVariables>;
export const SessionsDocument = new TypedDocumentString(`
    query Sessions($first: Int, $after: String) {
  viewer {
    sessions(first: $first, after: $after) {
      totalCount
      nodes {
        id
        current
        createdAt
        lastSeenAt
        ipAddress
        userAgent
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SessionsQuery, SessionsQueryVariables>;
export const UpdateProfileDocument = new TypedDocumentString(`
    mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    user {
      id
      profile {
        fullName
        avatarUrl
        phoneNumber
        preferences
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateProfileMutation, UpdateProfileMutationVariables>;
export const VerifyEmailDocument = new TypedDocumentString(`
    mutation VerifyEmail($token: String!) {
  verifyEmail(token: $token) {
    success
  }
}
    `) as unknown as TypedDocumentString<VerifyEmailMutation, VerifyEmailMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    id
    email
    isVerified
    status
    createdAt
    lastLoginAt
    profile {
      fullName
      avatarUrl
      phoneNumber
      preferences
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;