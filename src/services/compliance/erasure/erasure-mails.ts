import type { Transaction } from '../../../database/client.js';
import type { Mail } from '../../../mail/outbox.js';
import type { Addressee } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import type { ErasureRecord } from './erasure-record.js';

/** Security-relevant: whoever did not ask for an erasure must learn of it in time. Each answers whether there was whom to tell. */
export function createErasureMails({ mail }: { mail: Mail }) {
  async function scheduled(
    tx: Transaction,
    user: Addressee | null,
    { id, scheduledFor }: Pick<ErasureRecord, 'id' | 'scheduledFor'>,
  ): Promise<boolean> {
    if (!isReached(user)) return false;
    const params = { scheduledFor: scheduledFor.toISOString(), reference: id };
    const to = { address: user.email };
    await mail.sendLater(tx, { userId: user.id, to, template: 'erasure-scheduled', params });
    return true;
  }

  async function cancelled(
    tx: Transaction,
    user: Addressee | null,
    { id }: Pick<ErasureRecord, 'id'>,
  ): Promise<boolean> {
    if (!isReached(user)) return false;
    const to = { address: user.email };
    const params = { reference: id };
    await mail.sendLater(tx, { userId: user.id, to, template: 'erasure-cancelled', params });
    return true;
  }

  return { scheduled, cancelled };
}

function isReached(user: Addressee | null): user is Addressee & { email: string } {
  return user !== null && isVisible(user);
}
