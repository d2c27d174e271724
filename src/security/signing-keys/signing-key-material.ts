import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** The public half of an ES256 key (RFC 7518, section 6.2). */
export interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

export interface NewSigningKey {
  kid: string;
  publicJwk: PublicJwk;
  /** The private scalar `d`, 32 bytes: to be wrapped at once. */
  secret: Buffer;
}

/** Makes a key pair on P-256. */
export function generateSigningKey(): NewSigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' });
  if (!x || !y || !d) throw new Error('The P-256 key that was made lacks a coordinate.');
  const publicJwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  return { kid: thumbprint(publicJwk), publicJwk, secret: Buffer.from(d, 'base64url') };
}

/** The key's id: its JWK thumbprint with SHA-256 (RFC 7638). */
export function thumbprint({ crv, kty, x, y }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

export function toPublicKey(publicJwk: PublicJwk): KeyObject {
  return createPublicKey({ format: 'jwk', key: { ...publicJwk } });
}

export function toPrivateKey(publicJwk: PublicJwk, secret: Buffer): KeyObject {
  return createPrivateKey({ format: 'jwk', key: { ...publicJwk, d: secret.toString('base64url') } });
}

/** Reads a public key out of a JSON column. Throws an ordinary Error when it is not one. */
export function parsePublicJwk(value: unknown): PublicJwk {
  const { kty, crv, x, y } = (value ?? {}) as Record<string, unknown>;
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') {
    throw new Error('A stored signing key is not a P-256 key.');
  }
  return { kty, crv, x, y };
}

/** What a stored private key is bound to: the id of its public half. */
export function wrappingContext(kid: string): string {
  return `signing-key:${kid}`;
}
