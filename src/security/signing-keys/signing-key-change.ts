import type { Transaction } from '../../database/client.js';

/** What becomes of a key: tokens can be verified by it; its private half is destroyed; it is gone. */
export type SigningKeyChange = 'key.published' | 'key.retired' | 'key.removed';

/** Writes that down, in the transaction of the change. */
export type RecordKeyChange = (tx: Transaction, change: SigningKeyChange, keyId: string) => Promise<void>;
