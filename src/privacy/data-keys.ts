import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { KEY_BYTES } from './aead.js';
import type { KeyEncryption } from './key-ring.js';
import { SealedValueError } from './privacy-errors.js';

/** The unwrapped data key of one user. It can hold several generations, so that rotation need not stop reads. */
export interface UserKey {
  userId: string;
  /** What seals new values. */
  active: { generation: number; secret: Buffer };
  /** The secret of a generation, or undefined. */
  find(generation: number): Buffer | undefined;
}

export type DataKeys = ReturnType<typeof createDataKeys>;

const ENTRY_BYTES = 1 + KEY_BYTES;

/**
 * Makes, wraps and unwraps data keys: 256 random bits a user, wrapped under the key ring's
 * key-encryption key with the user id as context.
 *
 * Unwrapped keys are remembered by user *and* exact wrapped text: by user id alone, a shredded user would
 * still open and a rolled-back transaction would leave a key that no row holds.
 */
export function createDataKeys(options: { encryption: KeyEncryption; cacheSize?: number }) {
  const { encryption, cacheSize = 20_000 } = options;
  const cache = new LRUCache<string, UserKey>({ max: cacheSize });

  /** The key if it is in memory: the synchronous path of hot reads. */
  function findOpen(userId: string, wrapped: string): UserKey | undefined {
    return cache.get(`${userId} ${wrapped}`);
  }

  /** The key of a user, unwrapped. @throws SealedValueError when it was altered or belongs to another user */
  async function open(userId: string, wrapped: string): Promise<UserKey> {
    const known = findOpen(userId, wrapped);
    if (known) return known;
    const key = readGenerations(userId, await unwrap(userId, wrapped));
    cache.set(`${userId} ${wrapped}`, key);
    return key;
  }

  async function unwrap(userId: string, wrapped: string): Promise<Buffer> {
    try {
      return await encryption.unwrap(wrapped, contextOf(userId));
    } catch (error) {
      if (!(error instanceof SealedValueError)) throw error;
      throw new SealedValueError('DataKey', 'wrappedKey', error.reason);
    }
  }

  /** A new random key for a user and its wrapped form, to be stored with the row of the user. */
  async function create(userId: string): Promise<{ key: UserKey; wrapped: string }> {
    const generations = Buffer.concat([Buffer.of(1), randomBytes(KEY_BYTES)]);
    const wrapped = await encryption.wrap(generations, contextOf(userId));
    return { key: readGenerations(userId, generations), wrapped };
  }

  return { findOpen, open, create };
}

function contextOf(userId: string): string {
  return `data-key:${userId}`;
}

/** Generations as stored: one byte of number and 32 bytes of key each, the active one first. */
function readGenerations(userId: string, bytes: Buffer): UserKey {
  if (bytes.length === 0 || bytes.length % ENTRY_BYTES !== 0) {
    throw new SealedValueError('DataKey', 'wrappedKey', 'it is not a list of keys');
  }
  const secrets = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES) {
    secrets.set(bytes.readUInt8(at), Buffer.from(bytes.subarray(at + 1, at + ENTRY_BYTES)));
  }
  const generation = bytes.readUInt8(0);
  const secret = secrets.get(generation);
  if (!secret) throw new SealedValueError('DataKey', 'wrappedKey', 'it has no active key');
  return { userId, active: { generation, secret }, find: (wanted) => secrets.get(wanted) };
}
