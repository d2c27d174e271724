import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../src/services/audit/tree/merkle-proof.js';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  hashLeaf,
  packFrontier,
  rootOf,
  unpackFrontier,
} from '../../src/services/audit/tree/merkle-tree.js';

const FOLDER = '../shared/vectors';
const isThere = existsSync(`${FOLDER}/merkle-inclusion.json`);
const foreign = isThere ? describe : describe.skip;
if (!isThere) process.stderr.write(`Skipped: the foreign Merkle vectors are not in ${FOLDER}\n`);

function read<T>(name: string): [string, T][] {
  return isThere
    ? Object.entries(JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Record<string, T>)
    : [];
}

const bytes = (text: string | null) => Buffer.from(text ?? '', 'base64');
const hashes = (proof: string[] | null) => (proof ?? []).map(bytes);

interface Inclusion {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}
interface Consistency {
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

foreign('the vectors of transparency-dev/merkle', () => {
  const inclusion = read<Inclusion>('merkle-inclusion.json');
  const consistency = read<Consistency>('merkle-consistency.json');

  test('all of them are here', () => {
    expect([inclusion.length, consistency.length]).toEqual([98, 98]);
  });

  test.each(inclusion)('%s', (_, { leafIdx, treeSize, root, leafHash, proof, wantErr }) => {
    const verdict = verifyInclusion(leafIdx, treeSize, bytes(leafHash), hashes(proof), bytes(root));
    expect(verdict).toBe(!wantErr);
  });

  test.each(consistency)('%s', (_, { size1, size2, root1, root2, proof, wantErr }) => {
    const from = { size: size1, root: bytes(root1) };
    const to = { size: size2, root: bytes(root2) };
    expect(verifyConsistency(from, to, hashes(proof))).toBe(!wantErr);
  });
});

describe('the tree', () => {
  const leaves = Array.from({ length: 70 }, (_, index) => hashLeaf(Buffer.of(index)));

  /** RFC 6962, section 2.1, word for word. */
  function plainRoot(of: readonly Buffer[]): Buffer {
    if (of.length === 0) return createHash('sha256').digest();
    if (of.length === 1) return of[0] as Buffer;
    let split = 1;
    while (split * 2 < of.length) split *= 2;
    const [left, right] = [plainRoot(of.slice(0, split)), plainRoot(of.slice(split))];
    return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
  }
  const subtree = async (start: number, end: number) => plainRoot(leaves.slice(start, end));

  test('grown leaf by leaf has the root of RFC 6962 at every size, also from a stored frontier', () => {
    let tree = EMPTY_FRONTIER;
    for (let size = 0; size <= leaves.length; size += 1) {
      expect(rootOf(tree)).toEqual(plainRoot(leaves.slice(0, size)));
      tree = unpackFrontier(tree.size, packFrontier(tree));
      if (size < leaves.length) tree = appendLeaf(tree, leaves[size] as Buffer);
    }
    expect(() => unpackFrontier(3, Buffer.alloc(32))).toThrow('does not fit');
  });

  test('proves every leaf at every size, and no other leaf', async () => {
    for (let size = 1; size <= 33; size += 1) {
      const root = plainRoot(leaves.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const proof = await proveInclusion(index, size, subtree);
        expect(verifyInclusion(index, size, leaves[index] as Buffer, proof, root)).toBe(true);
        expect(verifyInclusion(index, size, leaves[index + 1] as Buffer, proof, root)).toBe(false);
      }
    }
  });

  test('proves every size to be the beginning of every later one', async () => {
    for (let to = 1; to <= 33; to += 1) {
      for (let from = 1; from <= to; from += 1) {
        const proof = await proveConsistency(from, to, subtree);
        const [old, now] = [plainRoot(leaves.slice(0, from)), plainRoot(leaves.slice(0, to))];
        expect(verifyConsistency({ size: from, root: old }, { size: to, root: now }, proof)).toBe(true);
        if (from < to) {
          expect(verifyConsistency({ size: from, root: now }, { size: to, root: now }, proof)).toBe(false);
        }
      }
    }
  });

  test('refuses proofs of what cannot be', async () => {
    await expect(proveInclusion(3, 3, subtree)).rejects.toThrow(RangeError);
    await expect(proveConsistency(0, 3, subtree)).rejects.toThrow(RangeError);
    await expect(proveConsistency(4, 3, subtree)).rejects.toThrow(RangeError);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 8 }), (proof) => {
        const root = plainRoot(leaves.slice(0, 20));
        expect(verifyInclusion(-1, 20, leaves[0] as Buffer, proof, root)).toBe(false);
        expect(verifyInclusion(0.5, 20, leaves[0] as Buffer, proof, root)).toBe(false);
        expect(verifyInclusion(7, 20, leaves[7] as Buffer, proof, root)).toBe(false);
      }),
    );
  });
});
