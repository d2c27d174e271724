import { randomBytes } from 'node:crypto';

const COUNTER_LIMIT = 0x1000;

/**
 * Makes ids of events: UUIDs of version 7 (RFC 9562, section 5.7), so that they grow with time and, within one
 * process, in the order of the calls, also within a millisecond.
 */
export function createEventIds(): (at: Date) => string {
  let milliseconds = 0;
  let counter = 0;

  return function nextEventId(at) {
    const now = at.getTime();
    if (now > milliseconds) {
      milliseconds = now;
      counter = 0;
    } else {
      counter += 1;
      if (counter === COUNTER_LIMIT) {
        milliseconds += 1;
        counter = 0;
      }
    }
    const time = milliseconds.toString(16).padStart(12, '0');
    const order = counter.toString(16).padStart(3, '0');
    const random = randomBytes(8);
    random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0);
    const tail = random.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
}
