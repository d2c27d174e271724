import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { associatedData, decodeCanonical, decrypt, encrypt, KEY_BYTES } from './aead.js';
import { KeyRingError, SealedValueError } from './privacy-errors.js';

/**
 * The port behind which key-encryption keys live: this file's provider holds them in memory, a key
 * management service would hold them elsewhere. `context` names what is wrapped (such as
 * `data-key:<user id>`): unwrapping needs the same.
 */
export interface KeyEncryption {
  activeKeyId: string;
  wrap(key: Buffer, context: string): Promise<string>;
  /** @throws SealedValueError when the text was altered, or key or context are others */
  unwrap(wrapped: string, context: string): Promise<Buffer>;
}

/** Secrets of one purpose by id. New values use the active one; older ones still verify. */
export interface SecretVersions {
  activeId: string;
  ids: string[];
  /** @throws KeyRingError naming the id when it is unknown */
  get(id: string): Buffer;
}

export interface KeyRing {
  encryption: KeyEncryption;
  searchIndex: SecretVersions;
  pepper: SecretVersions;
}

const PURPOSES = ['encryption', 'searchIndex', 'pepper'] as const;
type Purpose = (typeof PURPOSES)[number];

const KEY_ID = /^[a-z0-9]{1,8}$/;

/**
 * Reads a key ring: `{ "encryption": { "active": "k1", "keys": { "k1": "<base64 of 32 bytes>" } },
 * "searchIndex": …, "pepper": … }`.
 *
 * @throws KeyRingError listing every problem at once, naming key ids and never keys
 */
export function loadKeyRing(json: string): KeyRing {
  const problems: string[] = [];
  const ring = parseObject(json, problems);
  const seen = new Map<string, string>();
  const read = (purpose: Purpose) => readVersions(purpose, ring[purpose], seen, problems);
  const encryption = read('encryption');
  const searchIndex = read('searchIndex');
  const pepper = read('pepper');
  for (const name of Object.keys(ring)) {
    if (!PURPOSES.includes(name as Purpose))
      problems.push(`"${name}" is not a purpose; known are ${PURPOSES.join(', ')}`);
  }
  if (problems.length > 0) throw new KeyRingError(problems);
  return { encryption: wrapUnder(encryption), searchIndex, pepper };
}

/**
 * Reads the key ring from a file that only its owner may read.
 *
 * @throws KeyRingError also when the file is missing or readable by its group or others
 */
export function loadKeyRingFile(path: string): KeyRing {
  let mode: number;
  let json: string;
  try {
    mode = statSync(path).mode;
    json = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new KeyRingError([`the file ${path} cannot be read (${code})`]);
  }
  if ((mode & 0o077) !== 0) {
    throw new KeyRingError([`the file ${path} is open to its group or others; run: chmod 600 ${path}`]);
  }
  return loadKeyRing(json);
}

/** A fresh key ring as JSON, one random 256-bit key for each purpose. */
export function generateKeyRing(): string {
  const purpose = () => ({ active: 'k1', keys: { k1: randomBytes(KEY_BYTES).toString('base64') } });
  return JSON.stringify(Object.fromEntries(PURPOSES.map((name) => [name, purpose()])), null, 2);
}

function parseObject(json: string, problems: string[]): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(json);
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
    return versionsOf(purpose, '', secrets);
  }
  for (const [id, text] of Object.entries(entry.keys)) {
    const name = `${purpose}.${id}`;
    const secret = typeof text === 'string' ? decodeBase64(text) : null;
    if (!KEY_ID.test(id)) problems.push(`${name}: an id is 1 to 8 characters a to z and 0 to 9`);
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
  return versionsOf(purpose, active, secrets);
}

function versionsOf(purpose: Purpose, activeId: string, secrets: Map<string, Buffer>): SecretVersions {
  return {
    activeId,
    ids: [...secrets.keys()],
    get(id) {
      const secret = secrets.get(id);
      if (!secret) throw new KeyRingError([`${purpose}.${id}: no such key`]);
      return secret;
    },
  };
}

const WRAP_VERSION = 'w1';

/** Wraps under AES-256-GCM as `w1.<key id>.<base64url>`; version, key id and context are associated data. */
function wrapUnder(versions: SecretVersions): KeyEncryption {
  return {
    activeKeyId: versions.activeId,
    async wrap(key, context) {
      const id = versions.activeId;
      const sealed = encrypt(versions.get(id), key, associatedData(WRAP_VERSION, id, context));
      return `${WRAP_VERSION}.${id}.${sealed.toString('base64url')}`;
    },
    async unwrap(wrapped, context) {
      const [version, id = '', body = '', ...rest] = wrapped.split('.');
      if (version !== WRAP_VERSION || rest.length > 0) throw unwrapFailed('it is no wrapped key');
      if (!versions.ids.includes(id))
        throw unwrapFailed(`the key ring has no encryption key "${id.slice(0, 8)}"`);
      const sealed = decodeCanonical(body);
      const key = sealed && decrypt(versions.get(id), sealed, associatedData(WRAP_VERSION, id, context));
      if (!key) throw unwrapFailed('it was altered or belongs elsewhere');
      return key;
    },
  };
}

function unwrapFailed(reason: string): SealedValueError {
  return new SealedValueError('KeyRing', 'wrapped key', reason);
}

function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
