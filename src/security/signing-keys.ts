import type { KeyObject } from 'node:crypto';
import { SECOND, type Clock } from '../clock.js';
import type { Database, Transaction } from '../database/client.js';
import type { Log } from '../log.js';
import type { KeyEncryption } from '../privacy/key-ring.js';
import { generateSigningKey, parsePublicJwk, toPrivateKey, toPublicKey } from './signing-key-material.js';
import type { NewSigningKey, PublicJwk } from './signing-key-material.js';
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
  publicJwk: PublicJwk;
  wrappedKey: string;
  privateKey?: Promise<KeyObject>;
}

/**
 * The keys that sign tokens: in the database, the private half wrapped by the key ring, so that every
 * process has the same ones. No timer runs: whoever asks for a key or for the key set brings what is
 * older than an hour up to date first, successors that are due included.
 */
export function createSigningKeys({ db, encryption, clock, config, log }: SigningKeysDeps) {
  let known = new Map<string, KnownKey>();
  let loadedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  /** Brings the keys up to date; makes the first key or a successor when one is due. */
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
    let rows = await readRows(db);
    if (planSuccession(rows, startedAt, config, early)) rows = await publishSuccessor(early);
    remember(rows);
    loadedAt = startedAt.getTime();
  }

  /** Under a lock, so that of several processes one makes the key and the others find it. */
  async function publishSuccessor(early: boolean): Promise<Row[]> {
    const key = generateSigningKey();
    const wrappedKey = await encryption.wrap(key.secret, wrappingContext(key.kid));
    return db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`;
      const now = clock.now();
      await tx.signingKey.deleteMany({ where: { publishedUntil: { lte: now } } });
      const plan = planSuccession(await readRows(tx), now, config, early);
      if (plan?.predecessor) {
        const { id, ...data } = plan.predecessor;
        await tx.signingKey.update({ where: { id }, data });
      }
      if (plan) {
        await insert(tx, key, wrappedKey, plan.successor, now);
        log.info({ keyId: key.kid }, 'published a signing key');
      }
      return readRows(tx);
    });
  }

  /** Keeps the key objects of keys that are known already: making one costs more than a signature. */
  function remember(rows: Row[]): void {
    const next = new Map<string, KnownKey>();
    for (const { id: kid, publicJwk: stored, wrappedKey, signsFrom, signsUntil, publishedUntil } of rows) {
      const before = known.get(kid);
      const publicJwk = before?.publicJwk ?? parsePublicJwk(stored);
      const publicKey = before?.publicKey ?? toPublicKey(publicJwk);
      const privateKey = before?.privateKey;
      next.set(kid, {
        kid,
        publicJwk,
        publicKey,
        privateKey,
        wrappedKey,
        signsFrom,
        signsUntil,
        publishedUntil,
      });
    }
    known = next;
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
    key.privateKey ??= unwrap(key).catch((err: unknown) => {
      key.privateKey = undefined;
      throw err;
    });
    return { kid: key.kid, privateKey: await key.privateKey };
  }

  async function unwrap({ kid, publicJwk, wrappedKey }: KnownKey): Promise<KeyObject> {
    return toPrivateKey(publicJwk, await encryption.unwrap(wrappedKey, wrappingContext(kid)));
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

  /** The published keys as RFC 7517 has them. May be cached for as long as a key waits before it signs. */
  async function jwks(): Promise<JsonWebKeySet> {
    await keepFresh();
    const published = [...known.values()].filter((key) => key.publishedUntil > clock.now());
    return {
      keys: published.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, use: 'sig', alg: 'ES256' })),
    };
  }

  return { ensure, rotate, current, find, findAfterReload, jwks };
}

type Row = Awaited<ReturnType<typeof readRows>>[number];

function readRows(db: Database | Transaction) {
  return db.signingKey.findMany({ where: { algorithm: 'ES256' }, orderBy: { signsFrom: 'asc' } });
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

function wrappingContext(kid: string): string {
  return `signing-key:${kid}`;
}
