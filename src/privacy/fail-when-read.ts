import { SealedValueError } from './privacy-errors.js';

/**
 * Leaves values that do not open in their row, as properties that throw: whoever reads one, also by spreading the row or
 * writing it as JSON, gets the error, never ciphertext and never null.
 */
export function failWhenRead<Row extends object>(
  row: Row,
  fields: readonly (keyof Row)[],
  error: SealedValueError,
): Row {
  const fail = {
    enumerable: true,
    configurable: true,
    get: () => {
      throw error;
    },
  };
  for (const field of fields) Object.defineProperty(row, field, fail);
  return row;
}

/** What `read` makes of such a row, or the error: what a loader answers for one of the keys of a batch. */
export function readOrError<T>(read: () => T): T | SealedValueError {
  try {
    return read();
  } catch (error) {
    if (error instanceof SealedValueError) return error;
    throw error;
  }
}
