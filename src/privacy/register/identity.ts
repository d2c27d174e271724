import type { ModelEntry } from './entry.js';
import {
  belongsToUser,
  BY_USER,
  notPersonal,
  otherIndexOf,
  OWN_ROW,
  personal,
  searchIndexOf,
  USER_RELATION,
} from './entry.js';

const SECURITY = { legalBasis: 'legitimate interests, Art. 6(1)(f)' } as const;
const SPENT = { exported: false, retention: 'spent links' } as const;
const KEPT = { onErasure: 'kept: it says that an account existed, and no longer whose' } as const;

export const IDENTITY = {
  User: {
    table: 'users',
    rowId: 'id',
    owner: OWN_ROW,
    columns: {
      id: personal('account identifier', 'Names the account in every other record', KEPT),
      email: personal('contact data', 'Signs the person in and reaches them about the account', {
        sealed: 'text',
        searchable: 'email',
        derivedIndexes: { emailDomainIndex: 'email-domain' },
        otherIndex: 'emailOtherIndex',
      }),
      emailIndex: searchIndexOf('email'),
      emailDomainIndex: searchIndexOf('e-mail domain'),
      emailOtherIndex: otherIndexOf('email'),
      passwordHash: personal('credential', 'Checks the password; a hash, never the password itself', {
        sealed: 'text',
        exported: false,
        pepperIn: 'passwordPepper',
      }),
      passwordPepper: notPersonal('Which of the server’s peppers the password hash was made with'),
      isVerified: personal('account activity', 'Says whether the address was proven to be the person’s'),
      status: personal('account activity', 'Says whether the account may be used', KEPT),
      createdAt: personal('account activity', 'Says since when the account exists', KEPT),
      lastLoginAt: personal('account activity', 'Shows the person and support the last sign-in', SECURITY),
      deletedAt: personal('account activity', 'Says since when the account is deleted', KEPT),
      passwordChangedAt: personal(
        'account activity',
        'Tells a sign-in that raced a change of password',
        SECURITY,
      ),
      suspendedAt: personal('account activity', 'Says since when the account is suspended', SECURITY),
      suspendedUntil: personal('account activity', 'Ends a suspension by itself', SECURITY),
      suspensionReason: personal('staff record', 'Tells the person and staff why the account is suspended', {
        ...SECURITY,
        sealed: 'text',
      }),
      deletionReason: personal('staff record', 'Tells staff why the account was deleted', {
        ...SECURITY,
        sealed: 'text',
      }),
      inactivityNoticeAt: personal('account activity', 'Says when the person was told of a coming deletion'),
      importedAt: personal('account activity', 'Says when the account came from another system', KEPT),
      processingRestrictedAt: personal(
        'data-subject request',
        'Keeps the data from further processing, Art. 18 GDPR',
        { legalBasis: 'legal obligation, Art. 6(1)(c)' },
      ),
    },
    relations: {
      dataExports: { model: 'DataExport', kind: 'children' },
      dataSubjectRequests: { model: 'DataSubjectRequest', kind: 'children' },
      dataKey: { model: 'DataKey', kind: 'child' },
      dataKeyRotation: { model: 'DataKeyRotation', kind: 'child' },
      profile: { model: 'UserProfile', kind: 'child' },
      socialLogins: { model: 'SocialLogin', kind: 'children' },
      socialFlows: { model: 'SocialFlow', kind: 'children' },
      oneTimeTokens: { model: 'OneTimeToken', kind: 'children' },
      sessions: { model: 'Session', kind: 'children' },
      consents: { model: 'Consent', kind: 'children' },
      auditOrigins: { model: 'AuditOrigin', kind: 'children' },
      outgoingMails: { model: 'OutgoingMail', kind: 'children' },
      roles: { model: 'UserRole', kind: 'children' },
      erasureRequests: { model: 'ErasureRequest', kind: 'children' },
      legalHolds: { model: 'LegalHold', kind: 'children' },
      totpAuthenticator: { model: 'TotpAuthenticator', kind: 'child' },
      recoveryCodes: { model: 'RecoveryCode', kind: 'children' },
      mfaChallenges: { model: 'MfaChallenge', kind: 'children' },
      idempotentRequests: { model: 'IdempotentRequest', kind: 'children' },
    },
  },

  UserRole: {
    table: 'user_roles',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      role: personal('staff record', 'Says what the person may do for others', SECURITY),
      grantedBy: personal('account identifier', 'Says who granted the role', {
        ...SECURITY,
        exported: false,
      }),
      grantedAt: personal('staff record', 'Says since when the person holds the role', SECURITY),
    },
    relations: USER_RELATION,
  },

  SocialLogin: {
    table: 'social_logins',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      provider: personal('external identifier', 'Says with which provider the person signs in'),
      providerId: personal(
        'external identifier',
        'Recognises the person when the provider vouches for them',
        {
          sealed: 'text',
          searchable: 'verbatim',
          otherIndex: 'providerIdOtherIndex',
        },
      ),
      providerIdIndex: searchIndexOf('providerId'),
      providerIdOtherIndex: otherIndexOf('providerId'),
      linkedAt: personal('account activity', 'Shows the person since when the provider is linked'),
    },
    relations: { ...USER_RELATION, flows: { model: 'SocialFlow', kind: 'children' } },
  },

  SocialFlow: {
    table: 'social_flows',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      provider: personal('external identifier', 'Says to which provider a browser was sent', SPENT),
      stateHash: notPersonal('The hash of a random secret'),
      browserHash: notPersonal('The hash of a random secret'),
      returnTo: notPersonal('An address of the application, from a list of the operator’s'),
      codeChallenge: notPersonal('The hash of a random secret of the application'),
      userId: { ...belongsToUser, ...SPENT },
      linkSessionId: notPersonal('The random number of the session that asked for a link'),
      socialLoginId: notPersonal('The random number of the link by which somebody came back'),
      createdAt: personal('account activity', 'Says when a browser was sent to a provider', SPENT),
      expiresAt: notPersonal('A setting of the server, counted from createdAt'),
      answeredAt: personal('account activity', 'Lets a provider’s answer work only once', SPENT),
      codeHash: notPersonal('The hash of a random secret'),
      codeExpiresAt: notPersonal('A setting of the server, counted from answeredAt'),
      codeUsedAt: personal('account activity', 'Lets the code of a sign-in work only once', SPENT),
    },
    relations: { ...USER_RELATION, socialLogin: { model: 'SocialLogin', kind: 'parent' } },
  },

  OneTimeToken: {
    table: 'one_time_tokens',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      purpose: personal('account activity', 'Says what a mailed link may be used for', SPENT),
      tokenHash: notPersonal('The hash of a random secret'),
      email: personal('contact data', 'Voids a mailed link when the account’s address changes', {
        retention: 'spent links',
        sealed: 'text',
        searchable: 'email',
      }),
      emailIndex: searchIndexOf('email'),
      createdAt: personal('account activity', 'Says when the link was asked for', SPENT),
      expiresAt: notPersonal('A setting of the server, counted from createdAt'),
      usedAt: personal('account activity', 'Lets a mailed link work only once', SPENT),
    },
    relations: USER_RELATION,
  },

  UserImport: {
    table: 'user_imports',
    rowId: 'digest',
    owner: { by: 'nobody' },
    columns: {
      digest: notPersonal('The hash of a whole file of accounts'),
      position: notPersonal('A count of records'),
      created: notPersonal('A count of records'),
      existing: notPersonal('A count of records'),
      refused: notPersonal('A count of records'),
      reportBytes: notPersonal('The length of a file'),
      startedAt: notPersonal('When the import began'),
      completedAt: notPersonal('When it was complete'),
    },
    relations: {},
  },
} satisfies Record<string, ModelEntry>;
