import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { hasSecret, type SecretVersions } from '../../privacy/secret-versions.js';
import {
  type PhcString,
  decodeBase64,
  formatPhc,
  refuseUnknownParams,
  requireNumber,
  storedHashError,
  toBase64,
} from './password-phc.js';
import { passwordNormalForm } from './password-text.js';

export interface Argon2Cost {
  memoryKib: number;
  timeCost: number;
  parallelism: number;
}

const ID = 'argon2id';
const VERSION_1_3 = 0x13;
const SALT_LENGTH = 16;
const TAG_LENGTH = 32;
const MEMORY_LIMIT_KIB = 1024 * 1024;
/** Memory times passes: about two seconds on one core. */
const WORK_LIMIT_KIB = 4 * 1024 * 1024;
const PARALLELISM_LIMIT = 64;

/** What makes an Argon2 cost unusable (RFC 9106 §3.1) or a danger to the server, or null. */
export function findArgon2CostProblem({ memoryKib, timeCost, parallelism }: Argon2Cost): string | null {
  if (parallelism < 1 || timeCost < 1 || memoryKib < 8 * parallelism)
    return 'the cost is below what Argon2 allows';
  if (
    memoryKib > MEMORY_LIMIT_KIB ||
    memoryKib * timeCost > WORK_LIMIT_KIB ||
    parallelism > PARALLELISM_LIMIT
  ) {
    return 'the cost is over the limit';
  }
  return null;
}

/**
 * The cost that a hash string asks for.
 * @throws Error (StoredHashError) when it is unusable or over the limits.
 */
export function readArgon2Cost(phc: PhcString): Argon2Cost {
  const cost = {
    memoryKib: requireNumber(phc, 'm'),
    timeCost: requireNumber(phc, 't'),
    parallelism: requireNumber(phc, 'p'),
  };
  const problem = findArgon2CostProblem(cost);
  if (problem) throw storedHashError(phc.id, problem);
  return cost;
}

/** The id of the pepper a hash was made with (`keyid`, base64), or null: then the hash was made elsewhere. */
export function findPepperId({ id, params }: PhcString): string | null {
  const keyId = params.get('keyid');
  if (keyId === undefined) return null;
  const pepperId = decodeBase64(keyId)?.toString('latin1');
  if (id !== ID || pepperId === undefined || !/^[a-z0-9]{1,8}$/.test(pepperId)) {
    throw storedHashError(id, 'the pepper id is malformed');
  }
  return pepperId;
}

/**
 * Hashes with Argon2id, a new salt and the active pepper as Argon2's secret input K (RFC 9106 §3.1): without
 * the key ring nobody can try passwords against a stolen hash. The result is a PHC string in its standard form,
 * `$argon2id$v=19$m=…,t=…,p=…,keyid=<id of the pepper, base64>$salt$tag`.
 */
export async function hashPeppered(
  password: string,
  cost: Argon2Cost,
  pepper: SecretVersions,
): Promise<string> {
  const phc = pepperedPhc(cost, pepper.activeId, randomBytes(SALT_LENGTH), Buffer.alloc(TAG_LENGTH));
  return formatPhc({ ...phc, hash: await computeTag(password, phc, cost, pepper.get(pepper.activeId)) });
}

/** Looks like a hash of ours at today's cost; no password matches it (but for a chance of 2^-256). */
export function makeDecoyHash(cost: Argon2Cost, pepper: SecretVersions): string {
  return formatPhc(pepperedPhc(cost, pepper.activeId, randomBytes(SALT_LENGTH), randomBytes(TAG_LENGTH)));
}

/**
 * Prepares the check of a hash of ours.
 * @returns whether signing in should replace it (other cost, older pepper), and the check, in constant time
 * @throws Error (StoredHashError) naming the pepper's id when the key ring does not have it.
 */
export function readPeppered(phc: PhcString, pepperId: string, current: Argon2Cost, pepper: SecretVersions) {
  refuseUnknownParams(phc, ['m', 't', 'p', 'keyid']);
  if (phc.version !== VERSION_1_3) throw storedHashError(phc.id, 'unknown version');
  if (phc.salt.length < 8) throw storedHashError(phc.id, 'the salt is too short');
  if (!hasSecret(pepper, pepperId)) throw storedHashError(phc.id, `unknown pepper version "${pepperId}"`);
  const cost = readArgon2Cost(phc);
  const today = pepperedPhc(current, pepper.activeId, phc.salt, phc.hash);
  return {
    outdated:
      formatPhc(today) !== formatPhc(phc) || phc.salt.length < SALT_LENGTH || phc.hash.length !== TAG_LENGTH,
    matches: async (password: string) =>
      timingSafeEqual(
        await computeTag(passwordNormalForm(password), phc, cost, pepper.get(pepperId)),
        phc.hash,
      ),
  };
}

function pepperedPhc(cost: Argon2Cost, pepperId: string, salt: Buffer, hash: Buffer): PhcString {
  const params = new Map([
    ['m', String(cost.memoryKib)],
    ['t', String(cost.timeCost)],
    ['p', String(cost.parallelism)],
    ['keyid', toBase64(Buffer.from(pepperId, 'latin1'))],
  ]);
  return { id: ID, version: VERSION_1_3, params, salt, hash };
}

/** Off the event loop, in libuv's thread pool. */
function computeTag(password: string, phc: PhcString, cost: Argon2Cost, secret: Buffer): Promise<Buffer> {
  return hashRaw(password, {
    algorithm: 2, // Argon2id; the package's constants are types only
    version: 1, // 0x13
    memoryCost: cost.memoryKib,
    timeCost: cost.timeCost,
    parallelism: cost.parallelism,
    outputLen: phc.hash.length,
    salt: phc.salt,
    secret,
  });
}
