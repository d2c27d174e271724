import { createSealingHook } from '../privacy/extension/sealing-hook.js';
import type { Privacy } from '../privacy/privacy.js';
import { UnsafeQueryError } from '../privacy/privacy-errors.js';
import type { Prisma, PrismaClient } from './generated/client.js';
import { refuseWhenFull } from './overload.js';
import { createPiecewiseReads, type PiecewiseReads } from './piecewise-reads.js';
import { createRowStore } from './row-store.js';
import { refuseSealedSql } from './sealed-sql.js';
import { createTransactionContext } from './transaction-context.js';

/**
 * A Prisma client whose every operation seals and opens what the register of `privacy` says, and refuses what cannot be
 * done safely, whichever tables it was generated for.
 */
export function sealClient(
  client: PrismaClient,
  privacy: Privacy,
): PrismaClient & { readonly piecewise: PiecewiseReads<PrismaClient> } {
  const context = createTransactionContext<object>();
  const store = createRowStore(client, context, privacy.separateKeys);
  const hook = createSealingHook(privacy, store);

  const sealed = client.$extends({
    name: 'personal-data',
    query: {
      $queryRaw: refuseSealed,
      $executeRaw: refuseSealed,
      $queryRawUnsafe: refuseSealed,
      $executeRawUnsafe: refuseSealed,
      $allModels: {
        async $allOperations(call) {
          const { model, operation, args, query } = call;
          if (context.isOwn()) return query(args);
          refuseFluentCall(model, call);
          return hook({
            model,
            operation,
            args: args ?? {},
            query: query,
          }).catch(refuseWhenFull);
        },
      },
    },
  }) as unknown as PrismaClient;

  const withTransactions = sealed.$extends({
    name: 'transaction-context',
    client: {
      piecewise: createPiecewiseReads(client, privacy, store),
      $transaction(work: unknown, transactionOptions?: object): Promise<unknown> {
        if (typeof work !== 'function') {
          return context.batch(() =>
            sealed.$transaction(work as Prisma.PrismaPromise<unknown>[], transactionOptions),
          );
        }
        const body = work as (tx: object) => Promise<unknown>;
        return sealed
          .$transaction((tx) => context.within(tx, () => body(tx)), transactionOptions)
          .catch(refuseWhenFull);
      },
    },
  });
  return withTransactions as unknown as ReturnType<typeof sealClient>;
}

/** Raw SQL is opaque to the sealing hook: what touches sealed columns is let through only when made by `sealedSql`. */
async function refuseSealed<Args, Result>({
  args,
  query,
}: {
  args: Args;
  query: (args: Args) => Promise<Result>;
}): Promise<Result> {
  const text: unknown = Array.isArray(args) ? args[0] : (args as { sql?: unknown }).sql;
  if (typeof text === 'string') refuseSealedSql(text);
  return query(args).catch(refuseWhenFull);
}

/** `db.user.findUnique(…).profile()` unwraps its result before the hook sees it, and would return the envelope. */
function refuseFluentCall(model: string, call: object): void {
  const { dataPath } = (call as { __internalParams?: { dataPath?: string[] } }).__internalParams ?? {};
  if (dataPath && dataPath.length > 0) {
    throw new UnsafeQueryError(
      model,
      dataPath.at(-1) ?? '*',
      'the fluent API is not supported: use include or select',
    );
  }
}
