import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import type { TemplateParams } from '../../../mail/templates/templates.js';
import { lockUser, type LockedUser } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import type { MfaParts } from './mfa-parts.js';

export type AccountOwner = LockedUser & { readonly email: string };

/**
 * The account of a signed-in user, locked.
 *
 * @throws AppError UNAUTHENTICATED when it is gone
 */
export async function requireOwner(tx: Transaction, userId: string): Promise<AccountOwner> {
  const user = await lockUser(tx, userId);
  if (!user || !isVisible(user)) throw new AppError('UNAUTHENTICATED');
  return user;
}

/** Tells the owner by mail that a second factor changed. */
export async function tellOf(
  { mail, identity }: Pick<MfaParts, 'mail' | 'identity'>,
  tx: Transaction,
  { id, email }: { readonly id: string; readonly email: string },
  change: TemplateParams<'mfa-changed'>['change'],
): Promise<void> {
  const link = await identity.disownLink(tx, { id, email });
  await mail.sendLater(tx, {
    userId: id,
    to: { address: email },
    template: 'mfa-changed',
    params: { change, ...link },
  });
}
