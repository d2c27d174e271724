import { setTimeout as sleep } from 'node:timers/promises';
import { countByKey } from '../../../database/re-sealing/key-counts.js';
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

/** How many rows lie under which key. Keys in a database of their own are counted there, one by one. */
export async function countRing(parts: RingParts, purpose: Purpose): Promise<KeyCount[]> {
  const counts = await countByKey(parts.sql, purpose);
  return purpose === 'encryption' && parts.wrappedKeys.separate
    ? [...counts, ...(await countSeparateKeys(parts))]
    : counts;
}

async function countSeparateKeys({ sql, wrappedKeys }: RingParts): Promise<KeyCount[]> {
  const counts = new Map<string, number>();
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const select = 'SELECT id FROM users WHERE id > $1::uuid ORDER BY id LIMIT 500';
    const users = await sql<{ id: string }>(select, [after]);
    if (users.length === 0) break;
    for (const wrapped of (await wrappedKeys.find(users.map(({ id }) => id))).values()) {
      const keyId = wrapped.split('.')[1] ?? '';
      counts.set(keyId, (counts.get(keyId) ?? 0) + 1);
    }
    after = users.at(-1)!.id;
  }
  return [...counts].map(([keyId, count]) => ({ keyId, what: 'data keys', count }));
}

/** The rows of a purpose that lie under another key than the active one. */
export async function countOutdated(parts: RingParts, purpose: Purpose): Promise<number> {
  const active = activeKeyId(parts, purpose);
  const counts = await countRing(parts, purpose);
  return counts.reduce((sum, { keyId, count }) => (keyId === active ? sum : sum + count), 0);
}

/**
 * Makes a new key the active one, in two steps with the grace period after each: first every process knows it, then
 * every process uses it. Goes on where an earlier attempt ended. Where rows still lie under an older key, or the
 * operator alone can change the ring, the active key stays as it is.
 */
export async function renewRing(
  parts: RingParts,
  purpose: Purpose,
  { grace, signal }: Pick<RotationOptions, 'grace' | 'signal'>,
  isUnderWay: (keyId: string) => Promise<boolean>,
): Promise<void> {
  const { keyRing, keyRingFile } = parts;
  if (keyRingFile === null || isOutside(parts, purpose)) return;
  const rest = async () => void (await sleep(grace, undefined, { signal }));
  keyRing.searchIndex.reread?.();
  const waiting = purpose === 'encryption' ? nextEncryptionKey(parts) : keyRing[purpose].nextId;
  if (!waiting) {
    const goesOn =
      (await isUnderWay(activeKeyId(parts, purpose))) || (await countOutdated(parts, purpose)) > 0;
    if (goesOn) return rest();
    editKeyRingFile(keyRingFile).addKey(purpose);
  }
  await rest();
  editKeyRingFile(keyRingFile).activateNext(purpose);
  keyRing.searchIndex.reread?.();
  await rest();
}

function nextEncryptionKey({ keyRing }: RingParts): string | null {
  return keyRing.encryption.nextKeyId ?? null;
}

/** Whether a key store outside wraps: its keys are not the ring's to renew. */
function isOutside({ keyRing }: RingParts, purpose: Purpose): boolean {
  return purpose === 'encryption' && !activePrefix(keyRing.encryption).startsWith('w1.');
}
