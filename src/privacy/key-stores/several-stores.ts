import { type KeyEncryption, unwrapFailed } from '../key-encryption.js';

/**
 * Wraps with `active` and unwraps what any of them made, told apart by format: so data keys can move from one
 * store to another while the server runs.
 */
export function combineStores(active: KeyEncryption, others: readonly KeyEncryption[]): KeyEncryption {
  const byFormat = new Map([active, ...others].map((store) => [store.format, store]));
  return {
    format: active.format,
    get activeKeyId() {
      return active.activeKeyId;
    },
    get nextKeyId() {
      return active.nextKeyId ?? null;
    },
    wrap: (key, context) => active.wrap(key, context),
    async unwrap(wrapped, context) {
      const store = byFormat.get(wrapped.slice(0, Math.max(0, wrapped.indexOf('.'))));
      if (!store) throw unwrapFailed('its format is unknown, or of a key store that is not configured');
      return store.unwrap(wrapped, context);
    },
  };
}
