import type { RequestContext } from '../../../security/requests/request-context.js';
import { User } from '../identity.types.js';
import type { StaffUserRecord } from './search-users.js';
import type { UserRecord } from './user-record.js';

type Caller = Pick<RequestContext, 'viewer' | 'permissions' | 'viewedAccounts'>;

/** Whether the caller may read the accounts of others. Costs no query when nobody is signed in. */
export async function readsOthers(caller: Caller): Promise<boolean> {
  return caller.viewer !== null && (await caller.permissions()).has('users:read');
}

/** Whether the caller may read people whose processing is restricted: staff for data protection only. */
export async function readsRestricted(caller: Caller): Promise<boolean> {
  return (await caller.permissions()).has('privacy:restricted');
}

/**
 * An account as this caller may see it: in full for the person themselves and for staff, whose look is recorded
 * when they read more than the id; as an identifier for everybody else.
 */
export async function visibleUser(caller: Caller, record: UserRecord | StaffUserRecord): Promise<User> {
  if (caller.viewer?.userId === record.id) return User.readable(record);
  if (!(await readsOthers(caller))) return User.hidden(record.id);
  const isRestricted = 'processingRestrictedAt' in record && record.processingRestrictedAt !== null;
  if (isRestricted && !(await readsRestricted(caller))) return User.hidden(record.id);
  return User.readable(record, () => caller.viewedAccounts.add(record.id));
}
