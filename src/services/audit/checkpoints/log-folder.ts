import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckpoint, splitNotes, type FoundCheckpoint } from './checkpoint.js';
import { formatVerifierKey, parseVerifierKey, type NoteVerifier } from './signed-note.js';

// What lies outside the database, in DATA_DIR/audit: `checkpoints` (one signed note after the other), `leaves`
// (the hash of each event, 32 bytes each, so that the first broken event can be named) and `key` (the verifier's
// key, one a line). All three only grow, and none holds personal data.

const HASH_BYTES = 32;
const TAIL_BYTES = 4_096;

export type LogFolder = ReturnType<typeof createLogFolder>;

/** Reads and writes the folder of the log's copies. */
export function createLogFolder(folder: string) {
  const checkpointFile = join(folder, 'checkpoints');
  const leafFile = join(folder, 'leaves');
  const keyFile = join(folder, 'key');

  /** How many leaf hashes there are. */
  async function countLeaves(): Promise<number> {
    return Math.floor((await sizeOf(leafFile)) / HASH_BYTES);
  }

  /** Writes the hashes of the leaves from `from` on, if they follow the last one there. */
  async function appendLeaves(from: number, hashes: Buffer): Promise<boolean> {
    if ((await sizeOf(leafFile)) !== from * HASH_BYTES) return false;
    await appendFile(leafFile, hashes);
    return true;
  }

  /** Writes a note; it is on the disk when this returns. */
  async function appendCheckpoint(note: string): Promise<void> {
    const file = await open(checkpointFile, 'a', 0o644);
    try {
      await file.writeFile(`${note}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** The size that the last checkpoint names; 0 when there is none. */
  async function lastSize(): Promise<number> {
    const length = await sizeOf(checkpointFile);
    if (length === 0) return 0;
    const file = await open(checkpointFile, 'r');
    try {
      const start = Math.max(0, length - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length - start), 0, length - start, start);
      const last = splitNotes(buffer.toString('utf8', 0, bytesRead)).at(-1);
      return last === undefined ? 0 : (readCheckpoint(last, [])?.size ?? 0);
    } finally {
      await file.close();
    }
  }

  /** Makes the folder, notes the verifiers' keys that are not there, and drops half a hash that a crash left. */
  async function prepare(verifiers: readonly NoteVerifier[]): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const known = (await readIfThere(keyFile)).split('\n');
    const missing = verifiers.map(formatVerifierKey).filter((line) => !known.includes(line));
    for (const line of missing.reverse()) await appendFile(keyFile, `${line}\n`);
    const length = await sizeOf(leafFile);
    if (length % HASH_BYTES !== 0) await truncate(leafFile, length - (length % HASH_BYTES));
  }

  return {
    prepare,
    appendCheckpoint,
    appendLeaves,
    countLeaves,
    lastSize,
    readVerifiers: () => readVerifiers(keyFile),
    /** The checkpoints as far as the file goes now, in its order. */
    checkpoints: async (verifiers: readonly NoteVerifier[]) =>
      readCheckpoints(checkpointFile, verifiers, await sizeOf(checkpointFile)),
    /** The leaf hashes as far as the file goes now. */
    leaves: async () => readLeaves(leafFile, await countLeaves()),
  };
}

/** The verifiers' keys in a file, one a line. */
export async function readVerifiers(path: string): Promise<NoteVerifier[]> {
  const text = await readIfThere(path);
  return text.split('\n').flatMap((line) => parseVerifierKey(line) ?? []);
}

/** The checkpoints in a file that holds one note after the other, read piece by piece. */
export async function* readCheckpoints(
  path: string,
  verifiers: readonly NoteVerifier[],
  length: number,
): AsyncGenerator<FoundCheckpoint> {
  if (length === 0) return;
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', end: length - 1 })) {
    rest += chunk as string;
    // The last note of a piece may go on in the next one.
    const complete = rest.lastIndexOf('\n\n', rest.lastIndexOf('\n— '));
    const cut = rest.lastIndexOf('\n\n', complete - 1);
    if (cut < 0) continue;
    yield* notesIn(rest.slice(0, cut + 2), verifiers);
    rest = rest.slice(cut + 2);
  }
  yield* notesIn(rest, verifiers);
}

/** The leaf hashes in a file, up to `count`. */
export async function* readLeaves(path: string, count: number): AsyncGenerator<Buffer> {
  if (count === 0) return;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { end: count * HASH_BYTES - 1 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const whole = bytes.length - (bytes.length % HASH_BYTES);
    for (let at = 0; at < whole; at += HASH_BYTES) yield bytes.subarray(at, at + HASH_BYTES);
    rest = bytes.subarray(whole);
  }
}

function* notesIn(text: string, verifiers: readonly NoteVerifier[]): Generator<FoundCheckpoint> {
  for (const note of splitNotes(text)) {
    const checkpoint = readCheckpoint(note, verifiers);
    if (checkpoint) yield checkpoint;
  }
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(unlessMissing(''));
}

/** Bytes; 0 for a file that is not there. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(({ size }) => size, unlessMissing(0));
}

/** A copy that is there and cannot be read is not an empty one: the log would verify without it. */
function unlessMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}
