import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { SECOND } from '../clock.js';
import { AppError } from '../errors.js';
import { markChange, type Claim } from './claim.js';
import { endPool } from './end-pool.js';

interface TimedRequest {
  signal: AbortSignal;
  /** Its commits that PostgreSQL has not answered yet. */
  commits: Set<Promise<unknown>>;
  /** On its Idempotency-Key; undefined: it has none. */
  claim: Claim | undefined;
}

/** The statements of requests whose time is up are cancelled; those of jobs and commands run without this. */
const requests = new AsyncLocalStorage<TimedRequest>();
let running = 0;

/** What ends a transaction is neither refused nor cancelled: a connection must not go back with one that is open. */
const ENDS_TRANSACTION = /^(COMMIT|ROLLBACK)/;
/** What a request gets to answer after a commit that was under way when its time was up. */
const TIME_TO_ANSWER = SECOND;

/**
 * Runs `work`. When it takes longer than so many milliseconds, the statement that it waits for is cancelled in PostgreSQL, it
 * can start no other and commit nothing any more, and this rejects. A commit that is under way by then is waited for,
 * so that what it changed can still be answered.
 *
 * @param claim marked by each transaction of `work` that changes something
 * @throws AppError TIMED_OUT, and what `work` throws
 */
export async function withDeadline<T>(
  milliseconds: number,
  work: () => Promise<T>,
  claim?: Claim,
): Promise<T> {
  const controller = new AbortController();
  const request: TimedRequest = { signal: controller.signal, commits: new Set(), claim };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const lapse = (): void => {
      if (request.commits.size === 0) {
        controller.abort();
        reject(new AppError('TIMED_OUT'));
        return;
      }
      void Promise.allSettled(request.commits).then(() => (timer = setTimeout(lapse, TIME_TO_ANSWER)));
    };
    timer = setTimeout(lapse, milliseconds);
  });
  try {
    return await Promise.race([runWithin(request, work), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Up to Node 22 a storage in use slows every promise of the process: it is switched off when nobody is within. */
async function runWithin<T>(request: TimedRequest, work: () => Promise<T>): Promise<T> {
  running += 1;
  try {
    return await requests.run(request, work);
  } finally {
    running -= 1;
    if (running === 0) requests.disable();
  }
}

/** Runs what a request gives rise to and is no part of it: neither its deadline nor its Idempotency-Key is about that. */
export function outsideRequest<T>(work: () => T): T {
  return requests.exit(work);
}

type Query = (config: pg.QueryConfig) => Promise<pg.QueryResult>;

/** A pool whose statements end with the deadline of the request that they belong to. */
export function createCancellingPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const cancel = createCancel(config.connectionString);

  /** `client.query` for one borrower: the deadline is that of whoever borrowed the connection. */
  function watched(client: pg.PoolClient, query: Query): Query {
    const request = requests.getStore();
    if (!request) return query;
    const { signal } = request;
    return async (statement) => {
      if (ENDS_TRANSACTION.test(statement.text)) return endTransaction(request, statement, query);
      if (signal.aborted) throw new AppError('TIMED_OUT');
      let cancelling: Promise<void> | undefined;
      const stop = (): void => void (cancelling = cancel(client));
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await query(statement);
      } catch (error) {
        throw signal.aborted ? new AppError('TIMED_OUT', { cause: error }) : error;
      } finally {
        signal.removeEventListener('abort', stop);
        // The connection goes back only then: the next statement on it must not be hit.
        await cancelling;
      }
    };
  }

  async function borrow(): Promise<pg.PoolClient> {
    const client = await connect();
    // That of the class, not what an earlier borrower's watch left on the connection.
    const { query: method } = Object.getPrototypeOf(client) as { query: Query };
    const query: Query = (statement) => method.call(client, statement);
    client.query = watched(client, query) as unknown as typeof client.query;
    return client;
  }

  async function queryOnce(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    const client = await borrow();
    // The pool listens to idle connections only: unheard, the loss of this one would end the process.
    client.on('error', onLost);
    let failure: Error | undefined;
    try {
      return await (client.query as unknown as Query)(statement);
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.removeListener('error', onLost);
      client.release(failure);
    }
  }

  const end: () => Promise<void> = pool.end.bind(pool);
  return Object.assign(pool, { connect: borrow, query: queryOnce, end: () => endPool(pool, end) });
}

/** Commits or rolls back. What was answered with TIMED_OUT is not committed afterwards. */
async function endTransaction(
  { signal, commits, claim }: TimedRequest,
  statement: pg.QueryConfig,
  query: Query,
): Promise<pg.QueryResult> {
  if (!statement.text.startsWith('COMMIT')) return query(statement);
  if (signal.aborted) {
    await query({ text: 'ROLLBACK' });
    throw new AppError('TIMED_OUT');
  }
  const commit = claim ? commitMarked(claim, statement, query) : query(statement);
  commits.add(commit);
  try {
    return await commit;
  } finally {
    commits.delete(commit);
  }
}

async function commitMarked(claim: Claim, commit: pg.QueryConfig, query: Query): Promise<pg.QueryResult> {
  try {
    await markChange(claim, query);
  } catch (error) {
    await query({ text: 'ROLLBACK' });
    throw error;
  }
  return query(commit);
}

/** Whoever waits for a statement on the lost connection hears of it by that statement. */
const onLost = (): void => undefined;

/** Asks PostgreSQL, over a connection of its own, to end what runs on another. Never rejects. */
function createCancel(connectionString: string | undefined) {
  return async (client: pg.PoolClient): Promise<void> => {
    const { processID } = client as unknown as { processID: number };
    const messenger = new pg.Client({
      connectionString,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
    });
    messenger.on('error', () => undefined);
    try {
      await messenger.connect();
      await messenger.query('SELECT pg_cancel_backend($1)', [processID]);
    } catch {
      // The statement then ends by PostgreSQL's own limit.
    } finally {
      await messenger.end().catch(() => undefined);
    }
  };
}
