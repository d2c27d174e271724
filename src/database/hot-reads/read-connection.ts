import type { Duplex } from 'node:stream';
import pg from 'pg';
import { SECOND } from '../../clock.js';
import type { Log } from '../../log.js';
import { endsConnection, ReadQuery, type ReadOutcome, type ReadStatement } from './read-query.js';

export interface ReadConnectionOptions {
  url: string;
  /** A statement that runs longer is cancelled by PostgreSQL. */
  statementTimeoutMs: number;
  /** Called each time the connection is ready for reads, the first time and after a reconnect. */
  onOpen: () => void;
  log: Log;
}

export type ReadConnection = ReturnType<typeof createReadConnection>;

const CONNECT_TIMEOUT_MS = 5 * SECOND;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5 * SECOND;
/** A connection that lived this long and then broke is opened again at once. */
const STABLE_AFTER_MS = 5 * SECOND;

/**
 * One pipelining connection for reads: what is sent within one turn of the event loop goes to the
 * socket in one write, and answers come in the order of sending. When it breaks, every read on it is
 * settled with the error, and it opens itself again, waiting longer after each failure.
 */
export function createReadConnection({ url, statementTimeoutMs, onOpen, log }: ReadConnectionOptions) {
  let client: pg.Client | null = null;
  let opening: pg.Client | null = null;
  let prepared = new Set<string>();
  let inFlight = 0;
  let lastProgress = 0;
  let openedAt = 0;
  let failures = 0;
  let retryTimer: NodeJS.Timeout | undefined;
  let isCorked = false;
  let isClosed = false;

  async function open(): Promise<void> {
    const candidate = new pg.Client({
      connectionString: url,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    opening = candidate;
    candidate.on('error', (error) => lose(candidate, error));
    candidate.on('end', () => lose(candidate, null));
    try {
      await candidate.connect();
      await candidate.query(sessionSettings(statementTimeoutMs));
    } catch (error) {
      lose(candidate, error);
      return;
    }
    if (isClosed || opening !== candidate) return void candidate.end();
    opening = null;
    client = candidate;
    prepared = new Set();
    isCorked = false;
    openedAt = Date.now();
    onOpen();
  }

  /** Forgets a broken client and plans the next one; called by whichever of its events comes first. */
  function lose(broken: pg.Client, error: unknown): void {
    if (broken !== client && broken !== opening) return;
    const wasStable = broken === client && Date.now() - openedAt > STABLE_AFTER_MS;
    client = opening = null;
    void broken.end().catch(() => undefined);
    if (isClosed) return;
    failures = wasStable ? 0 : failures + 1;
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    const delay = failures <= 1 ? 0 : Math.round(longest * (0.5 + Math.random() / 2));
    log.warn({ err: error ?? undefined, attempt: failures }, 'A read connection broke and is opened again');
    retryTimer = setTimeout(() => void open(), delay);
  }

  /** Sends one read. Call only while `isOpen`. */
  function send(
    statement: ReadStatement,
    values: readonly string[],
    settle: (outcome: ReadOutcome) => void,
  ): void {
    const target = client as pg.Client;
    if (!isCorked) {
      isCorked = true;
      const stream = streamOf(target);
      stream.cork();
      setImmediate(() => {
        if (client === target) isCorked = false;
        stream.uncork();
      });
    }
    const isPrepared = prepared.has(statement.name);
    if (inFlight++ === 0) lastProgress = Date.now();
    const query = new ReadQuery(statement, values, isPrepared, (outcome) => {
      inFlight -= 1;
      lastProgress = Date.now();
      if ('error' in outcome) {
        if (endsConnection(outcome.error)) lose(target, outcome.error);
        else if (!isPrepared && client === target) prepared.delete(statement.name);
      }
      settle(outcome);
    });
    prepared.add(statement.name);
    target.query(query as unknown as pg.Submittable);
  }

  /** Drops the connection to a server that has stopped answering. */
  function reset(reason: Error): void {
    if (client !== null) streamOf(client).destroy(reason);
  }

  /** Lets reads in flight finish, then says goodbye; opens no more. */
  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(retryTimer);
    if (opening !== null) streamOf(opening).destroy();
    await client?.end();
  }

  void open();
  return {
    send,
    reset,
    close,
    get isOpen() {
      return client !== null && !isClosed;
    },
    /** Reads of this turn of the event loop wait here for their one write. */
    get isCollecting() {
      return isCorked && client !== null;
    },
    get inFlight() {
      return inFlight;
    },
    /** Milliseconds for which reads have been waiting without any answer; 0 when none waits. */
    get stalledForMs() {
      return inFlight === 0 ? 0 : Date.now() - lastProgress;
    },
  };
}

/** The socket of a connected client (after TLS began, the encrypted one); pg's types leave it out. */
function streamOf(client: pg.Client): Duplex {
  return (client as pg.Client & { connection: { stream: Duplex } }).connection.stream;
}

/**
 * Settings of every read connection. UTC and ISO fix the text form of a timestamp; read-only keeps a
 * statement with side effects, which a retry would repeat, from ever being added here.
 */
function sessionSettings(statementTimeoutMs: number): string {
  return [
    `SET statement_timeout = ${Math.trunc(statementTimeoutMs)}`,
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    'SET default_transaction_read_only = on',
  ].join('; ');
}
