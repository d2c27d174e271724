import { after, DAY } from '../../../clock.js';
import { dueDate } from '../cases/case-deadline.js';

/** What an erasure that is due may need: a database that is away, an attempt that is repeated. */
const ROOM = DAY;

/**
 * When an erasure that was asked for at `requestedAt` is carried out: after `grace` milliseconds, and a day before the
 * request must have been answered (Art. 12(3) GDPR) where the month is too short for them.
 */
export function endOfGrace(requestedAt: Date, grace: number): Date {
  const wanted = after(requestedAt, grace);
  const latest = after(dueDate('ERASURE', requestedAt), -ROOM);
  return wanted < latest ? wanted : latest;
}
