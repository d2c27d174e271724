import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

const DUTY = { legalBasis: 'legal obligation, Art. 6(1)(c)' } as const;
const STAFF = { ...DUTY, exported: false } as const;
/** That a request was answered, and in time, must be provable afterwards: Art. 5(2) GDPR. */
const EVIDENCE = {
  ...DUTY,
  onErasure: 'kept: it says that an account existed, and no longer whose',
} as const;
const SEALED_EVIDENCE = {
  ...DUTY,
  sealed: 'text',
  onErasure: 'unreadable since the data key is destroyed, and cleared',
} as const;

export const DATA_RIGHTS = {
  DataExport: {
    table: 'data_exports',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      status: personal(
        'data-subject request',
        'Says whether a copy of the person’s data can be fetched',
        DUTY,
      ),
      requestedBy: personal('account identifier', 'Says who asked for the copy', DUTY),
      requestedAt: personal('data-subject request', 'Says when a copy was asked for', DUTY),
      readyAt: personal('data-subject request', 'Says since when the copy can be fetched', DUTY),
      expiresAt: personal('data-subject request', 'Says until when the copy can be fetched', DUTY),
      fileName: personal('data-subject request', 'Says which file holds the copy', {
        ...STAFF,
        retention: 'finished exports',
      }),
      fileKey: personal('key material', 'Opens the file with the copy', {
        ...STAFF,
        sealed: 'text',
        retention: 'finished exports',
      }),
      downloads: personal(
        'data-subject request',
        'Counts how often the copy was fetched; lets a link work once',
        DUTY,
      ),
      lastDownloadedAt: personal('data-subject request', 'Says when the copy was last fetched', DUTY),
    },
    relations: USER_RELATION,
  },

  DataSubjectRequest: {
    table: 'data_subject_requests',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: { ...belongsToUser, ...EVIDENCE },
      type: personal('data-subject request', 'Says which right the person used', EVIDENCE),
      status: personal('data-subject request', 'Says whether the request was answered', EVIDENCE),
      channel: personal('data-subject request', 'Says by which way the request came', EVIDENCE),
      receivedAt: personal('data-subject request', 'Starts the time in which it must be answered', EVIDENCE),
      dueAt: personal('data-subject request', 'Says by when it must be answered, Art. 12(3) GDPR', EVIDENCE),
      extendedAt: personal('data-subject request', 'Says when it was given a later date', EVIDENCE),
      extensionReason: personal(
        'data-subject request',
        'Says why it takes longer, Art. 12(3) GDPR',
        SEALED_EVIDENCE,
      ),
      identityProof: personal(
        'data-subject request',
        'Says how the person proved who they are',
        SEALED_EVIDENCE,
      ),
      details: personal('data-subject request', 'Says what exactly the person asked for', SEALED_EVIDENCE),
      decision: personal('data-subject request', 'Says what was decided', EVIDENCE),
      decisionReason: personal('data-subject request', 'Says why, Art. 12(4) GDPR', SEALED_EVIDENCE),
      answer: personal('data-subject request', 'Says what else the person was told', SEALED_EVIDENCE),
      evidence: personal('data-subject request', 'Says what was done about it', SEALED_EVIDENCE),
      openedBy: personal('account identifier', 'Says who entered the request', EVIDENCE),
      closedBy: personal('account identifier', 'Says who answered the request', EVIDENCE),
      closedAt: personal('data-subject request', 'Proves that the request was answered in time', EVIDENCE),
      acknowledgedAt: personal(
        'data-subject request',
        'Proves that the person was told that it came',
        EVIDENCE,
      ),
      extensionMailedAt: personal(
        'data-subject request',
        'Proves that the person was told of a later date',
        EVIDENCE,
      ),
      decisionMailedAt: personal(
        'data-subject request',
        'Proves that the person was told the answer',
        EVIDENCE,
      ),
      reference: notPersonal('The random number of the export or the erasure that carries the request out'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
