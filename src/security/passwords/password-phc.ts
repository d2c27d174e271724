/**
 * A parsed hash string: PHC (`$id$v=19$m=…,t=…$salt$hash`, github.com/P-H-C/phc-string-format) or passlib's
 * older form, whose one parameter is a bare number of rounds (`$pbkdf2-sha512$29000$salt$hash`).
 */
export interface PhcString {
  id: string;
  version: number | null;
  params: Map<string, string>;
  salt: Buffer;
  hash: Buffer;
}

const SHORTEST_HASH = 16;
const LONGEST_FIELD = 128;

/**
 * An error about a stored password hash: ours to repair, never the fault of who signs in, and never a match.
 * Message and code name the format or key and quote nothing of the hash; the code is what the log shows.
 */
export function storedHashError(format: string, problem: string): Error & { code: string } {
  return Object.assign(new Error(`Stored password hash (${format}): ${problem}.`), {
    name: 'StoredHashError',
    code: `STORED_HASH ${format}: ${problem}`,
  });
}

/**
 * Splits a PHC or passlib string into its parts.
 * @throws Error (StoredHashError) naming the format when it is malformed or a part has an unusable length.
 */
export function parsePhc(stored: string): PhcString {
  const [start, id = '', ...fields] = stored.split('$');
  const format = /^[a-z0-9-]{1,32}$/.test(id) ? id : 'unknown format';
  const malformed = (problem: string) => storedHashError(format, problem);
  const hash = fields.pop();
  const salt = fields.pop();
  if (start !== '' || format !== id || salt === undefined || hash === undefined) throw malformed('malformed');

  const version = fields[0]?.startsWith('v=') ? parseWholeNumber(fields.shift()!.slice(2)) : null;
  if (Number.isNaN(version) || fields.length > 1) throw malformed('malformed');
  const bareRounds = /^\d+$/.test(fields[0] ?? '');
  const params = bareRounds ? new Map([['i', fields[0]!]]) : parseParams(fields[0]);
  const parsed = { id, version, params, salt: decode(salt, bareRounds), hash: decode(hash, bareRounds) };
  if (!params || !parsed.salt || !parsed.hash) throw malformed('malformed');
  if (parsed.hash.length < SHORTEST_HASH) throw malformed('the tag is too short');
  if (parsed.hash.length > LONGEST_FIELD || parsed.salt.length > LONGEST_FIELD) throw malformed('too long');
  return parsed as PhcString;
}

/** Writes a PHC string, parameters in the order given. */
export function formatPhc({ id, version, params, salt, hash }: PhcString): string {
  const written = [...params].map(([name, value]) => `${name}=${value}`).join(',');
  return `$${id}${version === null ? '' : `$v=${version}`}$${written}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** Base64 without padding, as PHC strings have it. */
export function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/**
 * The named parameter as a whole number.
 * @throws Error (StoredHashError) when it is missing or not written as a plain decimal number.
 */
export function requireNumber({ id, params }: PhcString, name: string): number {
  const value = parseWholeNumber(params.get(name) ?? '');
  if (Number.isNaN(value)) throw storedHashError(id, `parameter ${name} is missing or malformed`);
  return value;
}

/** @throws Error (StoredHashError) when the string has a parameter that its algorithm does not know. */
export function refuseUnknownParams({ id, params }: PhcString, known: readonly string[]): void {
  for (const name of params.keys()) {
    if (!known.includes(name)) throw storedHashError(id, 'unknown parameter');
  }
}

/** Decodes unpadded base64 strictly: only the canonical spelling of some bytes, else null. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return toBase64(bytes) === text ? bytes : null;
}

/** passlib's form writes '.' where base64 has '+'. */
function decode(text: string, passlib: boolean): Buffer | null {
  return decodeBase64(passlib ? text.replaceAll('.', '+') : text);
}

function parseParams(field: string | undefined): Map<string, string> | null {
  const params = new Map<string, string>();
  for (const pair of field === undefined ? [] : field.split(',')) {
    const match = /^([a-z0-9-]{1,32})=([a-zA-Z0-9/+.-]+)$/.exec(pair);
    if (!match || params.has(match[1]!)) return null;
    params.set(match[1]!, match[2]!);
  }
  return params;
}

function parseWholeNumber(text: string): number {
  return /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : NaN;
}
