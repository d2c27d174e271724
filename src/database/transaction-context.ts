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
  let running = 0;

  /**
   * Runs `work` within `surroundings`. Up to Node 22 a storage in use makes every promise of the process twice
   * as slow, those of requests without a transaction too: it is switched off when nobody is within.
   */
  async function runWithin<T>(surroundings: Surroundings<Client>, work: () => Promise<T>): Promise<T> {
    running += 1;
    try {
      return await storage.run(surroundings, work);
    } finally {
      running -= 1;
      if (running === 0) storage.disable();
    }
  }

  return {
    client: () => current().client,
    inBatch: () => current().batch,
    isOwn: () => current().own,
    /** Runs an interactive transaction's body. What it leaves running afterwards is outside again. */
    async within<T>(client: Client, work: () => Promise<T>): Promise<T> {
      const surroundings: Surroundings<Client> = { client, batch: false, own: false };
      try {
        return await runWithin(surroundings, work);
      } finally {
        surroundings.client = null;
      }
    },
    /** Starts a batch transaction. */
    batch: <T>(work: () => Promise<T>): Promise<T> =>
      runWithin({ client: null, batch: true, own: false }, work),
    /** Runs a query of the extension itself. `work` must start the query, not only build it. */
    asOwn: <T>(work: () => Promise<T>): Promise<T> =>
      runWithin({ ...current(), own: true }, async () => work()),
  };
}
