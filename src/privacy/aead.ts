import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

// One call for many nonces: a call for each doubles the time that sealing a value takes.
const pool = Buffer.alloc(NONCE_BYTES * 512);
let poolOffset = pool.length;

/** A random 96-bit nonce, never handed out twice (NIST SP 800-38D, section 8.2.2). */
export function takeNonce(): Buffer {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const nonce = Buffer.from(pool.subarray(poolOffset, poolOffset + NONCE_BYTES));
  poolOffset += NONCE_BYTES;
  return nonce;
}

/**
 * AES-256-GCM (NIST SP 800-38D). Returns nonce ‖ ciphertext ‖ 128-bit tag.
 * The nonce must be fresh; only a test passes its own.
 */
export function encrypt(key: Buffer, plaintext: Buffer, aad: Buffer, nonce: Buffer = takeNonce()): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(aad);
  const body = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** The plaintext of what `encrypt` made, or null when key, associated data or any bit differs. */
export function decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const tagAt = sealed.length - TAG_BYTES;
  // The default length of the tag is the whole 128 bits, and `setAuthTag` gets exactly so many.
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, tagAt));
  try {
    decipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

/** Associated data from parts, each with its length before it, so that no two lists read alike. */
export function associatedData(...parts: string[]): Buffer {
  let text = '';
  for (const part of parts) text += `${part.length}:${part},`;
  return Buffer.from(text, 'utf8');
}

const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** The last characters of a text of 2 or 3 characters beyond groups of 4 whose stray bits are zero. */
const LAST_OF = [null, '', 'AQgw', 'AEIMQUYcgkosw048'] as const;

/**
 * Decodes base64url and accepts only the one canonical spelling (RFC 4648, section 3.5): Node's decoder alone ignores
 * stray bits and characters.
 */
export function decodeCanonical(text: string): Buffer | null {
  return endsCanonically(text) && BASE64URL.test(text) ? Buffer.from(text, 'base64url') : null;
}

/** Whether a text of base64url has a possible length and no stray bits in its last character. */
function endsCanonically(text: string): boolean {
  const last = LAST_OF[text.length % 4];
  return last === null || (last !== '' && last!.includes(text.charAt(text.length - 1)));
}

// Opening works on memory that is there already, and on views of it that are kept: allocating them takes longer than
// deciphering a short value. What lies there is ciphertext and names of places, never a secret.
const SCRATCH_BYTES = 1_024;
const scratch = Buffer.alloc(SCRATCH_BYTES);
const scratchNonce = scratch.subarray(0, NONCE_BYTES);
const bodies: Buffer[] = [];
const tags: Buffer[] = [];

/** Associated data whose beginning many values share: it lies in memory, and each writes the rest behind it. */
export interface SharedAad {
  prefix: string;
  memory: Buffer;
  /** Views of the memory by length. */
  views: Buffer[];
}

/** @param prefix characters U+0000 to U+007F, at most half of the memory */
export function shareAad(prefix: string): SharedAad {
  const memory = Buffer.alloc(SCRATCH_BYTES / 2);
  memory.write(prefix, 'latin1');
  return { prefix, memory, views: [] };
}

/** As `encrypt`, of a text and as base64url, under associated data as `decryptText` has it. */
export function encryptText(
  key: Buffer,
  text: string,
  { prefix, memory, views }: SharedAad,
  rest: string,
  nonce: Buffer = takeNonce(),
): string {
  const aadLength = prefix.length + rest.length;
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  if (aadLength > memory.length) {
    cipher.setAAD(Buffer.from(prefix + rest));
  } else {
    memory.write(rest, prefix.length, 'latin1');
    cipher.setAAD((views[aadLength] ??= memory.subarray(0, aadLength)));
  }
  const body = cipher.update(text, 'utf8');
  cipher.final();
  const tag = cipher.getAuthTag();
  const tagAt = NONCE_BYTES + body.length;
  const end = tagAt + TAG_BYTES;
  if (end > SCRATCH_BYTES) return Buffer.concat([nonce, body, tag]).toString('base64url');
  scratch.set(nonce);
  scratch.set(body, NONCE_BYTES);
  scratch.set(tag, tagAt);
  return scratch.toString('base64url', 0, end);
}

/**
 * As `decrypt`, of base64url whose alphabet was checked before, under associated data that is the shared beginning and
 * `rest`, of the characters U+0000 to U+007F. Null also for a spelling that is not the canonical one.
 */
export function decryptText(
  key: Buffer,
  sealed: string,
  { prefix, memory, views }: SharedAad,
  rest: string,
): string | null {
  if (!endsCanonically(sealed)) return null;
  const aadLength = prefix.length + rest.length;
  if (sealed.length > SCRATCH_BYTES || aadLength > memory.length)
    return decrypt(key, Buffer.from(sealed, 'base64url'), Buffer.from(prefix + rest))?.toString() ?? null;
  const tagAt = scratch.write(sealed, 'base64url') - TAG_BYTES;
  if (tagAt < NONCE_BYTES) return null;
  memory.write(rest, prefix.length, 'latin1');
  const decipher = createDecipheriv(ALGORITHM, key, scratchNonce);
  decipher.setAAD((views[aadLength] ??= memory.subarray(0, aadLength)));
  decipher.setAuthTag((tags[tagAt] ??= scratch.subarray(tagAt, tagAt + TAG_BYTES)));
  const plaintext = decipher.update((bodies[tagAt] ??= scratch.subarray(NONCE_BYTES, tagAt)));
  try {
    decipher.final();
    return plaintext.toString();
  } catch {
    return null;
  }
}
