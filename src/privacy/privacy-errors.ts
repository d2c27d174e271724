/**
 * A stored value or key did not open: altered, moved from another row, column or user, sealed under a
 * key that is gone, or never sealed at all. Names the place, never the value.
 */
export class SealedValueError extends Error {
  readonly model: string;
  readonly field: string;
  readonly reason: string;

  constructor(model: string, field: string, reason: string) {
    super(`The sealed value ${model}.${field} does not open: ${reason}.`);
    this.name = 'SealedValueError';
    this.model = model;
    this.field = field;
    this.reason = reason;
  }
}

/** A query that cannot be answered, or a value that cannot be sealed, safely. A mistake of the program, not of a client. */
export class UnsafeQueryError extends Error {
  readonly model: string;
  readonly field: string;

  constructor(model: string, field: string, problem: string) {
    super(`${model}.${field}: ${problem}.`);
    this.name = 'UnsafeQueryError';
    this.model = model;
    this.field = field;
  }
}

/** The key ring is missing keys or malformed. Lists every problem at once; names key ids, never keys. */
export class KeyRingError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The key ring is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'KeyRingError';
    this.problems = problems;
  }
}
