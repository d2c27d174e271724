import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartError } from '../../../database/start-error.js';

/** One erasure that has begun: ids and times, no personal data. */
export interface LedgerEntry {
  /** When the line was written, RFC 3339. */
  at: string;
  userId: string;
  erasureId: string;
  requestedAt: string;
  requestedBy: string;
}

/**
 * The list of erasures outside the database: what a restored backup is compared with. `append` returns once the
 * entry is durable; callers see to it that one process appends at a time. Other places (an object store, a second
 * database) fit behind the same two functions.
 */
export interface ErasureLedger {
  append(entry: LedgerEntry): Promise<void>;
  /** Every entry, the oldest first. An erasure can stand there more than once. @throws StartError when it was altered */
  read(): AsyncIterable<LedgerEntry>;
}

interface Line extends LedgerEntry {
  /** Of the line's form. */
  v: 1;
  /** The number of the line, counted from 1. */
  n: number;
  /** The `hash` of the line before; empty in the first. */
  prev: string;
  /** SHA-256 in base64url of the line's JSON without this member. */
  hash: string;
}

/** Longer than any line. */
const TAIL_BYTES = 4_096;

/**
 * The ledger as a file of JSON lines, each of which carries the hash of the one before, readable by its owner
 * only. A line that a crash cut short was never confirmed: the next append takes its place.
 */
export function createFileLedger(file: string): ErasureLedger {
  return {
    async append(entry) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const handle = await open(file, 'r+').catch(() => open(file, 'a+', 0o600).then(reopen(file)));
      try {
        const { last, end } = await readTail(handle, file);
        const line = sealLine(entry, last);
        await handle.truncate(end);
        await handle.write(`${JSON.stringify(line)}\n`, end, 'utf8');
        await handle.sync();
      } finally {
        await handle.close();
      }
      await syncFolder(dirname(file));
    },

    async *read() {
      let last: Line | null = null;
      for await (const text of completeLines(file)) {
        const line = parseLine(text, file, (last?.n ?? 0) + 1);
        if (line.prev !== (last?.hash ?? '') || line.n !== (last?.n ?? 0) + 1) throw broken(file, line.n);
        last = line;
        const { at, userId, erasureId, requestedAt, requestedBy } = line;
        yield { at, userId, erasureId, requestedAt, requestedBy };
      }
    },
  };
}

/** A file opened for appending ignores positions. */
function reopen(file: string) {
  return async (created: FileHandle): Promise<FileHandle> => {
    await created.close();
    return open(file, 'r+');
  };
}

/** The last complete line, and where the next one begins. */
async function readTail(handle: FileHandle, file: string): Promise<{ last: Line | null; end: number }> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - 2 * TAIL_BYTES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  const bytes = buffer.subarray(0, bytesRead);
  const end = bytes.lastIndexOf(0x0a);
  if (end === -1) {
    if (start > 0) throw broken(file, null);
    return { last: null, end: 0 };
  }
  const begin = end === 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1;
  return { last: parseLine(bytes.toString('utf8', begin, end), file, null), end: start + end + 1 };
}

async function* completeLines(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function sealLine({ at, userId, erasureId, requestedAt, requestedBy }: LedgerEntry, last: Line | null): Line {
  const entry = { at, userId, erasureId, requestedAt, requestedBy };
  const line = { v: 1 as const, n: (last?.n ?? 0) + 1, ...entry, prev: last?.hash ?? '' };
  return { ...line, hash: hashOf(line) };
}

function parseLine(text: string, file: string, n: number | null): Line {
  try {
    const { hash, ...line } = JSON.parse(text) as Line;
    if (line.v === 1 && hash === hashOf(line)) return { ...line, hash };
  } catch {
    // not a line of ours
  }
  throw broken(file, n);
}

function hashOf(line: Omit<Line, 'hash'>): string {
  return createHash('sha256').update(JSON.stringify(line)).digest('base64url');
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function broken(file: string, n: number | null): StartError {
  return new StartError(
    `The erasure ledger ${file} is damaged${n === null ? '' : ` at line ${n}`}: somebody may have been erased who stands in it no more. Put back a copy that is whole (docs/erasure.md); the server does not start without it.`,
  );
}
