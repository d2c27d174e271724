import pg from 'pg';
import { SECOND } from '../clock.js';
import type { Log } from '../log.js';

const HEARTBEAT_INTERVAL = 2 * SECOND;
const HEARTBEAT_TIMEOUT = 2 * SECOND;
/** Longer than this without an answer, and the connection counts as dead although nobody said so. */
const MAX_SILENCE = 5 * SECOND;
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
 * lost power); answers come in order, so after an answer no earlier notification is outstanding.
 */
export function createNotificationListener({ url, log }: { url: string; log: Log }) {
  const channels = new Map<string, NotificationChannel>();
  let client: pg.Client | null = null;
  let heardAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;

  /** Whether every notification up to a few seconds ago has surely arrived. */
  function isLive(): boolean {
    return performance.now() - heardAt < MAX_SILENCE;
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
      if (client !== next) return;
      failures = 0;
      heard(next);
    } catch (err) {
      lose(next, err);
    }
  }

  function heard(from: pg.Client): void {
    heardAt = performance.now();
    timer = setTimeout(() => void beat(from), HEARTBEAT_INTERVAL).unref();
  }

  async function beat(through: pg.Client): Promise<void> {
    try {
      await through.query({ text: 'SELECT 1', query_timeout: HEARTBEAT_TIMEOUT } as pg.QueryConfig);
      if (client === through) heard(through);
    } catch (err) {
      lose(through, err);
    }
  }

  /** Drops a connection and plans the next one. Called more than once for the same connection, acts once. */
  function lose(lost: pg.Client, err: unknown): void {
    if (client !== lost) return;
    client = null;
    heardAt = Number.NEGATIVE_INFINITY;
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
    heardAt = Number.NEGATIVE_INFINITY;
    const last = client;
    client = null;
    await last?.end().catch(() => undefined);
  }

  return { hear, start, stop, isLive };
}
