import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

const SECURITY = { legalBasis: 'legitimate interests, Art. 6(1)(f)' } as const;
const KEPT_BACK = { ...SECURITY, exported: false } as const;
const SPENT = { ...SECURITY, retention: 'spent links' } as const;

/** What a person proves beside the password. */
export const SECOND_FACTORS = {
  TotpAuthenticator: {
    table: 'totp_authenticators',
    rowId: 'userId',
    owner: BY_USER,
    columns: {
      userId: belongsToUser,
      secret: personal('credential', 'Checks the codes of the person’s authenticator app', {
        ...KEPT_BACK,
        sealed: 'text',
      }),
      confirmedAt: personal('account activity', 'Says since when codes are asked for', SECURITY),
      lastStep: personal('account activity', 'Lets a code work only once', SECURITY),
      pendingSecret: personal('credential', 'Waits until the person has shown a first code of it', {
        ...KEPT_BACK,
        sealed: 'text',
      }),
      pendingSince: personal('account activity', 'Ends an enrolment that was not completed', SECURITY),
      failures: personal('account activity', 'Slows down whoever guesses codes', SECURITY),
      failedAt: personal('account activity', 'Slows down whoever guesses codes', SECURITY),
    },
    relations: USER_RELATION,
  },

  RecoveryCode: {
    table: 'recovery_codes',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      codeHash: personal('credential', 'Checks a recovery code; a hash, never the code itself', {
        ...KEPT_BACK,
        sealed: 'text',
      }),
      createdAt: personal('account activity', 'Says when the recovery codes were handed out', SECURITY),
      usedAt: personal('account activity', 'Lets a recovery code work only once', SECURITY),
    },
    relations: USER_RELATION,
  },

  MfaChallenge: {
    table: 'mfa_challenges',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      tokenHash: notPersonal('The hash of a random secret'),
      amr: personal('account activity', 'Says what the person had proved so far (RFC 8176)', SPENT),
      passwordChangedAt: personal('account activity', 'Voids the challenge when the password changes', SPENT),
      createdAt: personal('account activity', 'Says when a second factor was asked for', SPENT),
      expiresAt: notPersonal('A setting of the server, counted from createdAt'),
      attempts: personal('account activity', 'Bounds the guesses at one challenge', SPENT),
      usedAt: personal('account activity', 'Lets a challenge be answered only once', SPENT),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
