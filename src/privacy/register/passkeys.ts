import type { ModelEntry } from './entry.js';
import {
  belongsToUser,
  BY_USER,
  notPersonal,
  otherIndexOf,
  personal,
  searchIndexOf,
  USER_RELATION,
} from './entry.js';

const WAITING = {
  legalBasis: 'legitimate interests, Art. 6(1)(f)',
  retention: 'unanswered questions',
} as const;

/**
 * Passkeys. The public key is no secret: it is sealed, like the credential's id, because an envelope opens only in
 * the row that it was sealed for, and so nobody who merely writes to the database can sign in as somebody else.
 */
export const PASSKEYS = {
  Passkey: {
    table: 'passkeys',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      name: personal('profile data', 'Lets the person tell their passkeys apart, in their own words', {
        sealed: 'text',
      }),
      credentialId: personal('credential', 'Recognises the passkey that somebody signs in with', {
        sealed: 'text',
        searchable: 'verbatim',
        otherIndex: 'credentialIdOtherIndex',
      }),
      credentialIdIndex: searchIndexOf('credentialId'),
      credentialIdOtherIndex: otherIndexOf('credentialId'),
      publicKey: personal(
        'credential',
        'Checks the signatures of the passkey; its private half is elsewhere',
        {
          sealed: 'text',
        },
      ),
      signCount: notPersonal('A counter of the authenticator, which gives a copied one away'),
      transports: personal('credential', 'Tells the browser how to reach the authenticator'),
      isSynced: personal('credential', 'Says whether the passkey is on several devices of the person'),
      createdAt: personal('account activity', 'Shows the person since when the passkey works'),
      lastUsedAt: personal('account activity', 'Shows the person when the passkey was last used'),
    },
    relations: USER_RELATION,
  },

  PasskeyCeremony: {
    table: 'passkey_ceremonies',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: personal('account identifier', 'Says whose answer it must be', WAITING),
      purpose: personal('account activity', 'Says what the answer may be used for', WAITING),
      isBound: notPersonal('Whether the answer must be that of one account'),
      ceremonyHash: notPersonal('The hash of a random secret'),
      challengeHash: notPersonal('The hash of a random number'),
      name: personal('profile data', 'What the passkey that is being added will be called', {
        ...WAITING,
        sealed: 'text',
      }),
      createdAt: personal('account activity', 'Says when the answer was asked for', WAITING),
      expiresAt: notPersonal('Five minutes after createdAt'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
