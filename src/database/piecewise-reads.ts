import { createSealingHook } from '../privacy/extension/sealing-hook.js';
import type { Row } from '../privacy/extension/models.js';
import type { RowStore } from '../privacy/extension/row-store.js';
import type { Privacy } from '../privacy/privacy.js';
import type { PrismaClient } from './generated/client.js';
import { refuseWhenFull } from './overload.js';
import { delegateOf } from './row-store.js';

const READS = ['findUnique', 'findFirst', 'findMany'] as const;

/** These reads of every model of a client. */
export type PiecewiseReads<Client> = {
  readonly [Model in Exclude<keyof Client, `$${string}` | symbol>]: Pick<
    Client[Model],
    (typeof READS)[number] & keyof Client[Model]
  >;
};

/**
 * Reads of each model, as `client` has them, that open piece by piece. They go past Prisma's query extension: what that
 * returns is walked by Prisma once more, value by value, and would fail there.
 */
export function createPiecewiseReads(
  client: PrismaClient,
  privacy: Privacy,
  store: RowStore,
): PiecewiseReads<PrismaClient> {
  const hook = createSealingHook(privacy, store, { piecewise: true });

  function readsOf(name: string): object {
    const model = name.charAt(0).toUpperCase() + name.slice(1);
    const read =
      (operation: string) =>
      (args: Row = {}) =>
        hook({
          model,
          operation,
          args,
          query: (planned) => delegateOf(client, model)[operation]!(planned),
        }).catch(refuseWhenFull);
    return Object.fromEntries(READS.map((operation) => [operation, read(operation)]));
  }

  const known = new Map<string, object>();
  return new Proxy({} as PiecewiseReads<PrismaClient>, {
    get(_, name) {
      if (typeof name !== 'string') return undefined;
      if (!known.has(name)) known.set(name, readsOf(name));
      return known.get(name);
    },
  });
}
