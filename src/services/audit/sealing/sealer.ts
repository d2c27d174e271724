import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { MINUTE, SECOND } from '../../../clock.js';
import type { Log } from '../../../log.js';
import type { Publisher } from '../checkpoints/publish-checkpoints.js';
import type { CheckpointKeys } from '../checkpoints/checkpoint-key.js';
import { FROM_THE_START, sealEvents, type SealPosition } from './seal-events.js';
import { readSealedHistory } from './sealed-history.js';

export interface SealerParts {
  url: string;
  openKeys: () => Promise<CheckpointKeys>;
  publisher: Publisher;
  log: Log;
  /** Milliseconds between two rounds. */
  interval?: number;
}

/** The lock that one process at a time holds to seal; any number that nobody else uses. */
const SEALER_LOCK = 4_839_202;

export type Sealer = ReturnType<typeof createSealer>;

/**
 * Seals the events of the log, each second, in one process at a time: the others wait for its lock, which ends
 * with its connection. What fails is tried again in the next round.
 */
export function createSealer({ url, openKeys, publisher, log, interval = SECOND }: SealerParts) {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    let hasFailed = false;
    while (!stopping.signal.aborted) {
      const client = new pg.Client({
        connectionString: url,
        application_name: 'custodia-sealer',
        keepAlive: true,
        keepAliveInitialDelayMillis: 5 * SECOND,
        // A connection that died without a word must not keep this process from the next one.
        query_timeout: MINUTE,
        connectionTimeoutMillis: 10 * SECOND,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await lead(client, () => (hasFailed = false));
      } catch (err) {
        if (!hasFailed) log.error({ err }, 'The audit log could not be sealed; it is tried again');
        hasFailed = true;
      } finally {
        await client.end().catch(() => undefined);
      }
      await pause();
    }
  }

  /** Waits for the lock and then seals until the connection breaks or the process stops. */
  async function lead(client: pg.Client, succeed: () => void): Promise<void> {
    while (!(await takeLock(client))) {
      if (stopping.signal.aborted) return;
      succeed();
      await pause();
    }
    let keys = await openKeys();
    await publisher.catchUp(keys.verifiers, readSealedHistory(client));
    let position: SealPosition = FROM_THE_START;
    for (;;) {
      // Seen before the round: what was recorded before the stop is sealed in a last one.
      const isLast = stopping.signal.aborted;
      const now = await openKeys();
      if (now.signer !== keys.signer) await publisher.catchUp(now.verifiers, readSealedHistory(client));
      keys = now;
      position = await sealAll(client, keys, position);
      succeed();
      if (isLast) return;
      await pause();
      await publisher.sendUnsent(stopping.signal);
    }
  }

  async function sealAll(client: pg.Client, keys: CheckpointKeys, from: SealPosition): Promise<SealPosition> {
    for (let position = from; ;) {
      const outcome = await sealEvents(client, keys, position);
      position = outcome.position;
      if (outcome.sealed) await publisher.publish(outcome.sealed, stopping.signal);
      if (!outcome.isFull) return position;
    }
  }

  function pause(): Promise<unknown> {
    return sleep(interval, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
  }

  return {
    start(): void {
      running ??= run();
    },
    /** Seals what has been recorded so far and ends. */
    async stop(): Promise<void> {
      stopping.abort();
      await running;
    },
  };
}

async function takeLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
    SEALER_LOCK,
  ]);
  return rows[0]?.taken === true;
}
