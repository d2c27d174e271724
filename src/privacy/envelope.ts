import { associatedData, decodeCanonical, decrypt, encrypt } from './aead.js';
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
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Seals a text under the newest generation of the user's data key. The associated data (format version,
 * model, field, row id, and the key id: user and generation) bind it to its place: elsewhere it does not open.
 *
 * @throws UnsafeQueryError for a text with a lone surrogate, which UTF-8 cannot carry
 */
export function sealText(key: UserKey, place: Place, text: string, nonce?: Buffer): string {
  if (LONE_SURROGATE.test(text))
    throw new UnsafeQueryError(place.model, place.field, 'the text is not well-formed Unicode');
  const { generation, secret } = key.active;
  const sealed = encrypt(secret, Buffer.from(text, 'utf8'), bindingOf(key, place, generation), nonce);
  return `${VERSION}.${generation}.${sealed.toString('base64url')}`;
}

/**
 * Opens what `sealText` made.
 *
 * @throws SealedValueError when the value is no envelope, was altered, or belongs to another place or key
 */
export function openText(key: UserKey, place: Place, envelope: string): string {
  if (!ENVELOPE.test(envelope)) throw new SealedValueError(place.model, place.field, whyNoEnvelope(envelope));
  const bodyAt = envelope.indexOf('.', VERSION.length + 1) + 1;
  const generation = Number(envelope.slice(VERSION.length + 1, bodyAt - 1));
  const header = `${VERSION}.${generation}.`;
  const secret = key.find(generation);
  if (!secret)
    throw new SealedValueError(
      place.model,
      place.field,
      `generation ${generation} of its data key is unknown`,
    );
  const sealed = envelope.startsWith(header) ? decodeCanonical(envelope.slice(bodyAt)) : null;
  const plaintext = sealed && decrypt(secret, sealed, bindingOf(key, place, generation));
  if (!plaintext) throw new SealedValueError(place.model, place.field, 'it was altered or belongs elsewhere');
  return plaintext.toString('utf8');
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

function bindingOf(key: UserKey, place: Place, generation: number): Buffer {
  return associatedData(VERSION, place.model, place.field, place.rowId, key.userId, String(generation));
}
