import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, USER_RELATION } from './entry.js';

export const KEYS = {
  DataKeyRotation: {
    table: 'data_key_rotations',
    rowId: 'userId',
    owner: BY_USER,
    columns: {
      userId: belongsToUser,
      stage: notPersonal('How far the replacement of a key has come'),
      at: notPersonal('When it came so far'),
    },
    relations: USER_RELATION,
  },

  KeyRotation: {
    table: 'key_rotations',
    rowId: 'id',
    owner: { by: 'nobody' },
    columns: {
      id: notPersonal('A random number of the row'),
      purpose: notPersonal('Which kind of key was replaced'),
      keyId: notPersonal('The name of a key of the server'),
      startedAt: notPersonal('When the replacement began'),
      completedAt: notPersonal('When it was complete'),
      total: notPersonal('A count of rows'),
      done: notPersonal('A count of rows'),
      position: notPersonal('The random number of the row up to which all is done'),
    },
    relations: {},
  },

  KeyRotationFailure: {
    table: 'key_rotation_failures',
    rowId: 'id',
    owner: BY_USER,
    columns: {
      id: notPersonal('A random number of the row'),
      purpose: notPersonal('Which kind of key was to be replaced'),
      rowId: notPersonal('The random number of the row that does not open'),
      userId: belongsToUser,
      at: notPersonal('When it was last found not to open'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
