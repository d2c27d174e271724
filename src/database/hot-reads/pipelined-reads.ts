import { SECOND } from '../../clock.js';
import { AppError } from '../../errors.js';
import type { Log } from '../../log.js';
import { createReadConnection, type ReadConnection } from './read-connection.js';
import { endsConnection, type ReadOutcome, type ReadStatement, type TextRow } from './read-query.js';

export interface PipelinedReadsOptions {
  url: string;
  log: Log;
  /** Two keep both directions busy; more bring nothing, since reads share each connection. */
  connections?: number;
  statementTimeoutMs?: number;
  /** Reads that may be under way or waiting at once; above it callers get OVERLOADED. */
  maxPending?: number;
  /** How long a read waits for a connection while none is open. */
  maxWaitMs?: number;
}

export type PipelinedReads = ReturnType<typeof createPipelinedReads>;

interface PendingRead {
  statement: ReadStatement;
  values: readonly string[];
  resolve: (row: TextRow | null) => void;
  reject: (error: unknown) => void;
  startedAt: number;
  attempt: number;
}

const MAX_ATTEMPTS = 3;
const WATCH_INTERVAL_MS = 250;

/**
 * Primary-key reads, many at once over a few connections: a read is sent without waiting for the
 * answers of those before it. A slow statement would hold up all behind it, so only reads of one row by
 * its key belong here. They change nothing, hence a read whose connection broke is sent again.
 * The first read opens the connections.
 */
export function createPipelinedReads(options: PipelinedReadsOptions) {
  const { url, log, connections: size = 2, maxPending = 4096 } = options;
  const { statementTimeoutMs = 2 * SECOND, maxWaitMs = 5 * SECOND } = options;
  const waiting: PendingRead[] = [];
  let pending = 0;
  let isClosed = false;
  let connections: ReadConnection[] = [];
  const watch = setInterval(watchOver, WATCH_INTERVAL_MS);
  watch.unref();

  /**
   * Reads the row that `statement` finds for `values` (text form), null when there is none.
   * Throws OVERLOADED when too many reads are pending or no connection came up in time, else
   * PostgreSQL's error.
   */
  function read(statement: ReadStatement, values: readonly string[]): Promise<TextRow | null> {
    if (isClosed) return Promise.reject(new Error('The pipelined reads are closed'));
    if (pending >= maxPending) return Promise.reject(new AppError('OVERLOADED', { retryAfterSeconds: 1 }));
    pending += 1;
    if (connections.length === 0) connections = openConnections();
    return new Promise((resolve, reject) => {
      dispatch({ statement, values, resolve, reject, startedAt: Date.now(), attempt: 1 });
    });
  }

  function openConnections(): ReadConnection[] {
    return Array.from({ length: size }, () =>
      createReadConnection({ url, statementTimeoutMs, log, onOpen: sendWaiting }),
    );
  }

  function dispatch(read: PendingRead): void {
    const connection = choose(connections);
    if (connection === null) waiting.push(read);
    else connection.send(read.statement, read.values, (outcome) => settle(read, outcome));
  }

  function settle(read: PendingRead, outcome: ReadOutcome): void {
    if ('row' in outcome) {
      pending -= 1;
      return read.resolve(outcome.row);
    }
    const { error } = outcome;
    if (!isClosed && endsConnection(error) && read.attempt < MAX_ATTEMPTS) {
      read.attempt += 1;
      return dispatch(read);
    }
    fail(read, error);
  }

  function fail(read: PendingRead, error: unknown): void {
    pending -= 1;
    read.reject(error);
  }

  function sendWaiting(): void {
    for (const read of waiting.splice(0)) dispatch(read);
  }

  /** Gives up on reads that waited too long, and on connections that went silent. */
  function watchOver(): void {
    const tooOld = Date.now() - maxWaitMs;
    while (waiting[0] !== undefined && waiting[0].startedAt < tooOld) {
      fail(waiting.shift() as PendingRead, new AppError('OVERLOADED', { retryAfterSeconds: 1 }));
    }
    for (const connection of connections) {
      // PostgreSQL would have cancelled the statement by now: nobody is there any more.
      if (connection.stalledForMs > 2 * statementTimeoutMs) connection.reset(new Error('No answer in time'));
    }
  }

  /** Refuses new reads, lets those under way finish and closes the connections. */
  async function close(): Promise<void> {
    isClosed = true;
    for (const read of waiting.splice(0)) fail(read, new Error('The pipelined reads are closed'));
    await Promise.all(connections.map((connection) => connection.close()));
    clearInterval(watch);
  }

  return { read, close };
}

/**
 * The open connection that reads of this turn already wait on, since a write costs more than the read in it;
 * otherwise the one with the fewest reads under way.
 */
function choose(connections: readonly ReadConnection[]): ReadConnection | null {
  let best: ReadConnection | null = null;
  for (const connection of connections) {
    if (!connection.isOpen) continue;
    if (connection.isCollecting) return connection;
    if (best === null || connection.inFlight < best.inFlight) best = connection;
  }
  return best;
}
