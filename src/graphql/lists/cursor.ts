import { createHmac, timingSafeEqual } from 'node:crypto';
import { badInput } from '../../errors.js';
import { findBrokenCharacter } from '../../input/text.js';
import type { SecretVersions } from '../../privacy/key-ring.js';

const MAX_CURSOR_LENGTH = 1000;
const MAC_BYTES = 16;

export type Cursors = ReturnType<typeof createCursors>;

/** The cursors of one list. */
export type ListCursors = ReturnType<Cursors['of']>;

/**
 * Opaque cursors: where in a list's order a row stands, such as `[createdAt, id]`, with an HMAC-SHA-256 (RFC 2104,
 * cut to 128 bits). A cursor that was altered, or that belongs to another list or order, is refused; one made
 * before the key was replaced is not, as long as the old key is in the ring.
 */
export function createCursors(secrets: SecretVersions) {
  function mac(keyId: string, list: string, payload: Buffer): Buffer {
    const key = createHmac('sha256', secrets.get(keyId)).update('cursors').digest();
    const digest = createHmac('sha256', key).update(`${list}\0`).update(payload).digest();
    return digest.subarray(0, MAC_BYTES);
  }

  function open(list: string, cursor: string): unknown {
    if (cursor.length > MAX_CURSOR_LENGTH) return null;
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== cursor) return null;
    const claimed = bytes.subarray(0, MAC_BYTES);
    const payload = bytes.subarray(MAC_BYTES);
    const isOurs = secrets.ids.some((id) => timingSafeEqual(mac(id, list, payload), claimed));
    return isOurs ? (JSON.parse(payload.toString('utf8')) as unknown) : null;
  }

  return {
    /** The cursors of the list of this name, whose positions are `length` strings. */
    of(list: string, length: number) {
      return {
        encode(position: readonly string[]): string {
          const payload = Buffer.from(JSON.stringify(position));
          return Buffer.concat([mac(secrets.activeId, list, payload), payload]).toString('base64url');
        },
        /** @throws AppError BAD_USER_INPUT naming `field` */
        decode(cursor: string, field: string): string[] {
          const position = open(list, cursor);
          if (!Array.isArray(position) || position.length !== length || !position.every(isSafeString)) {
            throw badInput(field, 'is not a cursor of this list');
          }
          return position;
        },
      };
    },
  };
}

function isSafeString(value: unknown): value is string {
  return typeof value === 'string' && findBrokenCharacter(value) === null;
}
