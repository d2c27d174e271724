import { associatedData, decodeCanonical, decrypt, encrypt } from './aead.js';
import { SealedValueError } from './privacy-errors.js';
import type { SecretVersions } from './secret-versions.js';

/**
 * The port behind which key-encryption keys live: this file's provider holds them in memory, a key
 * management service would hold them elsewhere. `context` names what is wrapped (such as
 * `data-key:<user id>`): unwrapping needs the same.
 */
export interface KeyEncryption {
  activeKeyId: string;
  wrap(key: Buffer, context: string): Promise<string>;
  /** @throws SealedValueError when the text was altered, or key or context are others */
  unwrap(wrapped: string, context: string): Promise<Buffer>;
}

const WRAP_VERSION = 'w1';

/** Wraps under AES-256-GCM as `w1.<key id>.<base64url>`; version, key id and context are associated data. */
export function wrapUnder(versions: SecretVersions): KeyEncryption {
  return {
    activeKeyId: versions.activeId,
    async wrap(key, context) {
      const id = versions.activeId;
      const sealed = encrypt(versions.get(id), key, associatedData(WRAP_VERSION, id, context));
      return `${WRAP_VERSION}.${id}.${sealed.toString('base64url')}`;
    },
    async unwrap(wrapped, context) {
      const [version, id = '', body = '', ...rest] = wrapped.split('.');
      if (version !== WRAP_VERSION || rest.length > 0) throw unwrapFailed('it is no wrapped key');
      if (!versions.ids.includes(id)) throw unwrapFailed('the key ring lacks the encryption key it names');
      const sealed = decodeCanonical(body);
      const key = sealed && decrypt(versions.get(id), sealed, associatedData(WRAP_VERSION, id, context));
      if (!key) throw unwrapFailed('it was altered or belongs elsewhere');
      return key;
    },
  };
}

function unwrapFailed(reason: string): SealedValueError {
  return new SealedValueError('KeyRing', 'wrapped key', reason);
}
