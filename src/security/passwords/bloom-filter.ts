import { createHash } from 'node:crypto';

/**
 * A set of texts in a few bits each: what was put in is always found; what was not is found too at a small,
 * chosen rate. As a file: a header of 48 bytes, integers big-endian, then the bits.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 4 | `BLOM` |
 * | 4 | 1 | version of the format, 1: positions from SHA-256 by double hashing, see `positions` |
 * | 5 | 1 | k, positions to a text |
 * | 6 | 2 | zero |
 * | 8 | 4 | m, the number of bits, a prime |
 * | 12 | 4 | n, the number of texts |
 * | 16 | 32 | SHA-256 of the 16 bytes before and the bits after |
 */
export interface BloomFilter {
  /** n, how many texts were put in. */
  size: number;
  has(text: string): boolean;
}

const MAGIC = 'BLOM';
const VERSION = 1;
const CHECKSUM_OFFSET = 16;
const HEADER_LENGTH = 48;

/**
 * Builds the file of a filter; the same texts and rate always give the same bytes.
 * @param falsePositiveRate share of other texts that are found all the same, between 0 and 1
 */
export function buildBloomFilter(texts: ReadonlySet<string>, falsePositiveRate: number): Buffer {
  const bitsPerText = -Math.log(falsePositiveRate) / Math.LN2 ** 2;
  const m = nextPrime(Math.ceil(texts.size * bitsPerText));
  const k = Math.round(bitsPerText * Math.LN2);
  const file = Buffer.alloc(HEADER_LENGTH + Math.ceil(m / 8));
  file.write(MAGIC, 0, 'latin1');
  file.writeUInt8(VERSION, 4);
  file.writeUInt8(k, 5);
  file.writeUInt32BE(m, 8);
  file.writeUInt32BE(texts.size, 12);
  const bits = file.subarray(HEADER_LENGTH);
  for (const text of texts) {
    for (const position of positions(text, k, m)) bits[position >> 3]! |= 1 << (position & 7);
  }
  checksum(file).copy(file, CHECKSUM_OFFSET);
  return file;
}

/**
 * Opens the file of a filter.
 * @throws Error when it is not such a file or was damaged.
 */
export function openBloomFilter(file: Buffer): BloomFilter {
  if (
    file.length < HEADER_LENGTH ||
    file.toString('latin1', 0, 4) !== MAGIC ||
    file.readUInt8(4) !== VERSION
  ) {
    throw new Error('Not a Bloom filter of a known version.');
  }
  if (!checksum(file).equals(file.subarray(CHECKSUM_OFFSET, HEADER_LENGTH))) {
    throw new Error('The Bloom filter is damaged: its checksum does not fit.');
  }
  const k = file.readUInt8(5);
  const m = file.readUInt32BE(8);
  const bits = file.subarray(HEADER_LENGTH);
  return {
    size: file.readUInt32BE(12),
    has: (text) =>
      positions(text, k, m).every((position) => (bits[position >> 3]! & (1 << (position & 7))) !== 0),
  };
}

/** Double hashing (Kirsch, Mitzenmacher 2006) over two 48-bit parts of SHA-256; m is prime, so none repeats. */
function positions(text: string, k: number, m: number): number[] {
  const digest = createHash('sha256').update(text, 'utf8').digest();
  const first = digest.readUIntBE(0, 6) % m;
  const step = 1 + (digest.readUIntBE(6, 6) % (m - 1));
  return Array.from({ length: k }, (_, i) => (first + i * step) % m);
}

function checksum(file: Buffer): Buffer {
  const hash = createHash('sha256').update(file.subarray(0, CHECKSUM_OFFSET));
  return hash.update(file.subarray(HEADER_LENGTH)).digest();
}

function nextPrime(from: number): number {
  for (let candidate = Math.max(from, 3) | 1; ; candidate += 2) {
    if (isPrime(candidate)) return candidate;
  }
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) {
    if (odd % divisor === 0) return false;
  }
  return true;
}
