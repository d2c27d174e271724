import { setTimeout as sleep } from 'node:timers/promises';
import { countByKey } from '../../../database/re-sealing/key-counts.js';
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

/** The rows of a purpose that lie under another key than the active one, or lack an index that came later than they. */
export async function countOutdated(parts: RingParts, purpose: Purpose): Promise<number> {
  const active = activeKeyId(parts, purpose);
  const counts = await countRing(parts, purpose);
  const missing = purpose === 'searchIndex' ? await countUnindexed(parts.sql) : 0;
  return counts.reduce((sum, { keyId, count }) => (keyId === active ? sum : sum + count), missing);
}

/**
 * What became of the ring: `renewed` has a new active key; `carried on` keeps the one that an earlier attempt made, or
 * where none was asked for; the others are not ours to write: `operators` comes from the environment, `outside` is a key
 * store's.
 */
export type RingRenewal = 'renewed' | 'carried on' | 'operators' | 'outside';

/**
 * Makes a new key the active one, in two steps with the grace period after each: first every process knows it, then
 * every process uses it. Goes on where an earlier attempt ended. Where rows still lie under an older key, `mayAdd` is
 * false, or the operator alone can change the ring, the active key stays as it is.
 */
export async function renewRing(
  parts: RingParts,
  purpose: Purpose,
  { grace, signal }: Pick<RotationOptions, 'grace' | 'signal'>,
  { mayAdd, isUnderWay }: { mayAdd: boolean; isUnderWay: (keyId: string) => Promise<boolean> },
): Promise<RingRenewal> {
  const { keyRing, keyRingFile } = parts;
  if (isOutside(parts, purpose)) return 'outside';
  if (keyRingFile === null) return 'operators';
  const rest = async () => void (await sleep(grace, undefined, { signal }));
  keyRing.searchIndex.reread?.();
  const waiting = purpose === 'encryption' ? nextEncryptionKey(parts) : keyRing[purpose].nextId;
  if (!waiting) {
    const goesOn =
      !mayAdd || (await isUnderWay(activeKeyId(parts, purpose))) || (await countOutdated(parts, purpose)) > 0;
    if (goesOn) {
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
