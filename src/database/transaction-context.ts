import { AsyncLocalStorage } from 'node:async_hooks';

/** What surrounds a query: an interactive transaction's client, a batch, or nothing. */
interface Surroundings<Client> {
  client: Client | null;
  batch: boolean;
  /** Whether the query is the privacy extension's own, which must not pass through it again. */
  own: boolean;
}

/**
 * Remembers, along the asynchronous calls of a transaction, the client that a query belongs to: a query
 * extension is not told, and on another connection it would not see the transaction's rows.
 */
export function createTransactionContext<Client>() {
  const storage = new AsyncLocalStorage<Surroundings<Client>>();
  const current = () => storage.getStore() ?? { client: null, batch: false, own: false };

  return {
    client: () => current().client,
    inBatch: () => current().batch,
    isOwn: () => current().own,
    /** Runs an interactive transaction's body. What it leaves running afterwards is outside again. */
    async within<T>(client: Client, work: () => Promise<T>): Promise<T> {
      const surroundings: Surroundings<Client> = { client, batch: false, own: false };
      try {
        return await storage.run(surroundings, work);
      } finally {
        surroundings.client = null;
      }
    },
    /** Starts a batch transaction. */
    batch: <T>(work: () => T): T => storage.run({ client: null, batch: true, own: false }, work),
    /** Runs a query of the extension itself. `work` must start the query, not only build it. */
    asOwn: <T>(work: () => Promise<T>): Promise<T> =>
      storage.run({ ...current(), own: true }, async () => work()),
  };
}
