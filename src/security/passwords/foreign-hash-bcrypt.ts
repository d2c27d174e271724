import { timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcrypt';
import { storedHashError } from './password-phc.js';

const BCRYPT = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const COST_MIN = 4;
/** 2^16 rounds take about four seconds. */
const COST_MAX = 16;
/** bcrypt reads no further. Cut here, since `$2a$` counts lengths in one byte and wraps beyond 254. */
const BYTES_READ = 72;

/**
 * Prepares the check of a bcrypt hash (`$2a$`, `$2b$`, `$2y$`; the broken `$2x$` is refused). As wherever the
 * hash was made, only the first 72 bytes of the password count.
 * @throws Error (StoredHashError) when it is malformed or its cost over the limit.
 */
export function readBcrypt(stored: string): (password: string) => Promise<boolean> {
  const [, cost, salt, tag] = BCRYPT.exec(stored) ?? [];
  if (cost === undefined || salt === undefined || tag === undefined)
    throw storedHashError('bcrypt', 'malformed');
  if (Number(cost) < COST_MIN) throw storedHashError('bcrypt', 'the cost is below what bcrypt allows');
  if (Number(cost) > COST_MAX) throw storedHashError('bcrypt', 'the cost is over the limit');
  const expected = Buffer.from(tag, 'latin1');
  return async (password) => {
    const key = Buffer.from(password, 'utf8').subarray(0, BYTES_READ);
    const computed = await bcrypt.hash(key, `$2b$${cost}$${salt}`);
    return timingSafeEqual(Buffer.from(computed.slice(-tag.length), 'latin1'), expected);
  };
}
