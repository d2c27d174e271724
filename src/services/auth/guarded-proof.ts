import type { Clock } from '../../clock.js';
import type { Database } from '../../database/client.js';
import type { DeviceTokens } from '../../security/tokens/device-token.js';
import type { GuardedAttempt, ProofKind } from '../../security/guard/guard.js';
import type { RequestOrigin } from '../../security/requests/request-context.js';

export interface GuardedProofParts {
  db: Database;
  clock: Clock;
  deviceTokens: Pick<DeviceTokens, 'findKnownDevice'>;
}

export type AttemptOf = ReturnType<typeof createAttemptOf>;

/** What a second factor or a passkey is counted against. */
export function createAttemptOf({ db, clock, deviceTokens }: GuardedProofParts) {
  /**
   * On a device that the account knows, the device's own budget: what others in its network fail does not keep the
   * owner out. Anywhere else the network's.
   *
   * @param findHolder whose proof it is said to be, as far as that can be told before it is looked at; asked only where
   *   a device shows its token
   */
  return async function attemptOf(
    kind: Exclude<ProofKind, 'password'>,
    origin: RequestOrigin,
    findHolder: () => Promise<string | null>,
  ): Promise<GuardedAttempt> {
    const stranger = { kind, account: null, origin, device: null };
    const id = origin.deviceToken ? await findHolder() : null;
    if (id === null) return stranger;
    const user = await db.user.findUnique({ where: { id }, select: { id: true, credentialsVoidAt: true } });
    const device = user && deviceTokens.findKnownDevice(origin.deviceToken, user, clock.now());
    return device ? { kind, account: id, origin, device } : stranger;
  };
}
