import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CHUNK_BYTES,
  decryptChunks,
  encryptChunks,
} from '../../../src/services/compliance/exports/export-cipher.js';

const key = randomBytes(32);
const SEALED_CHUNK = CHUNK_BYTES + 16;

const encrypt = (plain: Buffer, pieces = 7_777) =>
  buffer(cut(plain, pieces).pipe(encryptChunks(key, 'export')));
const decrypt = (sealed: Buffer, about = 'export', with_ = key) => {
  const opened = decryptChunks(with_, about);
  return buffer(cut(sealed, 10_007).pipe(opened));
};
function cut(bytes: Buffer, size: number): Readable {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  return Readable.from(pieces, { objectMode: false });
}

test.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5])(
  '%i bytes come back as they were',
  async (length) => {
    const plain = randomBytes(length);
    const sealed = await encrypt(plain);
    expect(sealed.length).toBe(length + 16 * Math.max(1, Math.ceil(length / CHUNK_BYTES)));
    expect((await decrypt(sealed)).equals(plain)).toBe(true);
  },
);

test('chunks that were changed, moved, dropped, repeated, added or cut off do not open', async () => {
  const sealed = await encrypt(randomBytes(3 * CHUNK_BYTES + 100));
  const chunks = [0, 1, 2, 3].map((at) => sealed.subarray(at * SEALED_CHUNK, (at + 1) * SEALED_CHUNK));
  const [first, second, third, last] = chunks as [Buffer, Buffer, Buffer, Buffer];
  const flipped = Buffer.from(sealed);
  flipped[SEALED_CHUNK + 5]! ^= 1;
  const attacks = [
    flipped,
    Buffer.concat([second, first, third, last]),
    Buffer.concat([first, third, last]),
    Buffer.concat([first, first, second, third, last]),
    Buffer.concat([first, second, third]),
    Buffer.concat([first, second, third, last.subarray(0, -1)]),
    Buffer.concat([sealed, last]),
    Buffer.concat([first, second, third, last, Buffer.alloc(16)]),
    Buffer.alloc(0),
  ];
  for (const attack of attacks) await expect(decrypt(attack)).rejects.toThrow();
});

test('another key or another export’s name does not open it', async () => {
  const sealed = await encrypt(Buffer.from('secret'));
  await expect(decrypt(sealed, 'another')).rejects.toThrow();
  await expect(decrypt(sealed, 'export', randomBytes(32))).rejects.toThrow();
});
