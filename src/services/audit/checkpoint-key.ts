import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Database, Transaction } from '../../database/client.js';
import type { KeyEncryption } from '../../privacy/key-ring.js';
import { noteKeyId, type NoteSigner } from './signed-note.js';

export interface CheckpointKeyParts {
  db: Database;
  encryption: KeyEncryption;
  clock: Clock;
  /** The log is named after the host in it when its key is made. */
  publicUrl: string;
}

const ALGORITHM = 'Ed25519';
const LOCK = 'custodia checkpoint key';
/** Old checkpoints are verified for as long as the log is kept. */
const FOR_EVER = new Date('9999-12-31T00:00:00Z');

/**
 * The key that signs checkpoints: an Ed25519 key beside those that sign tokens, its private half wrapped by the
 * key ring. It is made at the first use and keeps the name that it was made under, whatever PUBLIC_URL says later.
 *
 * @throws SealedValueError when the key ring does not open it
 */
export async function ensureCheckpointKey(parts: CheckpointKeyParts): Promise<NoteSigner> {
  const { db, encryption } = parts;
  const stored = await findStored(db);
  if (stored) return open(stored, encryption);
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`;
    const made = await findStored(tx);
    return made ? open(made, encryption) : make(tx, parts);
  });
}

interface StoredKey {
  id: string;
  publicJwk: unknown;
  wrappedKey: string;
}

function findStored(from: Database | Transaction): Promise<StoredKey | null> {
  return from.signingKey.findFirst({
    where: { algorithm: ALGORITHM },
    orderBy: { signsFrom: 'desc' },
    select: { id: true, publicJwk: true, wrappedKey: true },
  });
}

async function make(
  tx: Transaction,
  { encryption, clock, publicUrl }: CheckpointKeyParts,
): Promise<NoteSigner> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
  const name = `${new URL(publicUrl).host}/audit-log`;
  const signer = { name, publicKey: Buffer.from(x, 'base64url'), privateKey };
  const id = `audit-${noteKeyId(signer).toString('hex')}`;
  const now = clock.now();
  await tx.signingKey.create({
    data: {
      id,
      algorithm: ALGORITHM,
      publicJwk: { kty: 'OKP', crv: 'Ed25519', x, name },
      wrappedKey: await encryption.wrap(Buffer.from(d, 'base64url'), `signing-key:${id}`),
      createdAt: now,
      signsFrom: now,
      signsUntil: FOR_EVER,
      publishedUntil: FOR_EVER,
    },
  });
  return signer;
}

async function open(
  { id, publicJwk, wrappedKey }: StoredKey,
  encryption: KeyEncryption,
): Promise<NoteSigner> {
  const { x, name } = publicJwk as { x?: unknown; name?: unknown };
  if (typeof x !== 'string' || typeof name !== 'string')
    throw new Error('The key of the audit log is no key.');
  const secret = await encryption.unwrap(wrappedKey, `signing-key:${id}`);
  const privateKey = importKey(x, secret);
  return { name, publicKey: Buffer.from(x, 'base64url'), privateKey };
}

function importKey(x: string, secret: Buffer): KeyObject {
  return createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x, d: secret.toString('base64url') },
  });
}
