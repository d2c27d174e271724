import { randomBytes } from 'node:crypto';
import { SECOND } from '../../clock.js';
import { KEY_BYTES } from '../aead.js';
import type { KeyEncryption } from '../key-encryption.js';
import { KeyRingError, SealedValueError } from '../privacy-errors.js';

const CONTEXT = 'readiness';
const FRESH = 10 * SECOND;

/** `degraded`: the store does not answer; accounts whose keys are in memory are served all the same. */
export type StoreState = 'ok' | 'degraded';

/**
 * Wraps a random key and unwraps it again, for its own context only: a Vault before 1.13 ignores the context.
 *
 * @throws KeyRingError when the store does not do it
 */
export async function requireWorkingStore(name: string, encryption: KeyEncryption): Promise<void> {
  try {
    await tryOut(encryption);
    await requireBinding(encryption);
  } catch (error) {
    const { cause } = error as Error;
    const code = cause instanceof Error ? cause.message : (error as Error).message;
    throw new KeyRingError([`the key store ${name} does not work: ${code}`]);
  }
}

/** Says how the store is, by trying it out at most every ten seconds. */
export function createStoreCheck(encryption: KeyEncryption): () => Promise<StoreState> {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let state: Promise<StoreState> = Promise.resolve('ok');
  return () => {
    if (performance.now() - checkedAt > FRESH) {
      checkedAt = performance.now();
      state = tryOut(encryption).then(
        () => 'ok',
        () => 'degraded',
      );
    }
    return state;
  };
}

async function requireBinding(encryption: KeyEncryption): Promise<void> {
  const wrapped = await encryption.wrap(randomBytes(KEY_BYTES), CONTEXT);
  try {
    await encryption.unwrap(wrapped, `${CONTEXT}, another`);
  } catch (error) {
    if (error instanceof SealedValueError) return;
    throw error;
  }
  throw new Error('it unwraps a key for another context than it was wrapped for');
}

async function tryOut(encryption: KeyEncryption): Promise<void> {
  const key = randomBytes(KEY_BYTES);
  const opened = await encryption.unwrap(await encryption.wrap(key, CONTEXT), CONTEXT);
  if (!opened.equals(key)) throw new Error('it returned another key than it was given');
}
