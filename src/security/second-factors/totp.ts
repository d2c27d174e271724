import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SECOND } from '../../clock.js';
import { fromBase32, toBase32 } from './base32.js';

/** What every authenticator app understands: SHA-1, six digits, thirty seconds. */
const DIGITS = 6;
const STEP = 30 * SECOND;
/** Clocks may differ by one step either way (RFC 6238, section 5.2). */
const WINDOW = [0, -1, 1];
/** As long as the hash (RFC 4226, requirement R6: at least 128 bits, 160 recommended). */
const SECRET_BYTES = 20;

export type HotpAlgorithm = 'sha1' | 'sha256' | 'sha512';

export interface HotpForm {
  digits?: number;
  algorithm?: HotpAlgorithm;
}

/** The one-time password of a counter: HMAC, dynamic truncation, decimal digits (RFC 4226, section 5.3). */
export function hotp(
  key: Buffer,
  counter: number,
  { digits = DIGITS, algorithm = 'sha1' }: HotpForm = {},
): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(algorithm, key).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The time step that a moment lies in, counted from the epoch (RFC 6238, section 4.2). */
export function totpStepOf(moment: Date): number {
  return Math.floor(moment.getTime() / STEP);
}

/** A fresh secret for an authenticator app, in base 32. */
export function createTotpSecret(): string {
  return toBase32(randomBytes(SECRET_BYTES));
}

/**
 * The time step whose code this is: the current one, the one before or the one after; null when it is the code of
 * none of them. Takes as long for a wrong code as for a right one.
 *
 * @param secret in base 32
 * @param code untrusted; digits, which people may have grouped by spaces
 */
export function findTotpStep(secret: string, code: string, now: Date): number | null {
  const given = Buffer.from(code.slice(0, 20).replaceAll(/[\s-]/g, ''));
  if (given.length !== DIGITS) return null;
  const key = fromBase32(secret);
  let found: number | null = null;
  for (const distance of WINDOW) {
    const step = totpStepOf(now) + distance;
    if (timingSafeEqual(Buffer.from(hotp(key, step)), given)) found ??= step;
  }
  return found;
}

/**
 * The code that an authenticator app shows at a moment.
 *
 * @param secret in base 32
 */
export function codeOf(secret: string, moment: Date): string {
  return hotp(fromBase32(secret), totpStepOf(moment));
}

/** Whether a text can be the code of an authenticator app rather than a recovery code. */
export function looksLikeTotp(code: string): boolean {
  return /^\d{6}$/.test(code.slice(0, 20).replaceAll(/[\s-]/g, ''));
}

/** The address that an authenticator app reads from a QR code (Google's Key Uri Format). */
export function otpauthUri({
  secret,
  issuer,
  account,
}: {
  secret: string;
  issuer: string;
  account: string;
}): string {
  const [service, label] = [issuer, account].map((text) => encodeURIComponent(text.replaceAll(':', ' ')));
  return `otpauth://totp/${service}:${label}?secret=${secret}&issuer=${service}&algorithm=SHA1&digits=${DIGITS}&period=${STEP / SECOND}`;
}
