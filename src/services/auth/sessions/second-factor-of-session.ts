import type { Transaction } from '../../../database/client.js';
import { withSecondFactor } from '../../../security/rights/assurance.js';

/** Notes in a running session that its holder has proved a second factor; its next token says so. */
export async function addSecondFactor(
  tx: Transaction,
  sessionId: string,
  amr: readonly string[],
): Promise<void> {
  const session = await tx.session.findUnique({ where: { id: sessionId }, select: { amr: true } });
  if (!session) return;
  const data = { amr: withSecondFactor(session.amr, amr) };
  await tx.session.update({ where: { id: sessionId }, data, select: { id: true } });
}

/** The account has no second factor any more: no session of it counts as one of two factors. */
export async function dropSecondFactor(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw`UPDATE sessions SET amr = array_remove(amr, 'mfa') WHERE user_id = ${userId}::uuid`;
}
