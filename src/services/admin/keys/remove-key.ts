import { setTimeout as sleep } from 'node:timers/promises';
import { after } from '../../../clock.js';
import { COUNTED, findUnder } from '../../../database/re-sealing/key-counts.js';
import { clearOtherIndexes } from '../../../database/re-sealing/re-index.js';
import { createPace } from '../../../database/re-sealing/pace.js';
import { withUpkeepLock } from '../../../database/re-sealing/sql.js';
import { editKeyRingFile } from '../../../privacy/key-ring-file.js';
import type { Purpose } from '../../../privacy/key-ring.js';
import { KeyRingError } from '../../../privacy/privacy-errors.js';
import { NAMED_IDS, nameIds } from './key-failures.js';
import { PEPPERS_FILLED } from './key-run.js';
import type { KeyParts } from './key-parts.js';
import { activeKeyId, countRing } from './ring-steps.js';

/**
 * Takes a key out of the key ring's file, once nothing lies under it: counted, and counted again when the grace
 * period has passed, in which nobody may have written with it any more.
 */
export function createRemoveKey(parts: KeyParts) {
  const { db, databaseUrl, sql, wrappedKeys, keyRing, keyRingFile, audit, clock, repetitionTtl } = parts;

  async function refuseIfNeeded(purpose: Purpose, id: string): Promise<void> {
    const needed = await findNeeding(purpose, id);
    if (purpose === 'pepper') needed.push(...(await unknownPeppers()));
    if (purpose === 'searchIndex') needed.push(...(await repeatableRequests(id)));
    if (needed.length === 0) return;
    const list = needed.map(({ what, count, ids }) => `${count} ${what}${ids && ` (${ids})`}`).join(', ');
    throw new KeyRingError([`${purpose}.${id}: still needed by ${list}`]);
  }

  /** What lies under the key, by its kind and the ids of the rows: those that do not open are found by them. */
  async function findNeeding(purpose: Purpose, id: string) {
    const counts = (await countRing(parts, purpose)).filter(({ keyId, count }) => keyId === id && count > 0);
    const sqls = { sql, keySql: wrappedKeys.sql };
    return Promise.all(
      counts.map(async ({ what, count }) => {
        const counted = COUNTED[purpose].find((each) => each.what === what)!;
        return { what, count, ids: nameIds(await findUnder(sqls, counted, id, NAMED_IDS), count) };
      }),
    );
  }

  /** While hashes of an unknown pepper are stored, none can be said to be unused. */
  async function unknownPeppers() {
    const [row] = await sql<{ count: string }>(
      `SELECT count(*) AS count FROM users u WHERE password_hash IS NOT NULL AND password_pepper IS NULL
        AND NOT EXISTS (SELECT FROM key_rotations WHERE purpose = 'pepper' AND position = $1 AND started_at > u.created_at)`,
      [PEPPERS_FILLED],
    );
    const count = Number(row?.count ?? 0);
    const what = 'passwords whose pepper is not noted yet (run: keys rotate pepper)';
    return count > 0 ? [{ what, count, ids: '' }] : [];
  }

  /** Where a repetition finds its answer is derived from the key: without it the request would be carried out twice. */
  async function repeatableRequests(keyId: string) {
    const [row] = await sql<{ count: string }>(
      `SELECT count(*) AS count FROM idempotent_requests WHERE split_part(id, '.', 1) = $1 AND created_at >= $2`,
      [keyId, after(clock.now(), -repetitionTtl)],
    );
    const count = Number(row?.count ?? 0);
    const what = 'requests that may be repeated (for IDEMPOTENCY_TTL)';
    return count > 0 ? [{ what, count, ids: '' }] : [];
  }

  /** Comes before the file is changed: a process that is killed in between leaves no removal that nobody recorded. */
  const record = (kind: string, keyId: string) =>
    db.$transaction((tx) =>
      audit.record(tx, {
        action: 'key.removed',
        actorId: null,
        subjectId: null,
        origin: null,
        data: { purpose: kind, keyId },
      }),
    );

  /**
   * @throws KeyRingError naming the key and how many rows still need it; when it is the active one or the next; or
   *   when the key ring is no file
   * @throws BusyError while the key is being replaced
   */
  return async function removeKey(purpose: Purpose, id: string, { grace }: { grace: number }): Promise<void> {
    if (keyRingFile === null)
      throw new KeyRingError([
        `${purpose}.${id}: the key ring is no file; take the key out where it comes from`,
      ]);
    const kind = purpose === 'searchIndex' ? 'search-index' : purpose;
    if (id === activeKeyId(parts, purpose))
      throw new KeyRingError([`${purpose}.${id}: it is the active key`]);
    await withUpkeepLock(databaseUrl, `keys ${kind}`, async () => {
      await refuseIfNeeded(purpose, id);
      await sleep(grace);
      await refuseIfNeeded(purpose, id);
      editKeyRingFile(keyRingFile).requireRemovable(purpose, id);
      await record(kind, id);
      editKeyRingFile(keyRingFile).removeKey(purpose, id);
      keyRing.searchIndex.reread?.();
      if (purpose !== 'searchIndex') return;
      await sleep(grace);
      await clearOtherIndexes(sql, keyRing.searchIndex, createPace(null));
    });
  };
}
