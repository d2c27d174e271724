import type { Transaction } from '../../../database/client.js';

/**
 * Forgets every second factor of an account and the sign-ins that wait for one: they are not its owner's. The caller
 * holds the account's lock, ends the sessions and records the event.
 */
export async function discardSecondFactors(tx: Transaction, userId: string): Promise<void> {
  await tx.totpAuthenticator.deleteMany({ where: { userId } });
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.passkey.deleteMany({ where: { userId } });
  await tx.passkeyCeremony.deleteMany({ where: { userId } });
  await tx.mfaChallenge.deleteMany({ where: { userId } });
}
