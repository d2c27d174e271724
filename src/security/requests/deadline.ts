import { withDeadline } from '../../database/request-deadline.js';

/** Runs a request's work; see withDeadline(). */
export type Deadline = <T>(work: () => Promise<T>) => Promise<T>;

/** The deadline that every request gets, in milliseconds. */
export function createDeadline(milliseconds: number): Deadline {
  return (work) => withDeadline(milliseconds, work);
}
