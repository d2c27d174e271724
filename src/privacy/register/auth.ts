import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

const SECURITY = { legalBasis: 'legitimate interests, Art. 6(1)(f)', retention: 'ended sessions' } as const;
const TRACE = { ...SECURITY, sealed: 'text', retention: 'sign-in addresses' } as const;

/** Pseudonymous: with the server's key one can tell whose they are. Refused attempts are exported from the audit log. */
const ATTEMPT = {
  legalBasis: 'legitimate interests, Art. 6(1)(f)',
  retention: 'an hour to 30 days after the last attempt',
  exported: false,
} as const;

export const AUTH = {
  Session: {
    table: 'sessions',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      createdAt: personal('account activity', 'Shows the person when a device signed in', SECURITY),
      lastSeenAt: personal('account activity', 'Shows the person when a device was last active', SECURITY),
      expiresAt: notPersonal('A setting of the server, counted from the last use'),
      authTime: personal('account activity', 'Asks for the credentials again before risky changes', SECURITY),
      amr: personal('account activity', 'Says how the person proved who they are (RFC 8176)', SECURITY),
      ipAddress: personal(
        'online identifier',
        'Lets the person recognise their devices and strangers’',
        TRACE,
      ),
      userAgent: personal(
        'online identifier',
        'Lets the person recognise their devices and strangers’',
        TRACE,
      ),
      revokedAt: personal('account activity', 'Ends a session before its time', SECURITY),
      revokedReason: personal('account activity', 'Says why a session was ended', SECURITY),
    },
    relations: { ...USER_RELATION, refreshTokens: { model: 'RefreshToken', kind: 'children' } },
  },

  RefreshToken: {
    table: 'refresh_tokens',
    rowId: 'id',
    owner: { by: 'way of', relation: 'session' },
    columns: {
      id: notPersonal('A random number of the row'),
      sessionId: notPersonal('The random number of the session'),
      tokenHash: notPersonal('The hash of a random secret'),
      sequence: notPersonal('A counter'),
      createdAt: personal('account activity', 'Says when a session was continued', SECURITY),
      expiresAt: notPersonal('A setting of the server, counted from createdAt'),
      usedAt: personal('account activity', 'Lets a refresh token work only once', SECURITY),
      successorEnvelope: notPersonal('A random secret, sealed under a key that only the device holds'),
    },
    relations: { session: { model: 'Session', kind: 'parent' } },
  },

  EndedSession: {
    table: 'ended_sessions',
    rowId: 'id',
    owner: { by: 'nobody' },
    columns: {
      id: notPersonal('The random number of a session whose account is gone'),
      endedAt: notPersonal('Says when the number can be forgotten'),
    },
    relations: {},
  },

  AttemptCounter: {
    table: 'attempt_counters',
    rowId: 'key',
    owner: { by: 'keyed hash', column: 'key' },
    columns: {
      key: personal(
        'online identifier',
        'Holds attempts against the budget of an account or a network, without naming either',
        ATTEMPT,
      ),
      count: personal('account activity', 'Says how often something was tried in vain', ATTEMPT),
      openAt: personal('account activity', 'Says when the next attempt is let through', ATTEMPT),
      expiresAt: notPersonal('Says when the counter is forgotten'),
    },
    relations: {},
  },

  SigningKey: {
    table: 'signing_keys',
    rowId: 'id',
    owner: { by: 'nobody' },
    columns: {
      id: notPersonal('The name of a key of the server'),
      algorithm: notPersonal('A property of a key of the server'),
      publicJwk: notPersonal('A public key of the server'),
      wrappedKey: notPersonal('A private key of the server, wrapped by the key ring'),
      createdAt: notPersonal('A property of a key of the server'),
      signsFrom: notPersonal('A property of a key of the server'),
      signsUntil: notPersonal('A property of a key of the server'),
      publishedUntil: notPersonal('A property of a key of the server'),
      signedReceipts: notPersonal('A property of a key of the server'),
    },
    relations: {},
  },

  DataKey: {
    table: 'data_keys',
    rowId: 'userId',
    owner: BY_USER,
    columns: {
      userId: belongsToUser,
      wrappedKey: personal(
        'key material',
        'Opens the sealed values of one person; destroying it is erasure',
        {
          exported: false,
        },
      ),
      createdAt: notPersonal('When the key was made'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
