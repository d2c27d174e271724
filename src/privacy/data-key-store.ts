/**
 * Wrapped data keys in a database of their own (KEYSTORE_DATABASE_URL), whose backups live and die apart from
 * those of the data. `database/` hands it in; where there is none, a key stands in `data_keys` beside its user.
 */
export interface DataKeyStore {
  /** The wrapped keys of users by user id, in one query for those that are not in memory. */
  find(userIds: readonly string[]): Promise<Map<string, string>>;
  /** The wrapped key if it is in memory and surely still valid: the synchronous path of hot reads. */
  findHeld(userId: string): string | undefined;
  /**
   * Stores the key of a user who is about to be created, durably before the user is. Returns the key that
   * stands: an earlier one where there was one.
   */
  add(userId: string, wrapped: string): Promise<string>;
  /** Replaces a key by compare-and-set; false when another one stands there. */
  replace(userId: string, before: string, wrapped: string): Promise<boolean>;
  /** Destroys a user's key. */
  remove(userId: string): Promise<void>;
  /** Drops what is in memory. */
  forget(userId: string): void;
  forgetAll(): void;
}
