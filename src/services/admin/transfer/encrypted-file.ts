import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/** Where an encrypted file of the format age begins (age-encryption.org/v1). */
const MAGIC = 'age-encryption.org/v1\n';

/** Whether the file with these first bytes is encrypted. */
export function isEncrypted(start: Uint8Array): boolean {
  return Buffer.from(start).toString('latin1').startsWith(MAGIC);
}

/**
 * Encrypts a stream to public keys, each `age1…`: only the holders of one of the private keys read it, this server
 * cannot.
 *
 * @throws Error when a recipient is no public key
 */
export async function encryptStream(
  plain: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): Promise<Readable> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const source = Readable.toWeb(Readable.from(plain)) as unknown as globalThis.ReadableStream<Uint8Array>;
  return Readable.fromWeb(await encrypter.encrypt(source));
}

/** The file cannot be decrypted; the message says why, to the operator. */
export class EncryptedFileError extends Error {}

/**
 * Decrypts a stream with private keys, each `AGE-SECRET-KEY-1…`.
 * @throws EncryptedFileError when none of them opens it, and later where it was changed or cut off
 */
export async function* decryptStream(
  encrypted: AsyncIterable<Uint8Array>,
  identities: readonly string[],
): AsyncIterable<Uint8Array> {
  try {
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    const source = Readable.toWeb(
      Readable.from(encrypted),
    ) as unknown as globalThis.ReadableStream<Uint8Array>;
    const plain = (await decrypter.decrypt(source)) as unknown as ReadableStream<Uint8Array>;
    for await (const chunk of plain) yield chunk;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EncryptedFileError(`The file cannot be decrypted: ${why}`, { cause });
  }
}
