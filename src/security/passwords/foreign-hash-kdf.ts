import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type PhcString, refuseUnknownParams, requireNumber, storedHashError } from './password-phc.js';

const runScrypt = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);
const runPbkdf2 = promisify(pbkdf2);

const MIB = 1024 * 1024;
/** Bytes; `work` is memory times parallelism: about two seconds on one core. */
const SCRYPT_LIMITS = { memory: 256 * MIB, work: 1024 * MIB } as const;
/** Rounds times blocks of output: about five seconds on one core. */
const PBKDF2_WORK_LIMIT = 10_000_000;
const DIGEST_BYTES = new Map([
  ['sha1', 20],
  ['sha256', 32],
  ['sha512', 64],
]);

/**
 * Prepares the check of a scrypt hash, `$scrypt$ln=16,r=8,p=1$salt$hash` (RFC 7914, N = 2^ln).
 * @throws Error (StoredHashError) when its parameters are unusable or over the limits.
 */
export function readScrypt(phc: PhcString): (password: string) => Promise<boolean> {
  refuseUnknownParams(phc, ['ln', 'r', 'p']);
  const cost = requireScryptCost(phc.id, {
    logN: requireNumber(phc, 'ln'),
    r: requireNumber(phc, 'r'),
    p: requireNumber(phc, 'p'),
  });
  return async (password) =>
    timingSafeEqual(await deriveScrypt(password, phc.salt, phc.hash.length, cost), phc.hash);
}

interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/**
 * The cost of a scrypt hash of this format, N = 2^logN.
 * @throws Error (StoredHashError) when it is unusable or over the limits.
 */
export function requireScryptCost(
  format: string,
  { logN, r, p }: { logN: number; r: number; p: number },
): ScryptCost {
  if (logN < 1 || r < 1 || p < 1) throw storedHashError(format, 'the cost is below what scrypt allows');
  const memory = 128 * r * 2 ** logN;
  // RFC 7914 §6: N < 2^(128 r / 8); larger ones OpenSSL refuses.
  if (
    memory > SCRYPT_LIMITS.memory ||
    memory * p > SCRYPT_LIMITS.work ||
    128 * r * p > MIB ||
    logN >= 16 * r
  ) {
    throw storedHashError(format, 'the cost is over the limit');
  }
  return { N: 2 ** logN, r, p };
}

/** scrypt (RFC 7914) of a cost that is within the limits. */
export function deriveScrypt(
  password: string,
  salt: Buffer,
  length: number,
  cost: ScryptCost,
): Promise<Buffer> {
  return runScrypt(password, salt, length, { ...cost, maxmem: 2 * SCRYPT_LIMITS.memory });
}

/**
 * Prepares the check of a PBKDF2 hash (RFC 8018 §5.2): `$pbkdf2-sha256$i=…$salt$hash` or passlib's form
 * `$pbkdf2-sha256$29000$salt$hash`, with sha1 and sha512 too.
 * @throws Error (StoredHashError) when its parameters are unusable or over the limits.
 */
export function readPbkdf2(phc: PhcString): (password: string) => Promise<boolean> {
  refuseUnknownParams(phc, ['i', 'l']);
  const digest = phc.id === 'pbkdf2' ? 'sha1' : phc.id.slice('pbkdf2-'.length);
  const digestBytes = DIGEST_BYTES.get(digest);
  if (digestBytes === undefined) throw storedHashError(phc.id, 'unknown digest');
  if (phc.params.has('l') && requireNumber(phc, 'l') !== phc.hash.length)
    throw storedHashError(phc.id, 'malformed');
  const rounds = requireNumber(phc, 'i');
  if (rounds < 1) throw storedHashError(phc.id, 'the cost is below what PBKDF2 allows');
  if (rounds * Math.ceil(phc.hash.length / digestBytes) > PBKDF2_WORK_LIMIT) {
    throw storedHashError(phc.id, 'the cost is over the limit');
  }
  return async (password) =>
    timingSafeEqual(await runPbkdf2(password, phc.salt, rounds, phc.hash.length, digest), phc.hash);
}
