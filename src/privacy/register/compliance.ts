import { DATA_RIGHTS } from './data-rights.js';
import { ERASURE } from './erasure.js';
import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

const PROOF = { legalBasis: 'legal obligation, Art. 6(1)(c)' } as const;
const EVENT = {
  legalBasis: 'legal obligation, Art. 6(1)(c)',
  retention: 'as long as the audit log',
  onErasure: 'kept: it says that an account existed, and no longer whose',
} as const;
const TRACE = {
  legalBasis: 'legitimate interests, Art. 6(1)(f)',
  retention: 'sign-in addresses',
} as const;

export const COMPLIANCE = {
  ...DATA_RIGHTS,
  ...ERASURE,

  Consent: {
    table: 'consents',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      purpose: personal('consent record', 'Proves what was consented to, Art. 7(1) GDPR', PROOF),
      granted: personal('consent record', 'Proves whether consent was given or withdrawn', PROOF),
      policyVersion: personal('consent record', 'Proves which text the person saw', PROOF),
      recordedAt: personal('consent record', 'Proves when the person decided', PROOF),
    },
    relations: USER_RELATION,
  },

  AuditEvent: {
    table: 'audit_events',
    rowId: 'id',
    owner: { by: 'link', column: 'subjectId' },
    columns: {
      id: notPersonal('A random number of the row'),
      at: personal('account activity', 'Proves when something was done to the account', EVENT),
      action: personal('account activity', 'Proves what was done to the account', EVENT),
      actorId: personal('account identifier', 'Proves who did it', EVENT),
      subjectId: personal('account identifier', 'Proves to whose account it was done', EVENT),
      originCommitment: notPersonal('A keyed hash whose key is destroyed together with what it is of'),
      data: personal('account activity', 'Says what exactly was done, by ids, codes and counts', EVENT),
      transactionId: notPersonal('A counter of the database'),
    },
    relations: {},
  },

  AuditOrigin: {
    table: 'audit_origins',
    rowId: 'eventId',
    owner: BY_USER,
    columns: {
      eventId: notPersonal('The random number of the event'),
      userId: belongsToUser,
      at: personal('account activity', 'Says when it was, and when the address may be kept no longer', TRACE),
      origin: personal('online identifier', 'Lets misuse be traced to an address and a user agent', {
        ...TRACE,
        sealed: 'json',
      }),
    },
    relations: USER_RELATION,
  },

  AuditLeaf: {
    table: 'audit_leaves',
    rowId: 'sequence',
    owner: { by: 'nobody' },
    columns: {
      sequence: notPersonal('The place of an event in the sealed log'),
      eventId: notPersonal('The random number of the event'),
      leafHash: notPersonal('A hash that proves that the event was not changed'),
    },
    relations: {},
  },

  AuditCheckpoint: {
    table: 'audit_checkpoints',
    rowId: 'size',
    owner: { by: 'nobody' },
    columns: {
      size: notPersonal('How many events the sealed log had'),
      root: notPersonal('A hash over all of them'),
      frontier: notPersonal('Hashes from which the log grows'),
      note: notPersonal('Size and hash, signed by the server'),
      createdAt: notPersonal('When the server signed it'),
      sealedBelow: notPersonal('A counter of the database'),
    },
    relations: {},
  },

  OutgoingMail: {
    table: 'outgoing_mails',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      template: personal('correspondence', 'Says which mail is on its way', {
        retention: 'until the mail is delivered',
      }),
      message: personal('correspondence', 'Holds recipient and contents of a mail on its way', {
        sealed: 'json',
        retention: 'until the mail is delivered',
        exported: false,
      }),
      createdAt: notPersonal('When the mail was queued'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
