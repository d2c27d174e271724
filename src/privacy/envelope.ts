import { decryptText, encryptText, shareAad, type SharedAad } from './aead.js';
import type { UserKey } from './data-keys.js';
import { SealedValueError, UnsafeQueryError } from './privacy-errors.js';

/** Where a sealed value belongs: Prisma's names of model and field, and the id of the row. */
export interface Place {
  model: string;
  field: string;
  rowId: string;
}

const VERSION = 'c1';

/**
 * What a sealed column may hold, as a regular expression of JavaScript and PostgreSQL alike:
 * `c1.<generation of the user's data key>.<base64url of nonce ‖ ciphertext ‖ tag>`.
 */
export const ENVELOPE_PATTERN = '^c1\\.[0-9]{1,3}\\.[A-Za-z0-9_-]{38,}$';

const ENVELOPE = new RegExp(ENVELOPE_PATTERN);

/**
 * Seals a text under the newest generation of the user's data key. The associated data (format version,
 * model, field, row id, and the key id: user and generation) bind it to its place: elsewhere it does not open.
 *
 * @throws UnsafeQueryError for a text with a lone surrogate, which UTF-8 cannot carry
 */
export function sealText(key: UserKey, place: Place, text: string, nonce?: Buffer): string {
  if (!text.isWellFormed())
    throw new UnsafeQueryError(place.model, place.field, 'the text is not well-formed Unicode');
  const { generation, secret } = key.active;
  const rest = restOfBinding(key, place, generation);
  return `${VERSION}.${generation}.${encryptText(secret, text, sharedBinding(place), rest, nonce)}`;
}

/**
 * Opens what `sealText` made.
 *
 * @throws SealedValueError when the value is no envelope, was altered, or belongs to another place or key
 */
export function openText(key: UserKey, place: Place, envelope: string): string {
  if (!ENVELOPE.test(envelope)) throw new SealedValueError(place.model, place.field, whyNoEnvelope(envelope));
  const bodyAt = envelope.indexOf('.', VERSION.length + 2) + 1;
  const generation = readNumber(envelope, VERSION.length + 1, bodyAt - 1);
  const secret = key.find(generation);
  if (!secret)
    throw new SealedValueError(
      place.model,
      place.field,
      `generation ${generation} of its data key is unknown`,
    );
  const isPlain = digitsOf(generation) === bodyAt - VERSION.length - 2;
  const plaintext = isPlain
    ? decryptText(secret, envelope.slice(bodyAt), sharedBinding(place), restOfBinding(key, place, generation))
    : null;
  if (plaintext === null)
    throw new SealedValueError(place.model, place.field, 'it was altered or belongs elsewhere');
  return plaintext;
}

/** The generation of the data key that a stored value names; null when it is no envelope. */
export function generationOf(stored: unknown): number | null {
  if (typeof stored !== 'string' || !ENVELOPE.test(stored)) return null;
  return Number(stored.slice(VERSION.length + 1, stored.indexOf('.', VERSION.length + 1)));
}

function whyNoEnvelope(text: string): string {
  const [, version] = /^(c[0-9]{1,3})\./.exec(text) ?? [];
  return version && version !== VERSION ? `its format version ${version} is unknown` : 'it is no envelope';
}

// `associatedData` of version, model, field, row id, user id and generation, written out and in two parts: this stands on
// the path of every value that is read, and the first three are the same for all values of a column.
const shared = new Map<string, Map<string, SharedAad>>();

function sharedBinding({ model, field }: Place): SharedAad {
  const known = shared.get(model)?.get(field);
  if (known) return known;
  const made = shareAad(`${VERSION.length}:${VERSION},${model.length}:${model},${field.length}:${field},`);
  const fields = shared.get(model) ?? new Map<string, SharedAad>();
  shared.set(model, fields.set(field, made));
  return made;
}

function restOfBinding({ userId }: UserKey, { rowId }: Place, generation: number): string {
  // Nearly always so, and told without making numbers into text.
  if (rowId.length === 36 && userId.length === 36 && generation === 1) return `36:${rowId},36:${userId},1:1,`;
  return `${rowId.length}:${rowId},${userId.length}:${userId},${digitsOf(generation)}:${generation},`;
}

function digitsOf(generation: number): number {
  if (generation < 10) return 1;
  return generation < 100 ? 2 : 3;
}

/** The decimal digits of `text` from `start` to `end` as a number, without a text of their own. */
function readNumber(text: string, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}
