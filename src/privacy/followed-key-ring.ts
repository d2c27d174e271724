import { statSync } from 'node:fs';
import { SECOND } from '../clock.js';
import {
  type KeyRing,
  keyRingOf,
  type KeyRingSecrets,
  type Purpose,
  readKeyRing,
  readPrivateFile,
} from './key-ring.js';
import { KeyRingError } from './privacy-errors.js';
import type { SecretVersions } from './secret-versions.js';

/** A changed file is noticed at the next use of a key after this long. */
export const KEY_RING_NOTICED_WITHIN = SECOND;

/**
 * The key ring of a file, read again when the file has changed, so that every process learns of a new key without
 * a restart. A changed file that is no key ring is announced once and the ring stays as it was.
 *
 * @throws KeyRingError when the file is not usable at the start
 */
export function followKeyRingFile(
  path: string,
  announce: (line: string) => void,
  options: { wrapsOutside?: boolean } = {},
): KeyRing {
  let stamp = stampOf(path);
  let secrets = readKeyRing(readPrivateFile(path), options);
  let checkedAt = performance.now();

  function current(): KeyRingSecrets {
    if (performance.now() - checkedAt > KEY_RING_NOTICED_WITHIN) reread();
    return secrets;
  }

  function reread(): void {
    checkedAt = performance.now();
    const found = stampOf(path);
    if (found === stamp) return;
    stamp = found;
    try {
      secrets = readKeyRing(readPrivateFile(path), options);
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      announce(`The changed key ring is not used, the one read before stays in use. ${error.message}`);
    }
  }

  const versionsOf = (purpose: Purpose): SecretVersions => ({
    get activeId() {
      return current()[purpose].activeId;
    },
    get ids() {
      return current()[purpose].ids;
    },
    get nextId() {
      return current()[purpose].nextId;
    },
    get: (id) => current()[purpose].get(id),
    reread,
  });
  return keyRingOf({
    encryption: versionsOf('encryption'),
    searchIndex: versionsOf('searchIndex'),
    pepper: versionsOf('pepper'),
  });
}

/** What differs once the file was replaced or written to. */
function stampOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size} ${stat.mode}` : 'absent';
}
