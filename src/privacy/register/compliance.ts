import { DATA_RIGHTS } from './data-rights.js';
import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

const PROOF = { legalBasis: 'legal obligation, Art. 6(1)(c)' } as const;
const SEALED_EVENT = {
  legalBasis: 'legitimate interests, Art. 6(1)(f)',
  sealed: 'text',
  onErasure: 'unreadable since the data key is destroyed, and cleared',
} as const;

export const COMPLIANCE = {
  ...DATA_RIGHTS,

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
    owner: { by: 'column', column: 'subjectId', relation: 'subject' },
    columns: {
      id: notPersonal('A random number of the row'),
      at: personal('account activity', 'Proves when something was done to the account', PROOF),
      action: personal('account activity', 'Proves what was done to the account', PROOF),
      actorId: personal('account identifier', 'Proves who did it', {
        ...PROOF,
        onErasure: 'unlinked from the person',
      }),
      subjectId: personal('account identifier', 'Proves to whose account it was done', {
        ...PROOF,
        onErasure: 'unlinked from the person',
      }),
      ipAddress: personal('online identifier', 'Lets misuse of the account be traced', SEALED_EVENT),
      userAgent: personal('online identifier', 'Lets misuse of the account be traced', SEALED_EVENT),
      data: notPersonal('Details of the event that name no person'),
    },
    relations: { subject: { model: 'User', kind: 'parent' } },
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
        exported: false,
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
