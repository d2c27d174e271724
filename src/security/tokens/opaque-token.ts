import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What an opaque token is for; the prefix tells a secret scanner and a support engineer apart what leaked. */
const PREFIXES = {
  refresh: 'cst_rt_',
  oneTime: 'cst_ot_',
  mfa: 'cst_mc_',
  browser: 'cst_br_',
  socialState: 'cst_ss_',
  socialCode: 'cst_sc_',
  ceremony: 'cst_pc_',
} as const;

export type OpaqueTokenKind = keyof typeof PREFIXES;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43; // 62^43 > 2^256
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
const BODY = new RegExp(`^[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * Makes a new opaque token: prefix, 256 random bits and a CRC-32 of both, all in base 62, so that a
 * double click selects the whole of it. The checksum is no protection: it lets a mistyped or made-up
 * token be refused without a query, and a scanner be sure of what it found.
 */
export function createOpaqueToken(kind: OpaqueTokenKind): string {
  const secret = base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_LENGTH);
  const unchecked = PREFIXES[kind] + secret;
  return unchecked + checksum(unchecked);
}

/** Whether `token` has the form of a token of this kind, checksum included. Takes untrusted input of any length. */
export function isOpaqueToken(kind: OpaqueTokenKind, token: string): boolean {
  const prefix = PREFIXES[kind];
  if (!token.startsWith(prefix) || !BODY.test(token.slice(prefix.length, prefix.length + 100))) return false;
  return token.slice(-CHECKSUM_LENGTH) === checksum(token.slice(0, -CHECKSUM_LENGTH));
}

/**
 * What the database keeps of a token: its SHA-256, base64url. A plain hash is enough, because 256 random
 * bits cannot be guessed; tokens are looked up by it, so no comparison leaks their text by its timing.
 */
export function hashOpaqueToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  return text;
}
