import pg from 'pg';
import { SECOND } from '../clock.js';
import type { Log } from '../log.js';

const HEARTBEAT_INTERVAL = 300;
/**
 * For longer than this nothing is taken for heard that no answer has confirmed: below a second, which is what revocation
 * promises, and above an interval and a slow answer.
 */
const MAX_SILENCE = 900;
/**
 * After this an unanswered connection is replaced. Longer, since a process that was busy for a moment would else give up a
 * good one, and with it the keys in its memory, which have to be unwrapped anew.
 */
const HEARTBEAT_TIMEOUT = 2 * SECOND;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5 * SECOND;

export type ListenerQuery = (text: string, values: unknown[]) => Promise<Record<string, unknown>[]>;

export interface NotificationChannel {
  /** A PostgreSQL identifier. */
  name: string;
  onPayload: (payload: string) => void;
  /** Runs after each LISTEN, before the listener is live: reads what was announced before. */
  catchUp: (query: ListenerQuery) => Promise<void>;
}

export type NotificationListener = ReturnType<typeof createNotificationListener>;

/**
 * Listens on channels of PostgreSQL over one connection of its own, which comes back by itself after it
 * was lost. A heartbeat finds a connection that died without a word (a NAT that forgot it, a host that
 * lost power); answers come in order, so after an answer nothing is outstanding that was announced before its question.
 *
 * @param now milliseconds that only go forward
 */
export function createNotificationListener({
  url,
  log,
  now = () => performance.now(),
}: {
  url: string;
  log: Log;
  now?: () => number;
}) {
  const channels = new Map<string, NotificationChannel>();
  let client: pg.Client | null = null;
  /** Whatever was announced before this has arrived. */
  let heardUpTo = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;

  /**
   * Whether all that was announced until 0.9 s ago has surely arrived. A process that is too busy to ask or to read the
   * answer is not live either: what it has not read may say anything.
   */
  function isLive(): boolean {
    return now() - heardUpTo < MAX_SILENCE;
  }

  /** Adds a channel; before `start`. */
  function hear(channel: NotificationChannel): void {
    channels.set(channel.name, channel);
  }

  /** Connects; resolves after the first attempt, successful or not, and goes on trying in the background. */
  async function start(): Promise<void> {
    stopped = false;
    await connect();
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'custodia-listener',
      keepAlive: true,
      keepAliveInitialDelayMillis: 5 * SECOND,
      connectionTimeoutMillis: 5 * SECOND,
      query_timeout: 10 * SECOND,
    });
    client = next;
    next.on('error', (err) => lose(next, err));
    next.on('end', () => lose(next, null));
    next.on('notification', ({ channel, payload }) => channels.get(channel)?.onPayload(payload ?? ''));
    try {
      await next.connect();
      for (const { name, catchUp } of channels.values()) {
        await next.query(`LISTEN ${name}`);
        await catchUp(async (text, values) => (await next.query(text, values)).rows as never);
      }
      await beat(next);
    } catch (err) {
      lose(next, err);
    }
  }

  async function beat(through: pg.Client): Promise<void> {
    const askedAt = now();
    try {
      await through.query({ text: 'SELECT 1', query_timeout: HEARTBEAT_TIMEOUT } as pg.QueryConfig);
    } catch (err) {
      return lose(through, err);
    }
    if (client !== through) return;
    failures = 0;
    heardUpTo = askedAt;
    timer = setTimeout(() => void beat(through), HEARTBEAT_INTERVAL).unref();
  }

  /** Drops a connection and plans the next one. Called more than once for the same connection, acts once. */
  function lose(lost: pg.Client, err: unknown): void {
    if (client !== lost) return;
    client = null;
    heardUpTo = Number.NEGATIVE_INFINITY;
    clearTimeout(timer);
    lost.end().catch(() => undefined);
    if (stopped) return;
    log.warn({ err }, 'lost the connection that listens for notifications');
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures) * (0.75 + Math.random() / 2);
    failures += 1;
    timer = setTimeout(() => void connect(), pause).unref();
  }

  async function stop(): Promise<void> {
    stopped = true;
    clearTimeout(timer);
    heardUpTo = Number.NEGATIVE_INFINITY;
    const last = client;
    client = null;
    await last?.end().catch(() => undefined);
  }

  return { hear, start, stop, isLive };
}
