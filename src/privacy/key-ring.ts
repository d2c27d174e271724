import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { KEY_BYTES } from './aead.js';
import { type KeyEncryption, wrapUnder } from './key-encryption.js';
import { KeyRingError } from './privacy-errors.js';
import { findRepeatedNames } from './repeated-names.js';
import { KEY_ID, type SecretVersions } from './secret-versions.js';

export type { KeyEncryption, SecretVersions };

export interface KeyRing {
  encryption: KeyEncryption;
  searchIndex: SecretVersions;
  pepper: SecretVersions;
}

export const PURPOSES = ['encryption', 'searchIndex', 'pepper'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The secrets of a key ring as they stand in its JSON. */
export type KeyRingSecrets = Record<Purpose, SecretVersions>;

export interface KeyRingOptions {
  /** Whether a key store outside wraps the data keys, so that the ring needs no `encryption` of its own. */
  wrapsOutside?: boolean;
}

/** A row carries its search index under two keys at the most. */
const MOST_INDEX_KEYS = 2;

/**
 * Reads a key ring: `{ "encryption": { "active": "k1", "keys": { "k1": "<base64 of 32 bytes>" } },
 * "searchIndex": …, "pepper": … }`. `encryption` may be absent where a key store outside wraps the data keys.
 *
 * @throws KeyRingError listing every problem at once, naming key ids and never keys
 */
export function loadKeyRing(json: string, { wrapsOutside = false } = {}): KeyRing {
  return keyRingOf(readKeyRing(json, { wrapsOutside }));
}

/** The key ring over secrets that may change under way. */
export function keyRingOf({ encryption, searchIndex, pepper }: KeyRingSecrets): KeyRing {
  return { encryption: wrapUnder(encryption), searchIndex, pepper };
}

/**
 * The secrets of a key ring.
 *
 * @throws KeyRingError as `loadKeyRing`
 */
export function readKeyRing(json: string, { wrapsOutside = false } = {}): KeyRingSecrets {
  const problems: string[] = [];
  const ring = parseObject(json, problems);
  const seen = new Map<string, string>();
  const read = (purpose: Purpose) => readVersions(purpose, ring[purpose], seen, problems);
  const encryption =
    wrapsOutside && ring.encryption === undefined
      ? versionsOf('encryption', '', null, new Map())
      : read('encryption');
  const searchIndex = read('searchIndex');
  const pepper = read('pepper');
  for (const name of Object.keys(ring)) {
    // The name is not repeated: in a garbled file it may be key material.
    if (!PURPOSES.includes(name as Purpose))
      problems.push(`it has an unknown purpose; known are ${PURPOSES.join(', ')}`);
  }
  if (searchIndex.ids.length > MOST_INDEX_KEYS)
    problems.push('searchIndex: more than two keys; finish replacing one before the next');
  if (problems.length > 0) throw new KeyRingError(problems);
  return { encryption, searchIndex, pepper };
}

/**
 * Reads the key ring from a file that only its owner may read.
 *
 * @throws KeyRingError also when the file is missing or readable by its group or others
 */
export function loadKeyRingFile(path: string, options: { wrapsOutside?: boolean } = {}): KeyRing {
  return loadKeyRing(readPrivateFile(path), options);
}

/**
 * The text of a file that only its owner may read.
 *
 * @throws KeyRingError when it is missing or readable by its group or others
 */
export function readPrivateFile(path: string): string {
  let mode: number;
  let json: string;
  try {
    const file = openSync(path, 'r');
    try {
      mode = fstatSync(file).mode;
      json = readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new KeyRingError([`the file ${path} cannot be read (${code})`]);
  }
  // Windows keeps no such bits: there every file would look open.
  if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
    throw new KeyRingError([`the file ${path} is open to its group or others; run: chmod 600 ${path}`]);
  }
  return json;
}

/** A fresh key ring as JSON, one random 256-bit key for each purpose. */
export function generateKeyRing(): string {
  const purpose = () => ({ active: 'k1', keys: { k1: randomBytes(KEY_BYTES).toString('base64') } });
  return JSON.stringify(Object.fromEntries(PURPOSES.map((name) => [name, purpose()])), null, 2);
}

function parseObject(json: string, problems: string[]): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(json);
    for (const name of findRepeatedNames(json)) {
      // Only what looks like a key's id is repeated: in a garbled file a name may be key material.
      const known = KEY_ID.test(name) || PURPOSES.includes(name as Purpose);
      problems.push(`${known ? `"${name}"` : 'a name'} occurs twice in one object`);
    }
    if (isRecord(parsed)) return parsed;
    problems.push('it is not a JSON object');
  } catch {
    problems.push('it is not JSON'); // the parser's own message quotes the text, which is key material
  }
  return {};
}

function readVersions(
  purpose: Purpose,
  entry: unknown,
  seen: Map<string, string>,
  problems: string[],
): SecretVersions {
  const secrets = new Map<string, Buffer>();
  if (!isRecord(entry) || !isRecord(entry.keys)) {
    problems.push(
      `${purpose}: missing; it needs { "active": id, "keys": { id: base64 of ${KEY_BYTES} bytes } }`,
    );
    return versionsOf(purpose, '', null, secrets);
  }
  for (const [id, text] of Object.entries(entry.keys)) {
    const name = `${purpose}.${id}`;
    const secret = typeof text === 'string' ? decodeBase64(text) : null;
    if (!KEY_ID.test(id)) problems.push(`${purpose}: a key id is not 1 to 8 characters a to z and 0 to 9`);
    else if (!secret) problems.push(`${name}: the key is not base64`);
    else if (secret.length !== KEY_BYTES)
      problems.push(`${name}: the key has ${secret.length} bytes, not ${KEY_BYTES}`);
    else if (secret.every((byte) => byte === secret[0])) problems.push(`${name}: the key is not random`);
    else {
      const digest = createHash('sha256').update(secret).digest('hex');
      const twin = seen.get(digest);
      if (twin) problems.push(`${name}: the same key as ${twin}`);
      seen.set(digest, name);
      secrets.set(id, secret);
    }
  }
  const active = typeof entry.active === 'string' ? entry.active : '';
  if (!Object.hasOwn(entry.keys, active)) problems.push(`${purpose}.active: names no key of this purpose`);
  const next = typeof entry.next === 'string' ? entry.next : null;
  if (entry.next !== undefined && (next === null || next === active || !Object.hasOwn(entry.keys, next)))
    problems.push(`${purpose}.next: names no other key of this purpose`);
  return versionsOf(purpose, active, next, secrets);
}

function versionsOf(
  purpose: Purpose,
  activeId: string,
  nextId: string | null,
  secrets: Map<string, Buffer>,
): SecretVersions {
  return {
    activeId,
    nextId,
    ids: [...secrets.keys()],
    get(id) {
      const secret = secrets.get(id);
      if (!secret) throw new KeyRingError([`${purpose}.${id}: no such key`]);
      return secret;
    },
  };
}

function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
