import type { Clock } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import type { DeviceTokens } from '../../../security/tokens/device-token.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { LockedUser } from '../accounts/locked-user.js';
import type { Reports } from './reports.js';

export interface ArrivalParts {
  clock: Clock;
  deviceTokens: DeviceTokens;
  reports: Pick<Reports, 'newDevice'>;
}

export type Arrivals = ReturnType<typeof createArrivals>;

/** On which devices people sign in. */
export function createArrivals({ clock, deviceTokens, reports }: ArrivalParts) {
  /**
   * Part of the transaction that opens a session: tells the owner of a sign-in on a device that is not known, unless
   * it is the first sign-in ever: of an account that was imported, the first ones were elsewhere.
   *
   * @param user the account as it was locked, before this sign-in was noted
   * @returns the token by which the device is known from now on
   */
  async function arrive(
    tx: Transaction,
    { user, origin }: { user: LockedUser; origin: RequestOrigin },
  ): Promise<string> {
    const { id, email } = user;
    const now = clock.now();
    const isKnown = deviceTokens.findKnownDevice(origin.deviceToken, user, now) !== null;
    const isFirst = user.lastLoginAt === null && user.importedAt === null;
    if (email !== null && !isKnown && !isFirst) await reports.newDevice(tx, { id, email }, origin);
    return deviceTokens.issue(origin.deviceToken, id, now);
  }

  return { arrive };
}
