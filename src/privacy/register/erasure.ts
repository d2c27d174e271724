import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

const DUTY = { legalBasis: 'legal obligation, Art. 6(1)(c)' } as const;
/** That somebody was erased, when, and by whose order, must be provable afterwards: Art. 5(2) GDPR. */
const EVIDENCE = {
  ...DUTY,
  onErasure: 'kept: it says that an account existed, and no longer whose',
} as const;

export const ERASURE = {
  ErasureRequest: {
    table: 'erasure_requests',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: { ...belongsToUser, ...EVIDENCE },
      status: personal('data-subject request', 'Says where the erasure stands', EVIDENCE),
      requestedAt: personal('data-subject request', 'Says when the erasure was asked for', EVIDENCE),
      requestedBy: personal('account identifier', 'Says who asked for the erasure', EVIDENCE),
      scheduledFor: personal('data-subject request', 'Says until when it can be taken back', EVIDENCE),
      reason: personal('data-subject request', 'Says why the erasure was asked for', {
        ...DUTY,
        sealed: 'text',
        onErasure: 'unreadable since the data key is destroyed, and cleared',
      }),
      cancelledAt: personal('data-subject request', 'Says when it was taken back', EVIDENCE),
      startedAt: personal('data-subject request', 'Says since when it cannot be taken back', EVIDENCE),
      steps: notPersonal('Which steps of the erasure are done'),
      completedAt: personal('data-subject request', 'Proves when the erasure was complete', EVIDENCE),
      receipt: notPersonal('The signed receipt, which names nobody'),
      attemptKeys: personal(
        'online identifier',
        'Finds counts of attempts about an address that is gone already, to erase them',
        { ...DUTY, exported: false, onErasure: 'cleared by the last look for what is left' },
      ),
    },
    relations: { ...USER_RELATION, notices: { model: 'ErasureNotice', kind: 'children' } },
  },

  ErasureNotice: {
    table: 'erasure_notices',
    rowId: 'id',
    owner: { by: 'way of', relation: 'erasure' },
    columns: {
      id: notPersonal('A random number of the row'),
      erasureId: notPersonal('The random number of the erasure'),
      receiver: notPersonal('The address of a system of the operator'),
      attempts: notPersonal('A counter'),
      lastAttemptAt: notPersonal('When a system of the operator was told'),
      lastStatus: notPersonal('What a system of the operator answered'),
      acknowledgedAt: notPersonal('When a system of the operator acknowledged, Art. 19 GDPR'),
    },
    relations: { erasure: { model: 'ErasureRequest', kind: 'parent' } },
  },

  LegalHold: {
    table: 'legal_holds',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      userId: belongsToUser,
      reason: personal('staff record', 'Says which claim needs the data, Art. 17(3)(e) GDPR', {
        ...DUTY,
        sealed: 'text',
        exported: false, // what is prepared for a claim may be against the person: docs/data-export.md
      }),
      placedAt: personal('staff record', 'Says since when nothing is erased', DUTY),
      placedBy: personal('account identifier', 'Says who held the data', DUTY),
      releasedAt: personal('staff record', 'Says when the hold ended', DUTY),
      releasedBy: personal('account identifier', 'Says who ended the hold', DUTY),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
