import { FORGOTTEN_KEYS_CHANNEL } from './user-keys.js';
import type { Privacy } from '../../privacy/privacy.js';
import type { NotificationListener } from '../notification-listener.js';

/**
 * Drops a user's key from this process's memory as soon as any process announces it (`announceForgotten`). What was
 * announced while nobody listened is not known, so a new connection drops them all: they are unwrapped anew.
 */
export function hearForgottenKeys({
  listener,
  privacy: { dataKeys, separateKeys },
}: {
  listener: NotificationListener;
  privacy: Privacy;
}): void {
  listener.hear({
    name: FORGOTTEN_KEYS_CHANNEL,
    onPayload: (userId) => {
      dataKeys.forget(userId);
      separateKeys?.forget(userId);
    },
    catchUp: async () => {
      dataKeys.forgetAll();
      separateKeys?.forgetAll();
    },
  });
}
