import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { deriveScrypt, requireScryptCost } from './foreign-hash-kdf.js';
import { storedHashError } from './password-phc.js';

const FORMAT = 'fbscrypt';
const SHAPE =
  /^\$fbscrypt\$v=1,n=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2}),ss=([A-Za-z0-9+/]*={0,2}),sk=([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]*={0,2})\$([A-Za-z0-9+/]+={0,2})$/;
const KEY_LENGTH = 32;
const TAG_LENGTH = 64;

/**
 * Prepares the check of a hash of Firebase Authentication: scrypt derives an AES-256-CTR key from the password,
 * which encrypts the project's signer key; the result is the hash (github.com/firebase/scrypt). Written as
 * `$fbscrypt$v=1,n=<mem cost>,r=<rounds>,p=1,ss=<salt separator>,sk=<signer key>$<salt>$<hash>`, all of it base64
 * as Firebase's console and export have it.
 *
 * @throws Error (StoredHashError) when it is malformed or its cost over the limit
 */
export function readFirebaseScrypt(stored: string): (password: string) => Promise<boolean> {
  const [, n, r, p, separator, signerKey, salt, hash] = SHAPE.exec(stored) ?? [];
  if (hash === undefined) throw storedHashError(FORMAT, 'malformed');
  const cost = requireScryptCost(FORMAT, { logN: Number(n), r: Number(r), p: Number(p) });
  const expected = Buffer.from(hash, 'base64');
  const key = Buffer.from(signerKey ?? '', 'base64');
  if (expected.length !== TAG_LENGTH || key.length !== TAG_LENGTH) throw storedHashError(FORMAT, 'malformed');
  const seasoning = Buffer.concat([
    Buffer.from(salt ?? '', 'base64'),
    Buffer.from(separator ?? '', 'base64'),
  ]);
  return async (password) => {
    const derived = await deriveScrypt(password, seasoning, KEY_LENGTH, cost);
    const cipher = createCipheriv('aes-256-ctr', derived, Buffer.alloc(16));
    return timingSafeEqual(Buffer.concat([cipher.update(key), cipher.final()]), expected);
  };
}
