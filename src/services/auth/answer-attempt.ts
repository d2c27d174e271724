import type { Clock } from '../../clock.js';
import type { Database } from '../../database/client.js';
import type { DeviceTokens } from '../../security/device-token.js';
import type { GuardedAttempt } from '../../security/guard/guard.js';
import type { ChallengeAnswer } from './mfa/mfa-challenges.js';
import type { MfaService } from './mfa/mfa.service.js';

export interface AnswerAttemptParts {
  db: Database;
  clock: Clock;
  deviceTokens: Pick<DeviceTokens, 'findKnownDevice'>;
  mfa: Pick<MfaService, 'findChallenge'>;
}

/** What an answer to a challenge is counted against. */
export function createAnswerAttempt({ db, clock, deviceTokens, mfa }: AnswerAttemptParts) {
  /**
   * On a device that the challenged account knows, the device's own budget: what others in its network fail does not
   * keep the owner from the second step either. Anywhere else the network's; wrong codes of the account are counted
   * with its second factor.
   */
  return async function attemptOf({ challenge, origin }: ChallengeAnswer): Promise<GuardedAttempt> {
    const known = origin.deviceToken ? await findKnown(challenge, origin.deviceToken) : null;
    return { kind: 'mfa', account: null, origin, device: null, ...known };
  };

  async function findKnown(challenge: string, deviceToken: string) {
    const user = await db.$transaction(async (tx) => {
      const found = await mfa.findChallenge(tx, challenge);
      const columns = { id: true, credentialsVoidAt: true } as const;
      return found && tx.user.findUnique({ where: { id: found.userId }, select: columns });
    });
    const device = user && deviceTokens.findKnownDevice(deviceToken, user, clock.now());
    return device ? { account: user.id, device } : null;
  }
}
