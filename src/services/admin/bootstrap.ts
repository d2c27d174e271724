import { AppError } from '../../errors.js';
import { lockUser } from '../identity/accounts/locked-user.js';
import type { MailedToken } from '../identity/one-time-tokens.js';
import type { AdminParts } from './admin-parts.js';
import { conflict } from './rules.js';

/** The first administrator comes from the operator's console, since nobody is there yet to grant the role. */
export function createBootstrap({ db, audit, identity }: AdminParts) {
  /**
   * Makes the owner of this address administrator: an account that exists and has proved the address, or else a
   * new one by invitation. Works once, in whatever number of processes it is tried.
   *
   * @throws AppError CONFLICT when there is an administrator, or when the account cannot be trusted with it
   */
  return async function bootstrap(
    email: string,
  ): Promise<{ userId: string; invitation: MailedToken | null }> {
    return db.$transaction(async (tx) => {
      await identity.lockRights(tx);
      if (await identity.isThereAnAdmin(tx)) {
        throw new AppError('CONFLICT', {
          fields: { email: 'comes too late: there is an administrator, who can make others' },
        });
      }
      const holderId = await identity.findUserId(tx, email);
      const user = holderId && (await lockUser(tx, holderId));
      if (user && user.status !== 'ACTIVE') throw conflict('is suspended or deleted');
      if (user && !user.isVerified) {
        // Anybody can register an address; only its owner can follow the link that was mailed to it.
        throw new AppError('CONFLICT', {
          fields: { email: 'belongs to an account that has not verified it; open the mailed link first' },
        });
      }
      const made = user ? { userId: user.id, invitation: null } : await identity.invite(tx, { email });
      const { userId } = made;
      await identity.setRoles(tx, { userId, roles: ['ADMIN'], grantedBy: null });
      const event = { actorId: null, subjectId: userId, origin: null };
      await audit.record(tx, { action: 'admin.bootstrapped', ...event });
      return made;
    });
  };
}
