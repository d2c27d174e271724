import { createHmac, hkdfSync } from 'node:crypto';
import { associatedData, decrypt, encrypt } from '../../privacy/aead.js';
import type { SecretVersions } from '../../privacy/key-ring.js';

const PART_BYTES = 32;

/** What is made of one caller's Idempotency-Key: where its answer lies, and how it is recognised and opened. */
export interface IdempotencySecrets {
  /** `<key id>.<base64url>`. */
  id: string;
  fingerprint(request: string): string;
  seal(answer: string): string;
  /** @throws Error when it was sealed for another key or was altered */
  open(envelope: string): string;
}

/**
 * Derives them by HKDF-SHA-256 (RFC 5869) from a secret of the server and the client's key together: whoever reads the
 * database, the server itself included, opens no answer without the key that the client sends again.
 */
export function deriveSecrets(
  secrets: SecretVersions,
  keyId: string,
  { caller, key }: { caller: string; key: string },
): IdempotencySecrets {
  const info = Buffer.concat([Buffer.from('custodia idempotency v1,'), associatedData(caller, key)]);
  // HKDF takes at most 1,024 bytes of info: a hash stands for it.
  const label = createHmac('sha256', 'custodia idempotency v1').update(info).digest();
  const bytes = Buffer.from(hkdfSync('sha256', secrets.get(keyId), '', label, 3 * PART_BYTES));
  const [name, printing, sealing] = [0, 1, 2].map((part) =>
    bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
  ) as [Buffer, Buffer, Buffer];
  const id = `${keyId}.${name.toString('base64url')}`;
  const aad = associatedData('IdempotentRequest', id);
  return {
    id,
    fingerprint: (request) => createHmac('sha256', printing).update(request).digest('base64url'),
    seal: (answer) => encrypt(sealing, Buffer.from(answer), aad).toString('base64url'),
    open(envelope) {
      const answer = decrypt(sealing, Buffer.from(envelope, 'base64url'), aad);
      if (answer === null) throw new Error('A stored answer does not open.');
      return answer.toString('utf8');
    },
  };
}
