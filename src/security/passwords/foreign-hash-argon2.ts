import { timingSafeEqual } from 'node:crypto';
import { argon2d, argon2i, argon2id, hash as argon2 } from 'argon2';
import { readArgon2Cost } from './password-argon2.js';
import { type PhcString, decodeBase64, refuseUnknownParams, storedHashError } from './password-phc.js';

const TYPES = { argon2d, argon2i, argon2id };
const VERSION_1_0 = 0x10;
const VERSION_1_3 = 0x13;

/**
 * Prepares the check of an Argon2 hash made elsewhere, without a pepper: any variant, version 1.0 or 1.3. The
 * `argon2` package computes these: it takes associated data (`data=`), the faster one behind our own does not.
 * @throws Error (StoredHashError) when its parameters are unusable or over the limits.
 */
export function readForeignArgon2(phc: PhcString): (password: string) => Promise<boolean> {
  refuseUnknownParams(phc, ['m', 't', 'p', 'data']);
  const version = phc.version ?? VERSION_1_0;
  const associatedData = decodeBase64(phc.params.get('data') ?? '');
  if (version !== VERSION_1_0 && version !== VERSION_1_3) throw storedHashError(phc.id, 'unknown version');
  if (!associatedData) throw storedHashError(phc.id, 'malformed');
  if (phc.salt.length < 8) throw storedHashError(phc.id, 'the salt is too short');
  const cost = readArgon2Cost(phc);
  const options = {
    raw: true as const,
    type: TYPES[phc.id as keyof typeof TYPES],
    version,
    memoryCost: cost.memoryKib,
    timeCost: cost.timeCost,
    parallelism: cost.parallelism,
    hashLength: phc.hash.length,
    salt: phc.salt,
    associatedData,
  };
  return async (password) => timingSafeEqual(await argon2(password, options), phc.hash);
}
