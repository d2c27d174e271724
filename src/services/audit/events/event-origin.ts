import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { RequestOrigin } from '../../../security/requests/request-context.js';

/** What lies sealed in audit_origins: where an event came from, and the key of the event's commitment. */
export interface HeldOrigin extends RequestOrigin {
  /** 32 random bytes in base64url. */
  salt: string;
}

/** Nothing is held where neither address nor user agent is known. */
export function hasOrigin(origin: RequestOrigin | null): origin is RequestOrigin {
  return origin !== null && (origin.ipAddress !== null || origin.userAgent !== null);
}

export function holdOrigin({ ipAddress, userAgent }: RequestOrigin): HeldOrigin {
  return { ipAddress, userAgent, salt: takeSalt() };
}

/**
 * The commitment that an event carries to its origin: HMAC-SHA-256 under the origin's own random key. Whoever
 * holds the origin can show that it is the one recorded; once it is deleted, or the key that seals it is
 * destroyed, the 32 bytes say nothing, not even to somebody who tries every address.
 */
export function commitToOrigin({ ipAddress, userAgent, salt }: HeldOrigin): Buffer {
  return createHmac('sha256', Buffer.from(salt, 'base64url'))
    .update(encodeOrigin(ipAddress, userAgent))
    .digest();
}

/** Whether an origin is the one that the event was recorded with. */
export function matchesCommitment(origin: HeldOrigin, commitment: Uint8Array | null): boolean {
  return commitment?.length === 32 && timingSafeEqual(commitToOrigin(origin), commitment);
}

const SALT_BYTES = 32;
// One call for many salts, as for nonces.
const pool = Buffer.alloc(SALT_BYTES * 256);
let poolOffset = pool.length;

function takeSalt(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  poolOffset += SALT_BYTES;
  return pool.toString('base64url', poolOffset - SALT_BYTES, poolOffset);
}

/** Each 0x00, or 0x01, the length in bytes (16 bit, big-endian) and the text in UTF-8. */
function encodeOrigin(...texts: (string | null)[]): Buffer {
  let size = 0;
  for (const text of texts) size += text === null ? 1 : 3 + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    at = bytes.writeUInt8(text === null ? 0 : 1, at);
    if (text === null) continue;
    const length = bytes.write(text, at + 2);
    bytes.writeUInt16BE(length, at);
    at += 2 + length;
  }
  return bytes;
}
