import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

// Signed notes of C2SP (https://c2sp.org/signed-note) with Ed25519 signatures.

export interface NoteVerifier {
  name: string;
  /** 32 bytes. */
  publicKey: Buffer;
}

export interface NoteSigner extends NoteVerifier {
  privateKey: KeyObject;
}

/** The signature type of Ed25519 (RFC 8032) in key ids and verifier keys. */
const ED25519 = Buffer.of(1);
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const NAME = /^[^\s+]+$/u;
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
export function noteKeyId({ name, publicKey }: NoteVerifier): Buffer {
  const hash = createHash('sha256').update(`${name}\n`).update(ED25519).update(publicKey).digest();
  return hash.subarray(0, KEY_ID_BYTES);
}

/** The verifier's key as one text: `<name>+<key id>+<base64 of 0x01 ‖ public key>`. */
export function formatVerifierKey(verifier: NoteVerifier): string {
  const key = Buffer.concat([ED25519, verifier.publicKey]).toString('base64');
  return `${verifier.name}+${noteKeyId(verifier).toString('hex')}+${key}`;
}

/** Reads a verifier's key; null when it is none, or its key id is not that of name and key. */
export function parseVerifierKey(text: string): NoteVerifier | null {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  const key = decode(encoded);
  if (key?.length !== 33 || key.readUInt8(0) !== 1) return null;
  const verifier = { name, publicKey: Buffer.from(key.subarray(1)) };
  return noteKeyId(verifier).toString('hex') === id ? verifier : null;
}

/**
 * Signs a text, which must end in a newline: text, empty line, `— <name> <base64 of key id ‖ signature>`.
 */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith('\n') || !NAME.test(signer.name)) throw new Error('This cannot become a signed note.');
  const signature = sign(null, Buffer.from(text, 'utf8'), signer.privateKey);
  return `${text}\n— ${signer.name} ${Buffer.concat([noteKeyId(signer), signature]).toString('base64')}\n`;
}

/**
 * The text of a note that at least one of the verifiers signed; null otherwise. Signatures of others are
 * ignored, a wrong one of a known key voids the note, as the specification asks.
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  let signatures = 0;
  for (const line of lines) {
    const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
    const blob = decode(encoded);
    if (name === '' || blob === null || blob.length <= KEY_ID_BYTES) return null;
    const id = blob.subarray(0, KEY_ID_BYTES);
    const known = verifiers.find((each) => each.name === name && noteKeyId(each).equals(id));
    if (!known) continue;
    if (!isSignedBy(text, known, blob.subarray(KEY_ID_BYTES))) return null;
    signatures += 1;
  }
  return signatures > 0 ? text : null;
}

/** Base64 in its one canonical spelling; null otherwise. */
function decode(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function isSignedBy(text: string, { publicKey }: NoteVerifier, signature: Buffer): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, Buffer.from(text, 'utf8'), key, signature);
}
