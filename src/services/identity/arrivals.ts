import type { Clock } from '../../clock.js';
import type { Transaction } from '../../database/client.js';
import type { DeviceTokens } from '../../security/device-token.js';
import type { RequestOrigin } from '../../security/request-context.js';
import type { AuditService } from '../audit/audit.service.js';
import type { Reports } from './reports.js';

export interface ArrivalParts {
  clock: Clock;
  deviceTokens: DeviceTokens;
  audit: Pick<AuditService, 'hasHappened'>;
  reports: Pick<Reports, 'newDevice'>;
}

export type Arrivals = ReturnType<typeof createArrivals>;

/** On which devices people sign in. */
export function createArrivals({ clock, deviceTokens, audit, reports }: ArrivalParts) {
  /**
   * Part of the transaction that opens a session: tells the owner of a sign-in on a device that is not known, unless
   * it is the first sign-in ever: of an account that was imported, the first ones were elsewhere. The caller holds
   * the account's lock.
   *
   * @returns the token by which the device is known from now on
   */
  async function arrive(
    tx: Transaction,
    { userId, origin }: { userId: string; origin: RequestOrigin },
  ): Promise<string> {
    const now = clock.now();
    const user = await tx.user.findUnique({
      where: { id: userId },
      select: { id: true, email: true, credentialsVoidAt: true, importedAt: true },
    });
    const isKnown = user && deviceTokens.findKnownDevice(origin.deviceToken, user, now) !== null;
    if (!user?.email || isKnown) return deviceTokens.issue(origin.deviceToken, userId, now);
    if (user.importedAt !== null || (await audit.hasHappened(tx, 'session.created', userId))) {
      await reports.newDevice(tx, { id: userId, email: user.email }, origin);
    }
    return deviceTokens.issue(origin.deviceToken, userId, now);
  }

  return { arrive };
}
