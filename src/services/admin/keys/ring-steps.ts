import { setTimeout as sleep } from 'node:timers/promises';
import { countByKey, countOthers } from '../../../database/re-sealing/key-counts.js';
import { countUnindexed } from '../../../database/re-sealing/re-index.js';
import type { KeyCount } from '../../../database/re-sealing/key-counts.js';
import { editKeyRingFile } from '../../../privacy/key-ring-file.js';
import type { Purpose } from '../../../privacy/key-ring.js';
import { activePrefix } from '../../../database/re-sealing/re-wrap.js';
import type { KeyParts, RotationOptions } from './key-parts.js';

type RingParts = Pick<KeyParts, 'sql' | 'keyRing' | 'keyRingFile' | 'wrappedKeys'>;

/** The id of the key that new values of a purpose use. */
export function activeKeyId({ keyRing }: Pick<KeyParts, 'keyRing'>, purpose: Purpose): string {
  return purpose === 'encryption' ? keyRing.encryption.activeKeyId : keyRing[purpose].activeId;
}

/** The ids of the keys of a purpose that this process has; null where a key store does not list them. */
export function knownKeyIds(
  { keyRing }: Pick<KeyParts, 'keyRing'>,
  purpose: Purpose,
): readonly string[] | null {
  return purpose === 'encryption' ? (keyRing.encryption.keyIds ?? null) : keyRing[purpose].ids;
}

/** How many rows lie under which key, data keys wherever they are kept. */
export function countRing({ sql, wrappedKeys }: RingParts, purpose: Purpose): Promise<KeyCount[]> {
  return countByKey({ sql, keySql: wrappedKeys.sql }, purpose);
}

/**
 * The rows of a purpose that lie under another key than the active one, or lack an index that came later than they; those
 * with the ids `besides`, which are known not to open, left out.
 */
export async function countOutdated(
  parts: RingParts,
  purpose: Purpose,
  besides: readonly string[] = [],
): Promise<number> {
  const { sql, wrappedKeys } = parts;
  const missing = purpose === 'searchIndex' ? await countUnindexed(sql, besides) : 0;
  const active = activeKeyId(parts, purpose);
  return missing + (await countOthers({ sql, keySql: wrappedKeys.sql }, purpose, active, besides));
}

/**
 * What became of the ring: `renewed` has a new active key; `carried on` keeps the one that an earlier attempt made, or
 * where none was asked for; the others are not ours to write: `operators` comes from the environment, `outside` is a key
 * store's.
 */
export type RingRenewal = 'renewed' | 'carried on' | 'operators' | 'outside';

/**
 * Makes a new key the active one, in two steps with the grace period after each: first every process knows it, then
 * every process uses it. Goes on where an earlier attempt ended. Where `goesOn` says that rows have still to come under
 * the active key, `mayAdd` is false, or the operator alone can change the ring, that key stays as it is.
 */
export async function renewRing(
  parts: RingParts,
  purpose: Purpose,
  { grace, signal }: Pick<RotationOptions, 'grace' | 'signal'>,
  { mayAdd, goesOn }: { mayAdd: boolean; goesOn: () => Promise<boolean> },
): Promise<RingRenewal> {
  const { keyRing, keyRingFile } = parts;
  if (isOutside(parts, purpose)) return 'outside';
  if (keyRingFile === null) return 'operators';
  const rest = async () => void (await sleep(grace, undefined, { signal }));
  keyRing.searchIndex.reread?.();
  const waiting = purpose === 'encryption' ? nextEncryptionKey(parts) : keyRing[purpose].nextId;
  if (!waiting) {
    if (!mayAdd || (await goesOn())) {
      await rest();
      return 'carried on';
    }
    editKeyRingFile(keyRingFile).addKey(purpose);
  }
  await rest();
  editKeyRingFile(keyRingFile).activateNext(purpose);
  keyRing.searchIndex.reread?.();
  await rest();
  return 'renewed';
}

function nextEncryptionKey({ keyRing }: RingParts): string | null {
  return keyRing.encryption.nextKeyId ?? null;
}

/** Whether a key store outside wraps: its keys are not the ring's to renew. */
function isOutside({ keyRing }: RingParts, purpose: Purpose): boolean {
  return purpose === 'encryption' && !activePrefix(keyRing.encryption).startsWith('w1.');
}
