import type { Claim } from '../../database/claim.js';
import { withDeadline } from '../../database/request-deadline.js';

export type { Claim };

/** Runs a request's work; see withDeadline(). */
export type Deadline = <T>(work: () => Promise<T>, claim?: Claim) => Promise<T>;

/** The deadline that every request gets, in milliseconds. */
export function createDeadline(milliseconds: number): Deadline {
  return (work, claim) => withDeadline(milliseconds, work, claim);
}
