import { SECOND } from '../../../clock.js';
import type { Log } from '../../../log.js';
import type { LogFolder } from './log-folder.js';
import type { NoteVerifier } from './signed-note.js';

/** What has just been sealed and committed. */
export interface SealedBatch {
  note: string;
  /** The number of leaves that the note covers. */
  size: number;
  /** The sequence of the first leaf of the batch, and the hashes of all of them. */
  from: number;
  leafHashes: readonly Buffer[];
}

/** What the database holds and a copy outside may lack. */
export interface SealedHistory {
  checkpointsAfter(size: number): AsyncIterable<{ size: number; note: string }>;
  leafHashesFrom(sequence: number): AsyncIterable<Buffer[]>;
  /** The newest checkpoint; null while nothing is sealed. */
  lastNote(): Promise<string | null>;
}

export interface PublisherParts {
  destinations: readonly ('file' | 'stdout')[];
  webhookUrl: string | null;
  folder: LogFolder;
  print: (line: string) => void;
  log: Log;
  /** How long the webhook may take to answer, in milliseconds. */
  webhookTime?: number;
}

const WEBHOOK_TIME = 5 * SECOND;
/** A process that stops gives the last checkpoint that much: the next one sends it too. */
const LAST_WEBHOOK_TIME = SECOND;

export type Publisher = ReturnType<typeof createPublisher>;

/**
 * Carries checkpoints out of the database, where nobody who rules it can change them: to a file, to stdout, to a
 * webhook. A later checkpoint commits to all before it, so a webhook that failed is sent the newest one only.
 */
export function createPublisher({
  destinations,
  webhookUrl,
  folder,
  print,
  log,
  webhookTime = WEBHOOK_TIME,
}: PublisherParts) {
  const toFile = destinations.includes('file');
  let unsent: string | null = null;

  /** Brings the copies up to what the database holds: an earlier process may not have come to it. */
  async function catchUp(verifiers: readonly NoteVerifier[], history: SealedHistory): Promise<void> {
    if (webhookUrl !== null) unsent = await history.lastNote();
    if (!toFile) return;
    await folder.prepare(verifiers);
    await fillLeaves(history);
    for await (const { note } of history.checkpointsAfter(await folder.lastSize())) {
      await folder.appendCheckpoint(note);
    }
  }

  async function fillLeaves(history: SealedHistory): Promise<void> {
    let next = await folder.countLeaves();
    for await (const hashes of history.leafHashesFrom(next)) {
      await folder.appendLeaves(next, Buffer.concat(hashes));
      next += hashes.length;
    }
  }

  /**
   * Publishes one checkpoint. Only a failure of the file is an error: `catchUp` makes it good.
   *
   * @param stopping see `sendUnsent`
   */
  async function publish({ note, from, leafHashes }: SealedBatch, stopping?: AbortSignal): Promise<void> {
    if (destinations.includes('stdout')) print(note.trimEnd());
    unsent = webhookUrl === null ? null : note;
    if (toFile) {
      const follows = await folder.appendLeaves(from, Buffer.concat(leafHashes));
      if (!follows) log.error({}, 'The sealed log does not follow its copy outside the database');
      await folder.appendCheckpoint(note);
    }
    await sendUnsent(stopping);
  }

  /**
   * Sends what the webhook has not taken yet.
   *
   * @param stopping ends a sending that is under way when it is aborted; one that begins afterwards has a second
   */
  async function sendUnsent(stopping?: AbortSignal): Promise<void> {
    if (unsent === null || webhookUrl === null) return;
    const sending = unsent;
    const signal = stopping?.aborted
      ? AbortSignal.timeout(LAST_WEBHOOK_TIME)
      : AbortSignal.any([AbortSignal.timeout(webhookTime), ...(stopping ? [stopping] : [])]);
    try {
      const answer = await fetch(webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: sending,
        redirect: 'error',
        signal,
      });
      if (!answer.ok) throw new Error('The webhook refused a checkpoint.');
      if (unsent === sending) unsent = null;
    } catch (err) {
      log.warn({ err }, 'A checkpoint of the audit log could not be sent; it is tried again');
    }
  }

  return { catchUp, publish, sendUnsent };
}
