import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { KEY_BYTES, NONCE_BYTES, TAG_BYTES } from '../../../privacy/aead.js';

/** Bytes of plaintext in one chunk; only the last one is shorter, and may be empty. */
export const CHUNK_BYTES = 64 * 1024;

const ALGORITHM = 'aes-256-gcm';

/**
 * Encrypts a stream in chunks under AES-256-GCM, after STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce
 * counts the chunks and marks the last one, so that chunks cannot be changed, moved, dropped or cut off. `key` must
 * be random and used for this one stream.
 */
export function encryptChunks(key: Buffer, about: string): Transform {
  return createChunker(CHUNK_BYTES, (chunk, index, isLast) => {
    const cipher = createCipheriv(ALGORITHM, requireKey(key), nonceOf(index, isLast), {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(Buffer.from(about));
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  });
}

/** Decrypts what `encryptChunks` made; the stream breaks at the first chunk that is not as it was written. */
export function decryptChunks(key: Buffer, about: string): Transform {
  return createChunker(CHUNK_BYTES + TAG_BYTES, (chunk, index, isLast) => {
    if (chunk.length < TAG_BYTES) throw new Error('The export was cut off.');
    const nonce = nonceOf(index, isLast);
    const decipher = createDecipheriv(ALGORITHM, requireKey(key), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(chunk.subarray(chunk.length - TAG_BYTES));
    return Buffer.concat([decipher.update(chunk.subarray(0, chunk.length - TAG_BYTES)), decipher.final()]);
  });
}

/** Cuts a stream into chunks of `size` bytes; holds a full one back until it knows whether it is the last. */
function createChunker(
  size: number,
  convert: (chunk: Buffer, index: number, isLast: boolean) => Buffer,
): Transform {
  let held: Buffer[] = [];
  let length = 0;
  let index = 0;

  function* fullChunks(isEnd: boolean): Generator<Buffer> {
    if (length <= size && !isEnd) return;
    const bytes = Buffer.concat(held);
    let at = 0;
    while (bytes.length - at > size) {
      yield convert(bytes.subarray(at, at + size), index, false);
      index += 1;
      at += size;
    }
    held = [bytes.subarray(at)];
    length = bytes.length - at;
    if (isEnd) yield convert(bytes.subarray(at), index, true);
  }

  function push(stream: Transform, isEnd: boolean, done: TransformCallback): void {
    try {
      for (const chunk of fullChunks(isEnd)) stream.push(chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error('The export could not be converted.'));
    }
  }

  return new Transform({
    transform(this: Transform, bytes: Buffer, _encoding, done) {
      held.push(bytes);
      length += bytes.length;
      push(this, false, done);
    },
    flush(this: Transform, done) {
      push(this, true, done);
    },
  });
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(index, NONCE_BYTES - 7, 6);
  nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1);
  return nonce;
}

function requireKey(key: Buffer): Buffer {
  if (key.length !== KEY_BYTES) throw new Error('The key of an export has 32 bytes.');
  return key;
}
