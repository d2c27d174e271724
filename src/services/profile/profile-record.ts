import type { JsonObject } from '../../input/json-object.js';
import type { UserRecord } from '../identity/accounts/user-record.js';

/**
 * A profile as the service hands it on, opened. A property may be a getter that opens its sealed value
 * when read, and throws SealedValueError where it does not open.
 */
export interface ProfileRecord {
  readonly userId: string;
  readonly fullName: string | null;
  readonly avatarUrl: string | null;
  readonly phoneNumber: string | null;
  readonly preferences: JsonObject;
}

/**
 * What may be changed: absent leaves a value as it is, null clears it; preferences are a merge patch (RFC
 * 7396).
 */
export interface ProfileChanges {
  readonly fullName?: string | null;
  readonly avatarUrl?: string | null;
  readonly phoneNumber?: string | null;
  readonly preferences?: JsonObject | null;
}

type UserWithProfile = UserRecord & { readonly profile?: ProfileRecord | null };

/** The account together with its profile, so that nobody reads it again. */
export function withProfile(user: UserRecord, profile: ProfileRecord): UserRecord {
  // Not spread: that would read values that do not open.
  const both = Object.getOwnPropertyDescriptors<UserWithProfile>(user);
  return Object.defineProperties({} as UserWithProfile, { ...both, profile: { value: profile } });
}

/** The profile that came along with the account; undefined where the query did not read it. */
export function findPreloadedProfile(user: UserRecord): ProfileRecord | null | undefined {
  return (user as UserWithProfile).profile;
}
