/** A stored value or key that did not open: where it lies, never what it says. */
export interface OpenFailure {
  model: string;
  field: string;
  rowId: string;
  /** Whose it is, where that is known. */
  userId: string | null;
  reason: string;
}

/** Tells whoever listens of values that did not open; the error itself goes to the caller. */
export function createOpenFailures() {
  let listener: (failure: OpenFailure) => void = () => undefined;
  return {
    report: (failure: OpenFailure) => listener(failure),
    /** `hear` must neither throw nor wait: it runs within the failing request. */
    listen(hear: (failure: OpenFailure) => void): void {
      listener = hear;
    },
  };
}
