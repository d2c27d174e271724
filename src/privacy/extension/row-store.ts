import type { Row } from './models.js';

/**
 * What the extension asks of the database beside the caller's query. `database/` hands it in. Every
 * look-up runs on the surrounding transaction's own client: on another connection the rows that the
 * transaction made are invisible, and a pool of one connection would hang.
 */
export interface RowStore {
  /** Whether the query is part of a batch `$transaction([…])`, where look-ups run before the batch. */
  inBatch(): boolean;
  findUnique(model: string, args: Row): Promise<Row | null>;
  findFirst(model: string, args: Row): Promise<Row | null>;
  /** The wrapped data keys of users by user id. */
  findDataKeys(userIds: string[]): Promise<Map<string, string>>;
  /** Runs a createMany of users and inserts their data keys in one transaction. */
  createUsers(operation: string, args: Row, keys: { userId: string; wrappedKey: string }[]): Promise<unknown>;
  /** Prisma's own error for a row that an update needs and that is not there (P2025). */
  notFound(model: string): Error;
}
