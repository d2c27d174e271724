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
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const body = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** The plaintext of what `encrypt` made, or null when key, associated data or any bit differs. */
export function decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
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

/** Decodes base64url and accepts only the one canonical spelling: Node's decoder alone ignores stray bits and characters. */
export function decodeCanonical(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
