import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type * as runtime from '@prisma/client/runtime/client';
import type { Log } from '../log.js';
import { createSealingHook } from '../privacy/extension/sealing-hook.js';
import type { Privacy } from '../privacy/privacy.js';
import { UnsafeQueryError } from '../privacy/privacy-errors.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { refuseWhenFull } from './overload.js';
import { createCancellingPool } from './request-deadline.js';
import { createRowStore } from './row-store.js';
import { refuseSealedSql } from './sealed-sql.js';
import { createTransactionContext } from './transaction-context.js';

/** Search-index columns never appear in results: only the extension reads and writes them. */
const HIDDEN = {
  user: { emailIndex: true, emailDomainIndex: true, emailOtherIndex: true, passwordPepper: true },
  socialLogin: { providerIdIndex: true, providerIdOtherIndex: true },
  oneTimeToken: { emailIndex: true },
  passkey: { credentialIdIndex: true, credentialIdOtherIndex: true },
} as const;

type Client = PrismaClient<never, typeof HIDDEN>;

/** The client inside an interactive transaction; `Database` fits where a `Transaction` is wanted. */
export type Transaction = Omit<Client, runtime.ITXClientDenyList>;

export interface TransactionOptions {
  /** Milliseconds to wait for a connection. */
  maxWait?: number;
  /** Milliseconds until the transaction is rolled back. */
  timeout?: number;
  isolationLevel?: Prisma.TransactionIsolationLevel;
}

/**
 * The Prisma client of the product. Code reads and writes plaintext; in the database lies what the
 * register of personal data asks for. Queries that cannot be answered on sealed columns throw
 * UnsafeQueryError, values that do not open SealedValueError.
 */
export type Database = Omit<Client, '$transaction' | '$extends' | '$on'> & {
  $transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  $transaction<P extends Prisma.PrismaPromise<unknown>[]>(
    queries: [...P],
    options?: TransactionOptions,
  ): Promise<runtime.Types.Utils.UnwrapTuple<P>>;
};

/**
 * Connects lazily to PostgreSQL at `url` with at most `poolSize` connections. A query waits at most 5 s for
 * a connection; PostgreSQL itself ends statements after 10 s, waits for locks after 5 s and idle
 * transactions after 15 s, since a time-out of the client alone would leave them running.
 */
export function createDatabase(options: {
  url: string;
  privacy: Privacy;
  poolSize: number;
  log?: Log;
}): Database {
  const { url, privacy, poolSize, log } = options;
  const client = new PrismaClient({
    adapter: createAdapter(url, poolSize, log),
    omit: HIDDEN,
    transactionOptions: { maxWait: 5_000, timeout: 10_000 },
  });
  const context = createTransactionContext<object>();
  const hook = createSealingHook(
    privacy,
    createRowStore(client as unknown as PrismaClient, context, privacy.separateKeys),
  );

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
      $transaction(work: unknown, transactionOptions?: TransactionOptions): Promise<unknown> {
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
  return withTransactions as unknown as Database;
}

/** Raw SQL is opaque to the sealing hook: what touches sealed columns is let through only when made by `sealedSql`. */
function refuseSealed<Args, Result>({ args, query }: { args: Args; query: (args: Args) => Result }): Result {
  const text: unknown = Array.isArray(args) ? args[0] : (args as { sql?: unknown }).sql;
  if (typeof text === 'string') refuseSealedSql(text);
  return query(args);
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

function createAdapter(connectionString: string, max: number, log?: Log): PrismaPg {
  return new PrismaPg(
    createCancellingPool({
      connectionString,
      max,
      connectionTimeoutMillis: 5_000,
      options: '-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=15000',
    }),
    {
      disposeExternalPool: true,
      // A name for each statement's text makes PostgreSQL parse and plan it once a connection.
      statementNameGenerator: ({ sql }) => createHash('sha1').update(sql).digest('base64url'),
      onPoolError: (err) => log?.error({ err }, 'An idle connection to PostgreSQL failed'),
      onConnectionError: (err) => log?.error({ err }, 'A connection to PostgreSQL failed'),
    },
  );
}
