import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals the successor of a refresh token so that only the holder of its predecessor can read it:
 * AES-256-GCM under a key that HKDF-SHA-256 (RFC 5869) derives from the predecessor's text. The database
 * keeps the envelope and the predecessor's hash, from which neither token can be recovered. It lets two
 * tabs, or a client whose answer was lost, repeat a refresh and get the same successor.
 *
 * @param sessionId bound as associated data: an envelope moved to another session does not open
 */
export function sealSuccessor(predecessor: string, successor: string, sessionId: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', successorKey(predecessor), nonce);
  cipher.setAAD(Buffer.from(sessionId));
  const ciphertext = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, ciphertext, cipher.getAuthTag()]).toString('base64url');
}

/** Opens what {@link sealSuccessor} sealed. Throws an ordinary Error when any part of it does not fit. */
export function openSuccessor(predecessor: string, envelope: string, sessionId: string): string {
  const bytes = Buffer.from(envelope, 'base64url');
  if (bytes[0] !== VERSION || bytes.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new Error('A successor envelope has an unknown form.');
  }
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', successorKey(predecessor), nonce);
  decipher.setAAD(Buffer.from(sessionId));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const ciphertext = bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
}

function successorKey(predecessor: string): Buffer {
  return Buffer.from(hkdfSync('sha256', predecessor, '', 'custodia refresh-token successor v1', 32));
}
