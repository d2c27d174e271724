import type { ModelEntry } from './entry.js';
import { BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

export const REQUESTS = {
  IdempotentRequest: {
    table: 'idempotent_requests',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('The hash of a random secret of the client'),
      userId: personal('account identifier', 'Says whose request it was, so that it goes with the account', {
        legalBasis: 'legitimate interests, Art. 6(1)(f)',
        retention: 'repeatable requests',
        exported: false,
      }),
      fingerprint: notPersonal('A hash under a key that only the client completes'),
      answer: notPersonal(
        'An answer, sealed under a key that only the client completes; it goes with the account it is about',
      ),
      lockedUntil: notPersonal('How long a request may run'),
      hasChanged: notPersonal('Whether a repetition may be carried out when the answer was lost'),
      createdAt: notPersonal('When the answer can be forgotten'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
