import type { KeyObject } from 'node:crypto';
import { SECOND, type Clock } from '../../clock.js';
import type { Database, Transaction } from '../../database/client.js';
import type { SigningKey } from '../../database/generated/client.js';
import type { Log } from '../../log.js';
import type { KeyEncryption } from '../../privacy/key-ring.js';
import { KeyRingError } from '../../privacy/privacy-errors.js';
import type { RecordKeyChange } from './signing-key-change.js';
import {
  generateSigningKey,
  parsePublicJwk,
  thumbprint,
  toPrivateKey,
  toPublicKey,
  wrappingContext,
} from './signing-key-material.js';
import type { NewSigningKey, PublicJwk } from './signing-key-material.js';
import { createRetiredKeys, type RetiredKey } from './retired-keys.js';
import { findSigningKey, planSuccession, RELOAD_INTERVAL } from './signing-key-schedule.js';
import type { KeyLives, KeyTimes } from './signing-key-schedule.js';

/** Unknown key ids make the keys be read again at most this often, whoever sends them. */
const UNKNOWN_KEY_PAUSE = 10 * SECOND;
const LOCK = 'custodia signing keys';

export interface SigningKeysDeps {
  db: Database;
  encryption: KeyEncryption;
  clock: Clock;
  config: KeyLives;
  log: Log;
  recordChange: RecordKeyChange;
}

export interface VerificationKey {
  kid: string;
  publicKey: KeyObject;
}

