import type { FoundCheckpoint } from '../checkpoints/checkpoint.js';
import { hashEvent, type EventRecord } from '../tree/event-record.js';
import { appendLeaf, EMPTY_FRONTIER, rootOf, type Frontier } from '../tree/merkle-tree.js';

/** One place of the log, as found. */
export interface FoundLeaf {
  sequence: number;
  /** null where the event is missing. */
  event: EventRecord | null;
  /** The hash that was stored when the event was sealed; null where none was kept. */
  leafHash: Buffer | null;
  /** Whether the origin beside the event is another one than it was recorded with. */
  hasForeignOrigin?: boolean;
}

/** What is verified against what; all of it is read once, in order, in constant memory. */
export interface LogSources {
  /** By sequence. */
  leaves: AsyncIterable<FoundLeaf>;
  /** By size, each list of its own. */
  checkpoints: readonly AsyncIterable<FoundCheckpoint>[];
  /** The leaf hashes kept outside the database, if there are any. */
  copiedLeaves?: AsyncIterable<Buffer>;
  /** Whether there are events beside the leaves that should have been sealed by now. */
  hasUnsealed?: () => Promise<boolean>;
}

export interface LogVerification {
  intact: boolean;
  /** How many events were found to be as they were sealed. */
  eventsChecked: number;
  /** The root over them. */
  headHash: Buffer;
  /** The place of the first event that is not. Where nothing tells which one it is, the first it can be. */
  firstBroken: number | null;
}

/**
 * Verifies a log from its first event on. It is intact when every event is the one that was sealed in its place,
 * every checkpoint was signed, names the root of what lies before it, and the last one covers the whole log.
 */
export async function verifyLog(sources: LogSources): Promise<LogVerification> {
  const { leaves, checkpoints, copiedLeaves, hasUnsealed } = sources;
  const lists = await Promise.all(checkpoints.map(openList));
  const copies = copiedLeaves?.[Symbol.asyncIterator]();
  let tree: Frontier = EMPTY_FRONTIER;
  const broken = (firstBroken: number): LogVerification => ({
    intact: false,
    eventsChecked: Math.min(firstBroken, tree.size),
    headHash: rootOf(tree),
    firstBroken,
  });
  try {
    for await (const leaf of leaves) {
      const copy = await copies?.next();
      const copied = copy && !copy.done ? copy.value : null;
      const hash = checkLeaf(leaf, tree.size, copied);
      if (!hash) return broken(tree.size);
      tree = appendLeaf(tree, hash);
      for (const list of lists) {
        if (!(await list.agrees(tree))) return broken(list.vouched());
      }
    }
    // What lies beyond the last event was cut off, what lies beyond the last checkpoint was added.
    const isCut = lists.some((list) => !list.isThrough()) || (await copies?.next())?.done === false;
    if (isCut) return broken(tree.size);
    const vouched = Math.max(0, ...lists.map((list) => list.vouched()));
    if (vouched < tree.size) return broken(vouched);
    if (await hasUnsealed?.()) return broken(tree.size);
    return { intact: true, eventsChecked: tree.size, headHash: rootOf(tree), firstBroken: null };
  } finally {
    await Promise.all([copies?.return?.(), ...lists.map((list) => list.close())]);
  }
}

/** The hash of the leaf if it is the one that was sealed at this place; null otherwise. */
function checkLeaf(leaf: FoundLeaf, sequence: number, copied: Buffer | null): Buffer | null {
  if (leaf.sequence !== sequence || leaf.event === null || leaf.hasForeignOrigin) return null;
  const hash = findHash(leaf.event);
  const expected = [leaf.leafHash, copied].filter((each) => each !== null);
  return hash && expected.every((each) => each.equals(hash)) ? hash : null;
}

function findHash(event: EventRecord): Buffer | null {
  try {
    return hashEvent(event);
  } catch {
    return null; // a column holds what no event has
  }
}

/** Steps through the checkpoints of one list as the tree grows. */
async function openList(list: AsyncIterable<FoundCheckpoint>) {
  const iterator = list[Symbol.asyncIterator]();
  let next = await iterator.next();
  let vouched = 0;

  return {
    /** Whether no checkpoint up to the tree's size contradicts it. */
    async agrees(tree: Frontier): Promise<boolean> {
      while (!next.done && next.value.size <= tree.size) {
        const { size, root, signed } = next.value;
        // A size that lies behind, in a list that grows, is of a log that was begun anew.
        if (!signed || size !== tree.size || !root.equals(rootOf(tree))) return false;
        vouched = size;
        next = await iterator.next();
      }
      return true;
    },
    /** How many leaves the last checkpoint that agreed covers. */
    vouched: () => vouched,
    isThrough: () => next.done === true,
    close: () => iterator.return?.(),
  };
}
