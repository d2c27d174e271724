import { domainToASCII } from 'node:url';
import { badInput, type AppError } from '../errors.js';

const MAX_ADDRESS_BYTES = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
const MAX_LOCAL_PART_BYTES = 64; // RFC 5321 §4.5.3.1.1

// A dot-atom of RFC 5322 §3.2.3, with RFC 6532's letters beyond ASCII; no quoting, no comments, nothing
// invisible, so that no address can be read as two or carry a header.
const LOCAL_PART =
  /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\p{ASCII}\p{C}\p{Z}])+(?:\.(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\p{ASCII}\p{C}\p{Z}])+)*$/iu;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const NOT_IN_A_DOMAIN = /[^\p{L}\p{M}\p{N}.\-\u200c\u200d]/u;

/**
 * An e-mail address in the form that is stored: trimmed, NFC, the domain lower-cased and in its ASCII
 * form (IDNA: `bücher.example` becomes `xn--bcher-kva.example`). The local part keeps its case.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parseEmailAddress(value: unknown, field: string): string {
  const refusal = (): AppError => badInput(field, 'must be an e-mail address');
  if (typeof value !== 'string' || value.length > 2 * MAX_ADDRESS_BYTES || !value.isWellFormed())
    throw refusal();
  const parts = value.trim().normalize('NFC').split('@');
  const [localPart, domain] = parts;
  if (parts.length !== 2 || !localPart || !domain) throw refusal();
  if (!LOCAL_PART.test(localPart) || Buffer.byteLength(localPart) > MAX_LOCAL_PART_BYTES) throw refusal();
  const asciiDomain = asciiFormOf(domain);
  if (asciiDomain === null) throw refusal();
  const address = `${localPart}@${asciiDomain}`;
  if (Buffer.byteLength(address) > MAX_ADDRESS_BYTES) throw refusal();
  return address;
}

/**
 * The domain of e-mail addresses, without their `@`, in the form that is stored.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parseEmailDomain(value: string, field: string): string {
  const domain = value.length <= 2 * MAX_ADDRESS_BYTES ? asciiFormOf(value.trim().normalize('NFC')) : null;
  if (domain === null) throw badInput(field, 'must be a domain such as example.com');
  return domain;
}

function asciiFormOf(domain: string): string | null {
  if (NOT_IN_A_DOMAIN.test(domain)) return null;
  const ascii = domainToASCII(domain).toLowerCase();
  return ascii.length <= 253 && DOMAIN.test(ascii) ? ascii : null;
}
