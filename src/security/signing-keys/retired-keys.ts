import type { Clock } from '../../clock.js';
import type { Database } from '../../database/client.js';
import type { Log } from '../../log.js';
import type { KeyEncryption } from '../../privacy/key-ring.js';
import type { RecordKeyChange } from './signing-key-change.js';
import { parsePublicJwk, thumbprint, wrappingContext, type PublicJwk } from './signing-key-material.js';

export interface RetiredKey {
  kid: string;
  publicJwk: PublicJwk;
}

/** In place of a private key that is destroyed: no scalar of P-256. */
const NO_KEY = Buffer.alloc(32);

/**
 * Keys that sign no more and signed receipts: whoever holds a receipt finds the public half among the published
 * keys for good. The private half is destroyed when the key retires; what is wrapped in its place only shows that a
 * holder of the key ring vouches for the row.
 */
export function createRetiredKeys(parts: {
  db: Database;
  encryption: KeyEncryption;
  clock: Clock;
  log: Log;
  recordChange: RecordKeyChange;
}) {
  const { db, encryption, clock, log, recordChange } = parts;
  const known = new Map<string, RetiredKey>();

  /** The retired keys; destroys the private halves of those that have retired since. */
  async function read(): Promise<RetiredKey[]> {
    const rows = await db.signingKey.findMany({
      where: { algorithm: 'ES256', signedReceipts: true, publishedUntil: { lte: clock.now() } },
      orderBy: { signsFrom: 'desc' },
    });
    for (const { id, publicJwk, wrappedKey } of rows) {
      if (known.has(id)) continue;
      try {
        await retire(id, parsePublicJwk(publicJwk), wrappedKey);
      } catch (err) {
        log.error({ err, keyId: id }, 'a retired signing key in the database is not vouched for');
      }
    }
    return rows.flatMap(({ id }) => known.get(id) ?? []);
  }

  async function retire(kid: string, publicJwk: PublicJwk, wrappedKey: string): Promise<void> {
    if (thumbprint(publicJwk) !== kid) throw new Error('A signing key has another id than its thumbprint.');
    const secret = await encryption.unwrap(wrappedKey, wrappingContext(kid));
    if (!secret.equals(NO_KEY)) {
      const emptied = await encryption.wrap(NO_KEY, wrappingContext(kid));
      await db.$transaction(async (tx) => {
        const where = { id: kid, wrappedKey };
        const { count } = await tx.signingKey.updateMany({ where, data: { wrappedKey: emptied } });
        if (count > 0) await recordChange(tx, 'key.retired', kid);
      });
    }
    known.set(kid, { kid, publicJwk });
  }

  return { read };
}
