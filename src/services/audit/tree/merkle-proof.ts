import { hashNode } from './merkle-tree.js';

// Proofs after RFC 9162, sections 2.1.3 and 2.1.4 (the same trees as RFC 6962). Sizes and indexes are whole
// numbers below 2^53; a tree that long would take 28 years at 10 million a second.

const HASH_BYTES = 32;

/** The hash of the subtree over the leaves from `start` to before `end`. */
export type SubtreeHash = (start: number, end: number) => Promise<Buffer>;

/**
 * The hashes that prove a leaf to be in the tree of this size, the lowest first.
 *
 * @throws RangeError when there is no such leaf
 */
export async function proveInclusion(index: number, size: number, hash: SubtreeHash): Promise<Buffer[]> {
  if (!isSize(index) || !isSize(size) || index >= size) throw new RangeError('There is no such leaf.');
  const proof: Buffer[] = [];
  for (let [start, end] = [0, size]; end - start > 1;) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      proof.unshift(await hash(middle, end));
      end = middle;
    } else {
      proof.unshift(await hash(start, middle));
      start = middle;
    }
  }
  return proof;
}

/**
 * The hashes that prove the tree of size `from` to be the beginning of the tree of size `to`.
 *
 * @throws RangeError unless 0 < from ≤ to
 */
export async function proveConsistency(from: number, to: number, hash: SubtreeHash): Promise<Buffer[]> {
  if (!isSize(from) || !isSize(to) || from === 0 || from > to)
    throw new RangeError('There is no such proof.');
  const proof: Buffer[] = [];
  let [start, end] = [0, to];
  while (end > from) {
    const middle = start + largestPowerBelow(end - start);
    if (from <= middle) {
      proof.unshift(await hash(middle, end));
      end = middle;
    } else {
      proof.unshift(await hash(start, middle));
      start = middle;
    }
  }
  // A subtree that is the whole earlier tree is known to whoever knows that tree's root.
  return start === 0 ? proof : [await hash(start, end), ...proof];
}

/** Whether `proof` shows that the leaf stands at `index` of the tree with this size and root. */
export function verifyInclusion(
  index: number,
  size: number,
  leafHash: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || leafHash.length !== HASH_BYTES) return false;
  let node = index;
  let last = size - 1;
  let hash: Uint8Array = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hashNode(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(hash, root);
}

/** Whether `proof` shows that the tree `from` is the beginning of the tree `to`. Nothing is proven of an empty one. */
export function verifyConsistency(
  from: { size: number; root: Uint8Array },
  to: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(from.size) || !isSize(to.size) || from.size > to.size) return false;
  if (from.size === 0) return false;
  if (from.size === to.size) return proof.length === 0 && isSame(from.root, to.root);
  if (proof.length === 0) return false;
  const isPower = largestPowerBelow(from.size + 1) === from.size;
  const [first, ...rest] = isPower ? [from.root, ...proof] : proof;
  let node = from.size - 1;
  let last = to.size - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let oldRoot = first as Uint8Array;
  let newRoot = first as Uint8Array;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      oldRoot = hashNode(sibling, oldRoot);
      newRoot = hashNode(sibling, newRoot);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newRoot = hashNode(newRoot, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(oldRoot, from.root) && isSame(newRoot, to.root);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
