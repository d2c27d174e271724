import { randomFillSync } from 'node:crypto';

const COUNTER_LIMIT = 0x1000;

const RANDOM_BYTES = 8;
// One call for many ids, as for nonces.
const pool = Buffer.alloc(RANDOM_BYTES * 512);
let poolOffset = pool.length;

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
    const tail = takeTail();
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  };
}

/** The variant and 62 random bits, in hexadecimal. */
function takeTail(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const start = poolOffset;
  poolOffset += RANDOM_BYTES;
  pool.writeUInt8((pool.readUInt8(start) & 0x3f) | 0x80, start);
  return pool.toString('hex', start, poolOffset);
}
