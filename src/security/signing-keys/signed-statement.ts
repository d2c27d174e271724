import jwt from 'jsonwebtoken';
import type { SigningKeys } from './signing-keys.js';

const ALGORITHM = 'ES256';

export interface SignedStatement {
  /** Compact JWS (RFC 7515). */
  jws: string;
  /** The id of the key that signed it. */
  keyId: string;
}

export type SignStatement = (type: string, claims: object) => Promise<SignedStatement>;

/**
 * Signs what others are to verify with the keys at `/.well-known/jwks.json`: receipts and security events. Its
 * `typ` sets a statement apart from an access token (RFC 8725, section 3.11): neither passes for the other.
 */
export function createSignStatement({ current }: Pick<SigningKeys, 'current'>): SignStatement {
  return async function signStatement(type, claims) {
    const { kid, privateKey } = await current();
    const header = { alg: ALGORITHM, typ: type, kid };
    return {
      jws: jwt.sign(claims, privateKey, { algorithm: ALGORITHM, header, noTimestamp: true }),
      keyId: kid,
    };
  };
}

/** The claims of a statement that this server signed and stored itself; the signature is not checked again. */
export function readOwnStatement(jws: string): Record<string, unknown> {
  const payload = jws.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
}
