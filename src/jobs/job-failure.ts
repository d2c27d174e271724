/**
 * Thrown by a handler whose job can never succeed: it goes to the dead letters without another attempt.
 * `reason` is stored and logged, so it is a fixed word or code and never personal data.
 */
export class PermanentFailure extends Error {
  constructor(
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(reason, options);
    this.name = 'PermanentFailure';
  }
}

export interface FailureNote {
  name: string;
  code?: string;
}

/**
 * What pg-boss may store about a failed attempt: the error's name and code. Its message, its stack and its
 * other fields stay out of the database, as they may quote an address or a whole mail.
 */
export function describeFailure(error: unknown): FailureNote {
  if (error instanceof PermanentFailure) return { name: error.name, code: error.reason };
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as { code?: unknown };
  const isCode = typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code);
  return isCode ? { name: error.name, code } : { name: error.name };
}
