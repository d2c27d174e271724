import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { HOUR, SECOND } from '../clock.js';
import { KEY_BYTES } from './aead.js';
import type { KeyEncryption } from './key-ring.js';
import { SealedValueError } from './privacy-errors.js';
import { sideBySide } from './side-by-side.js';

/** The unwrapped data key of one user. It can hold several generations, so that rotation need not stop reads. */
export interface UserKey {
  userId: string;
  /** What seals new values. */
  active: { generation: number; secret: Buffer };
  /** The secret of a generation, or undefined. */
  find(generation: number): Buffer | undefined;
}

/** How many unwrapped keys are kept in memory at most, and for how long (ms). */
export interface KeyCacheLimits {
  size: number;
  lifetime: number;
}

export type OnDamagedKey = (userId: string, error: SealedValueError) => void;

export type DataKeys = ReturnType<typeof createDataKeys>;

interface HeldKey {
  wrapped: string;
  key: UserKey;
  /** When it is unwrapped anew, in ms of `performance.now()`. */
  refreshAt: number;
}

const ENTRY_BYTES = 1 + KEY_BYTES;
const REFRESH_RETRY = 30 * SECOND;

/**
 * Makes, wraps and unwraps data keys: 256 random bits a user, wrapped under the key-encryption key with the
 * user id as context.
 *
 * Unwrapped keys are remembered by user *and* exact wrapped text: by user id alone, a shredded user would
 * still open and a rolled-back transaction would leave a key that no row holds. A key in use is unwrapped
 * anew in the background after half its lifetime, so that those in use outlast a key store's outage of
 * up to that long.
 */
export function createDataKeys(options: {
  encryption: KeyEncryption;
  cache?: Partial<KeyCacheLimits>;
  /** Told of a key that does not unwrap. */
  onFailure?: (userId: string, reason: string) => void;
}) {
  const { encryption, cache: { size = 20_000, lifetime = HOUR } = {}, onFailure } = options;
  const held = new LRUCache<string, HeldKey>({ max: size, ttl: lifetime, ttlResolution: SECOND });
  const opening = new Map<string, { wrapped: string; key: Promise<UserKey> }>();

  /** The key if it is in memory: the synchronous path of hot reads. */
  function findOpen(userId: string, wrapped: string): UserKey | undefined {
    const known = held.get(userId);
    if (known === undefined || known.wrapped !== wrapped) return undefined;
    if (performance.now() > known.refreshAt) refresh(userId, known);
    return known.key;
  }

  /**
   * The key of a user, unwrapped.
   *
   * @throws SealedValueError when it was altered or belongs to another user
   * @throws AppError OVERLOADED while the key store does not answer
   */
  async function open(userId: string, wrapped: string): Promise<UserKey> {
    const known = findOpen(userId, wrapped);
    if (known) return known;
    const under = opening.get(userId);
    return under?.wrapped === wrapped ? under.key : unwrapAndHold(userId, wrapped);
  }

  /**
   * The keys of several users by user id. Those that are not in memory are unwrapped side by side, a few at a time: one
   * after the other, a page of accounts would wait for the key store once for each.
   *
   * @throws as `open`, for the first key that fails, and no further one is begun then; keys that do not open are told to
   *   `onDamaged` instead, where it is given, and left out
   */
  async function openAll(
    wrapped: ReadonlyMap<string, string>,
    onDamaged?: OnDamagedKey,
  ): Promise<Map<string, UserKey>> {
    const keys = new Map<string, UserKey>();
    const missing = [...wrapped].filter(([userId, text]) => {
      const known = findOpen(userId, text);
      if (known) keys.set(userId, known);
      return !known;
    });
    await sideBySide(missing, async ([userId, text]) => {
      try {
        keys.set(userId, await open(userId, text));
      } catch (error) {
        if (!onDamaged || !(error instanceof SealedValueError)) throw error;
        onDamaged(userId, error);
      }
    });
    return keys;
  }

  /** Unwraps once for all who ask meanwhile. What was forgotten meanwhile is not remembered. */
  function unwrapAndHold(userId: string, wrapped: string): Promise<UserKey> {
    const entry = { wrapped, key: unwrap(userId, wrapped) };
    opening.set(userId, entry);
    const settle = (key: UserKey | null) => {
      if (opening.get(userId) !== entry) return;
      opening.delete(userId);
      if (key) hold(userId, wrapped, key);
    };
    entry.key.then(settle, () => settle(null));
    return entry.key;
  }

  function hold(userId: string, wrapped: string, key: UserKey): void {
    held.set(userId, { wrapped, key, refreshAt: performance.now() + lifetime / 2 });
  }

  function refresh(userId: string, known: HeldKey): void {
    known.refreshAt = performance.now() + REFRESH_RETRY;
    unwrapAndHold(userId, known.wrapped).catch((error: unknown) => {
      if (error instanceof SealedValueError) held.delete(userId);
    });
  }

  async function unwrap(userId: string, wrapped: string): Promise<UserKey> {
    try {
      return readGenerations(userId, await encryption.unwrap(wrapped, dataKeyContext(userId)));
    } catch (error) {
      if (!(error instanceof SealedValueError)) throw error;
      onFailure?.(userId, error.reason);
      throw new SealedValueError('DataKey', 'wrappedKey', error.reason);
    }
  }

  /**
   * A new random key for a user and its wrapped form, to be stored with the row of the user. It is remembered: what else
   * is written for the new user need not ask the key store for it. Where the row is not kept, nobody asks for its key.
   */
  async function create(userId: string): Promise<{ key: UserKey; wrapped: string }> {
    const generations = Buffer.concat([Buffer.of(1), randomBytes(KEY_BYTES)]);
    const wrapped = await encryption.wrap(generations, dataKeyContext(userId));
    const key = readGenerations(userId, generations);
    hold(userId, wrapped, key);
    return { key, wrapped };
  }

  /** Drops a user's key from memory, one that is being unwrapped included. */
  function forget(userId: string): void {
    held.delete(userId);
    opening.delete(userId);
  }

  function forgetAll(): void {
    held.clear();
    opening.clear();
  }

  return { findOpen, open, openAll, create, forget, forgetAll };
}

/** What a user’s data key is wrapped with as its context. */
export function dataKeyContext(userId: string): string {
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
