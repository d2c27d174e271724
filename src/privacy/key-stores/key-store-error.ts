/**
 * A key store outside the process gave no usable answer. `transient`: another try may help. `code` is the store's
 * name for it or an HTTP status, never a value.
 */
export class KeyStoreError extends Error {
  readonly transient: boolean;
  readonly code: string;

  constructor(code: string, transient: boolean, cause?: unknown) {
    super(`The key store gave no usable answer (${code}).`, { cause });
    this.name = 'KeyStoreError';
    this.transient = transient;
    this.code = code;
  }
}
