import type { ModelEntry } from './entry.js';
import { belongsToUser, BY_USER, notPersonal, personal, USER_RELATION } from './entry.js';

export const PROFILE = {
  UserProfile: {
    table: 'user_profiles',
    rowId: 'userId',
    owner: BY_USER,
    columns: {
      userId: belongsToUser,
      fullName: personal('profile data', 'Addresses the person by name', { sealed: 'text' }),
      avatarUrl: personal('profile data', 'Shows a picture the person chose', { sealed: 'text' }),
      phoneNumber: personal('contact data', 'Reaches the person by phone, where they gave a number', {
        sealed: 'text',
      }),
      preferences: personal('profile data', 'Remembers the person’s settings in the applications', {
        sealed: 'json-or-empty',
      }),
      updatedAt: notPersonal('When the row last changed'),
    },
    relations: USER_RELATION,
  },
} satisfies Record<string, ModelEntry>;
