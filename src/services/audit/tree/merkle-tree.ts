import { hash } from 'node:crypto';

/** The hash of a leaf: SHA-256(0x00 ‖ data) (RFC 6962, section 2.1). */
export function hashLeaf(data: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF, data]));
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962, section 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

/**
 * The right edge of a tree: the roots of its full subtrees, the largest first. It is all that is needed to add
 * leaves and to know the root, so a log of any length grows and verifies in constant memory.
 */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly Buffer[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] };

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
export const HASH_BYTES = 32;

/** The frontier with one more leaf. */
export function appendLeaf({ size, roots }: Frontier, leafHash: Buffer): Frontier {
  const grown = [...roots];
  let root = leafHash;
  // Each one at the end of the binary number `size` is a full subtree that this leaf completes to a larger one.
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    root = hashNode(grown.pop() as Buffer, root);
  }
  grown.push(root);
  return { size: size + 1, roots: grown };
}

/** In one call and by way of a text: a third of the time of a `Hash` object, and of the buffer that it would answer. */
function sha256(data: Buffer): Buffer {
  return Buffer.from(hash('sha256', data, 'hex'), 'hex');
}

/** The root of the tree; of the empty one, the hash of nothing. */
export function rootOf({ roots }: Frontier): Buffer {
  const last = roots.at(-1);
  if (!last) return sha256(Buffer.alloc(0));
  return roots.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last);
}

/** The roots of a frontier one after the other, as stored with a checkpoint. */
export function packFrontier({ roots }: Frontier): Buffer {
  return Buffer.concat(roots);
}

/**
 * Reads what `packFrontier` made.
 *
 * @throws Error when it cannot be the frontier of a tree of this size
 */
export function unpackFrontier(size: number, packed: Buffer): Frontier {
  const ones = [...size.toString(2)].filter((digit) => digit === '1').length;
  if (packed.length !== ones * HASH_BYTES) throw new Error('A stored frontier does not fit its tree.');
  const roots = Array.from({ length: ones }, (_, index) =>
    Buffer.from(packed.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)),
  );
  return { size, roots };
}
