import { associatedData, decodeCanonical, decrypt, encrypt } from './aead.js';
import { SealedValueError } from './privacy-errors.js';
import { hasSecret, type SecretVersions } from './secret-versions.js';

/**
 * The port behind which key-encryption keys live: this file's provider holds them in memory, those of
 * `key-stores/` leave them in a key management service. `context` names what is wrapped (such as
 * `data-key:<user id>`): unwrapping needs the same.
 */
export interface KeyEncryption {
  /** What its wrapped keys begin with, before the first dot. */
  readonly format: string;
  /** The key that wraps; it stands between the first two dots of what it wrapped. */
  readonly activeKeyId: string;
  /** The ids of the keys that can unwrap, where the provider can list them. */
  readonly keyIds?: readonly string[];
  /** The key that waits to become the active one; null or absent when none does. */
  readonly nextKeyId?: string | null;
  wrap(key: Buffer, context: string): Promise<string>;
  /**
   * @throws SealedValueError when the text was altered, or key or context are others
   * @throws AppError OVERLOADED while a key store does not answer; so does `wrap`
   */
  unwrap(wrapped: string, context: string): Promise<Buffer>;
}

const WRAP_VERSION = 'w1';

/** Wraps under AES-256-GCM as `w1.<key id>.<base64url>`; version, key id and context are associated data. */
export function wrapUnder(versions: SecretVersions): KeyEncryption {
  return {
    format: WRAP_VERSION,
    get activeKeyId() {
      return versions.activeId;
    },
    get nextKeyId() {
      return versions.nextId ?? null;
    },
    get keyIds() {
      return versions.ids;
    },
    async wrap(key, context) {
      const id = versions.activeId;
      const sealed = encrypt(versions.get(id), key, associatedData(WRAP_VERSION, id, context));
      return `${WRAP_VERSION}.${id}.${sealed.toString('base64url')}`;
    },
    async unwrap(wrapped, context) {
      const [version, id = '', body = '', ...rest] = wrapped.split('.');
      if (version !== WRAP_VERSION || rest.length > 0) throw unwrapFailed('it is no wrapped key');
      if (!hasSecret(versions, id)) throw unwrapFailed(`the key ring lacks the encryption key ${nameOf(id)}`);
      const sealed = decodeCanonical(body);
      const key = sealed && decrypt(versions.get(id), sealed, associatedData(WRAP_VERSION, id, context));
      if (!key) throw unwrapFailed('it was altered or belongs elsewhere');
      return key;
    },
  };
}

/** An id as it may be shown: what stands in its place in a damaged value could be anything. */
function nameOf(id: string): string {
  return /^[a-z0-9]{1,8}$/.test(id) ? id : 'that it names';
}

/** The refusal of a wrapped key; `reason` may name the id of a key, never a key. */
export function unwrapFailed(reason: string): SealedValueError {
  return new SealedValueError('KeyRing', 'wrapped key', reason);
}
