import { AppError } from '../../../errors.js';
import { readCheckpoint } from '../checkpoints/checkpoint.js';
import { formatEventLine } from './dump-log.js';
import { hashEvent } from '../tree/event-record.js';
import { proveConsistency, proveInclusion } from '../tree/merkle-proof.js';
import type { LogReader } from './read-log.js';

export interface InclusionProof {
  /** The signed note that the proof leads to. */
  checkpoint: string;
  sequence: string;
  /** The event as a line of a dump has it. */
  event: unknown;
  leafHash: string;
  /** Base64, the lowest first. */
  hashes: string[];
}

/**
 * Proves an event to be in the log of the last checkpoint (RFC 9162, section 2.1.3): to somebody who holds that
 * checkpoint and this event and nothing else.
 *
 * @throws AppError NOT_FOUND when nothing is sealed under this number
 */
export async function proveEvent(reader: LogReader, sequence: number): Promise<InclusionProof> {
  const checkpoint = await reader.lastNote();
  const size = checkpoint === null ? 0 : (readCheckpoint(checkpoint, [])?.size ?? 0);
  if (checkpoint === null || sequence >= size) throw new AppError('NOT_FOUND');
  for await (const leaf of reader.leaves(sequence)) {
    if (leaf.sequence !== sequence || leaf.event === null) break;
    const hashes = await proveInclusion(sequence, size, reader.subtreeHash);
    return {
      checkpoint,
      sequence: String(sequence),
      event: JSON.parse(formatEventLine(leaf)) as unknown,
      leafHash: hashEvent(leaf.event).toString('base64'),
      hashes: hashes.map((hash) => hash.toString('base64')),
    };
  }
  throw new AppError('NOT_FOUND');
}

/**
 * Proves the log of size `from` to be the beginning of that of the last checkpoint (RFC 9162, section 2.1.4).
 *
 * @throws AppError NOT_FOUND when the log never had this size
 */
export async function proveGrowth(reader: LogReader, from: number) {
  const checkpoint = await reader.lastNote();
  const size = checkpoint === null ? 0 : (readCheckpoint(checkpoint, [])?.size ?? 0);
  if (checkpoint === null || from < 1 || from > size) throw new AppError('NOT_FOUND');
  const hashes = await proveConsistency(from, size, reader.subtreeHash);
  return { checkpoint, from: String(from), hashes: hashes.map((hash) => hash.toString('base64')) };
}