export interface JsonWebKeySet {
  keys: (PublicJwk & { kid: string; use: 'sig'; alg: 'ES256' })[];
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;

interface KnownKey extends VerificationKey, KeyTimes {
  id: string;
  publicJwk: PublicJwk;
  privateKey: KeyObject;
}

/**
 * The keys that sign tokens: in the database, the private half wrapped by the key ring, so that every
 * process has the same ones. No timer runs: whoever asks for a key or for the key set brings what is
 * older than an hour up to date first, successors that are due included.
 */
export function createSigningKeys(deps: SigningKeysDeps) {
  const { db, encryption, clock, config, log, recordChange } = deps;
  const retiredKeys = createRetiredKeys(deps);
  let known = new Map<string, KnownKey>();
  let retired: RetiredKey[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  /**
   * Brings the keys up to date; makes the first key or a successor when one is due.
   * Throws KeyRingError when there are keys and the key ring opens none of them.
   */
  function ensure(): Promise<void> {
    running ??= maintain(false).finally(() => (running = null));
    return running;
  }

  /** Publishes a successor now, which takes over a day later; does nothing while one is waiting already. */
  async function rotate(): Promise<void> {
    await maintain(true);
  }

  async function maintain(early: boolean): Promise<void> {
    const startedAt = clock.now();
    let keys = await readKeys(db);
    if (planSuccession(keys, startedAt, config, early)) keys = await publishSuccessor(early);
    retired = await retiredKeys.read();
    known = new Map(keys.map((key) => [key.kid, key]));
    loadedAt = startedAt.getTime();
  }

  /** Under a lock, so that of several processes one makes the key and the others find it. */
  async function publishSuccessor(early: boolean): Promise<KnownKey[]> {
    const key = generateSigningKey();
    const wrappedKey = await encryption.wrap(key.secret, wrappingContext(key.kid));
    return db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`;
      const now = clock.now();
      await removeUseless(tx, now);
      const plan = planSuccession(await readKeys(tx), now, config, early);
      if (plan?.predecessor) {
        const { id, ...data } = plan.predecessor;
        await tx.signingKey.update({ where: { id }, data });
      }
      if (plan) {
        await insert(tx, key, wrappedKey, plan.successor, now);
        await recordChange(tx, 'key.published', key.kid);
        log.info({ keyId: key.kid }, 'published a signing key');
      }
      return readKeys(tx);
    });
  }

  /** Deletes the keys by which nothing can be verified any more. */
  async function removeUseless(tx: Transaction, now: Date): Promise<void> {
    const where = { publishedUntil: { lte: now }, signedReceipts: false };
    for (const { id } of await tx.signingKey.findMany({ where, select: { id: true } })) {
      const { count } = await tx.signingKey.deleteMany({ where: { ...where, id } });
      if (count > 0) await recordChange(tx, 'key.removed', id);
    }
  }

  async function readKeys(from: Database | Transaction): Promise<KnownKey[]> {
    const rows = await from.signingKey.findMany({
      where: { algorithm: 'ES256', publishedUntil: { gt: clock.now() } },
    });
    const keys = await Promise.all(rows.map(openRow));
    const opened = keys.filter((key) => key !== null);
    if (opened.length === 0 && rows.length > 0)
      throw new KeyRingError(['it opens none of the signing keys of this database: another ring made them']);
    return opened;
  }

  /**
   * The key of a row; null, with a line in the log, when it is not one that a holder of the key ring made: its
   * id is the thumbprint of its public half and bound into the wrapping, so nobody can slip a foreign key in.
   * Keys that are known already keep their key objects, which cost more to make than a signature.
   */
  async function openRow(row: SigningKey): Promise<KnownKey | null> {
    const { id, signsFrom, signsUntil, publishedUntil } = row;
    const times = { signsFrom, signsUntil, publishedUntil };
    const before = known.get(id);
    if (before) return { ...before, ...times };
    try {
      const publicJwk = parsePublicJwk(row.publicJwk);
      if (thumbprint(publicJwk) !== id) throw new Error('A signing key has another id than its thumbprint.');
      const privateKey = toPrivateKey(
        publicJwk,
        await encryption.unwrap(row.wrappedKey, wrappingContext(id)),
      );
      return { id, kid: id, publicJwk, publicKey: toPublicKey(publicJwk), privateKey, ...times };
    } catch (err) {
      log.error({ err, keyId: id }, 'a signing key in the database cannot be used');
      return null;
    }
  }

  /** Like ensure, but only when it is time; goes on with the keys it has while the database is away. */
  async function keepFresh(): Promise<void> {
    if (clock.now().getTime() - loadedAt < RELOAD_INTERVAL) return;
    try {
      await ensure();
    } catch (err) {
      if (known.size === 0) throw err;
      log.error({ err }, 'could not read the signing keys; going on with those that are known');
    }
  }

  /** The key to sign with now. Throws an ordinary Error when there is none. */
  async function current(): Promise<{ kid: string; privateKey: KeyObject }> {
    await keepFresh();
    const key = findSigningKey([...known.values()], clock.now());
    if (!key) throw new Error('There is no signing key.');
    return { kid: key.kid, privateKey: key.privateKey };
  }

  /** The published key of this id among those that this process knows. */
  function find(kid: string): VerificationKey | null {
    const key = known.get(kid);
    return key && key.publishedUntil > clock.now() ? key : null;
  }

  /** The same after the keys were read again, since another process may have published one. */
  async function findAfterReload(kid: string): Promise<VerificationKey | null> {
    if (clock.now().getTime() - loadedAt >= UNKNOWN_KEY_PAUSE) await ensure();
    return find(kid);
  }

  /**
   * The published keys as RFC 7517 has them, and those that signed receipts and sign no more. May be cached for as
   * long as a key waits before it signs.
   */
  async function jwks(): Promise<JsonWebKeySet> {
    await keepFresh();
    const published = [...known.values()].filter((key) => key.publishedUntil > clock.now());
    return {
      keys: [...published, ...retired].map(({ kid, publicJwk }) => ({
        ...publicJwk,
        kid,
        use: 'sig',
        alg: 'ES256',
      })),
    };
  }

  return { ensure, rotate, current, find, findAfterReload, jwks };
}

async function insert(
  tx: Transaction,
  { kid, publicJwk }: NewSigningKey,
  wrappedKey: string,
  times: KeyTimes,
  now: Date,
): Promise<void> {
  await tx.signingKey.create({
    data: { id: kid, algorithm: 'ES256', publicJwk: { ...publicJwk }, wrappedKey, createdAt: now, ...times },
  });
}
