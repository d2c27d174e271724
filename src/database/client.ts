import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type * as runtime from '@prisma/client/runtime/client';
import type { Log } from '../log.js';
import type { Privacy } from '../privacy/privacy.js';
import { type Prisma, PrismaClient } from './generated/client.js';
import type { PiecewiseReads } from './piecewise-reads.js';
import { createCancellingPool } from './request-deadline.js';
import { sealClient } from './sealed-client.js';

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
}

/**
 * The Prisma client of the product. Code reads and writes plaintext; in the database lies what the
 * register of personal data asks for. Queries that cannot be answered on sealed columns throw
 * UnsafeQueryError, values that do not open SealedValueError.
 */
export type Database = Omit<Client, '$transaction' | '$extends' | '$on'> & {
  /**
   * The same reads outside transactions, piece by piece: a value that does not open throws SealedValueError when it is
   * read from its row, and takes neither the row nor the others with it. For what is answered field by field; what acts
   * on a row reads it whole.
   */
  readonly piecewise: PiecewiseReads<Client>;
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
  return sealClient(client as unknown as PrismaClient, privacy);
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
