import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { KeyEncryption } from '../../../privacy/key-ring.js';
import { noteKeyId, type NoteSigner, type NoteVerifier } from './signed-note.js';

export interface CheckpointKeyParts {
  db: Database;
  encryption: KeyEncryption;
  clock: Clock;
  /** The log is named after the host in it when its first key is made. */
  publicUrl: string;
  /** Writes down that the log has its first key, in the transaction that makes it. */
  recordFirst: (tx: Transaction, key: NoteVerifier) => Promise<void>;
}

/** The keys of the log's checkpoints. */
export interface CheckpointKeys {
  /** Signs from now on. The same object for as long as it is the same key. */
  signer: NoteSigner;
  /** Everyone that ever signed, the newest first. */
  verifiers: NoteVerifier[];
}

interface StoredKey {
  id: string;
  publicJwk: unknown;
  wrappedKey: string;
  signsFrom: Date;
}

const ALGORITHM = 'Ed25519';
const LOCK = 'custodia checkpoint key';
/** Old checkpoints are verified for as long as the log is kept. */
const FOR_EVER = new Date('9999-12-31T00:00:00Z');
/** Stands before the public half, which is wrapped in place of a private half that is destroyed. */
const RETIRED = Buffer.of(1);

/**
 * The keys that sign checkpoints: Ed25519 keys beside those that sign tokens, the private half of the newest wrapped
 * by the key ring. The first is made at the first use; the log keeps the name that it was made under, whatever
 * PUBLIC_URL says later. A key that was replaced leaves its public half, wrapped too: who rules the database but not
 * the key ring can add no key of their own.
 */
export function createCheckpointKeys({ db, encryption, clock, publicUrl, recordFirst }: CheckpointKeyParts) {
  const opened = new Map<string, NoteSigner | NoteVerifier>();

  /** @throws SealedValueError when the key ring does not open them; Error when one is not what the ring vouches for */
  async function open(): Promise<CheckpointKeys> {
    const stored = await findStored(db);
    if (stored.length === 0) {
      await db.$transaction(async (tx) => {
        await lock(tx);
        if ((await findStored(tx)).length === 0) await makeFirst(tx);
      });
      return open();
    }
    const keys = await Promise.all(stored.map(openKey));
    const [signer] = keys;
    if (!signer || !isSigner(signer)) throw new Error('The newest key of the audit log cannot sign.');
    return { signer, verifiers: keys };
  }

  /**
   * Makes a new key, which signs from the next checkpoint on, and destroys the private half of the one before.
   * Running servers take it up within a second or two.
   *
   * @returns the new key
   */
  async function rotate(tx: Transaction): Promise<NoteSigner> {
    await lock(tx);
    const stored = await findStored(tx);
    const [current] = stored;
    if (!current) return makeFirst(tx);
    const { name } = await openKey(current);
    const begins = new Date(Math.max(clock.now().getTime(), current.signsFrom.getTime() + 1));
    const made = await make(tx, name, begins);
    await retire(tx, current);
    return made;
  }

  async function openKey({ id, publicJwk, wrappedKey }: StoredKey): Promise<NoteSigner | NoteVerifier> {
    const { x, name } = publicJwk as { x?: unknown; name?: unknown };
    if (typeof x !== 'string' || typeof name !== 'string')
      throw new Error(`${id} is no key of the audit log.`);
    const known = opened.get(`${id} ${name} ${x}`);
    if (known) return known;
    const verifier = { name, publicKey: Buffer.from(x, 'base64url') };
    const secret = await encryption.unwrap(wrappedKey, contextOf(id));
    const isRetired = secret.equals(Buffer.concat([RETIRED, verifier.publicKey]));
    const key = isRetired ? verifier : { ...verifier, privateKey: importKey(x, secret) };
    if (isSigner(key) && publicHalf(key.privateKey) !== x)
      throw new Error(`${id} is another key than it says.`);
    if (idOf(key) !== id) throw new Error(`${id} has another name than it was made under.`);
    opened.set(`${id} ${name} ${x}`, key);
    return key;
  }

  async function makeFirst(tx: Transaction): Promise<NoteSigner> {
    const made = await make(tx, `${new URL(publicUrl).host}/audit-log`, clock.now());
    await recordFirst(tx, made);
    return made;
  }

  async function make(tx: Transaction, name: string, signsFrom: Date): Promise<NoteSigner> {
    const { privateKey } = generateKeyPairSync('ed25519');
    const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
    const signer = { name, publicKey: Buffer.from(x, 'base64url'), privateKey };
    const id = idOf(signer);
    await tx.signingKey.create({
      data: {
        id,
        algorithm: ALGORITHM,
        publicJwk: { kty: 'OKP', crv: 'Ed25519', x, name },
        wrappedKey: await encryption.wrap(Buffer.from(d, 'base64url'), contextOf(id)),
        createdAt: clock.now(),
        signsFrom,
        signsUntil: FOR_EVER,
        publishedUntil: FOR_EVER,
      },
    });
    return signer;
  }

  async function retire(tx: Transaction, stored: StoredKey): Promise<void> {
    const { publicKey } = await openKey(stored);
    const left = Buffer.concat([RETIRED, publicKey]);
    const wrappedKey = await encryption.wrap(left, contextOf(stored.id));
    await tx.signingKey.update({
      where: { id: stored.id },
      data: { wrappedKey, signsUntil: clock.now() },
      select: { id: true },
    });
  }

  return { open, rotate };
}

export type CheckpointKeyStore = ReturnType<typeof createCheckpointKeys>;

function findStored(from: Database | Transaction): Promise<StoredKey[]> {
  return from.signingKey.findMany({
    where: { algorithm: ALGORITHM },
    orderBy: { signsFrom: 'desc' },
    select: { id: true, publicJwk: true, wrappedKey: true, signsFrom: true },
  });
}

async function lock(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`;
}

function isSigner(key: NoteSigner | NoteVerifier): key is NoteSigner {
  return 'privateKey' in key;
}

function idOf(key: NoteVerifier): string {
  return `audit-${noteKeyId(key).toString('hex')}`;
}

function contextOf(id: string): string {
  return `signing-key:${id}`;
}

function importKey(x: string, secret: Buffer): KeyObject {
  return createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x, d: secret.toString('base64url') },
  });
}

function publicHalf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
}
