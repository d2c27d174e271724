import type { KeyParts } from './key-parts.js';
import { activeKeyId } from './ring-steps.js';

/** After how many milliseconds the upkeep replaces a key by itself; null: never. */
export interface KeyLifetimes {
  encryption: number | null;
  searchIndex: number | null;
  pepper: number | null;
  data: number | null;
}

const PURPOSE_OF = { encryption: 'encryption', 'search-index': 'searchIndex', pepper: 'pepper' } as const;

/** Says which keys have outlived what the operator allows them. */
export function createDueKeys({
  db,
  sql,
  clock,
  log,
  keyRing,
  lifetimes,
}: KeyParts & { lifetimes: KeyLifetimes }) {
  const bound = (lifetime: number) => new Date(clock.now().getTime() - lifetime);

  /** Whether the active key of the ring is due. Of two keys of the search index the older one must go first. */
  async function isRingKeyDue(kind: 'encryption' | 'search-index' | 'pepper'): Promise<boolean> {
    const purpose = PURPOSE_OF[kind];
    const lifetime = lifetimes[purpose];
    if (lifetime === null) return false;
    const keyId = activeKeyId({ keyRing }, purpose);
    const since = await activeSince(kind, keyId);
    if (since === null || since >= bound(lifetime)) return false;
    if (purpose !== 'searchIndex' || keyRing.searchIndex.ids.length < 2) return true;
    log.warn({ keyId }, 'The search-index key is due, and waits until the one before it is removed');
    return false;
  }

  /**
   * When a key began to be used. The ring does not say it: for a key that replaced another the record of that does; the
   * first is as old as the oldest account, and as young as nothing while there is none.
   */
  async function activeSince(kind: string, keyId: string): Promise<Date | null> {
    const run = await db.keyRotation.findFirst({
      where: { purpose: kind, keyId },
      orderBy: { startedAt: 'asc' },
      select: { startedAt: true },
    });
    if (run) return run.startedAt;
    const [row] = await sql<{ since: Date | null }>('SELECT min(created_at) AS since FROM users');
    return row?.since ?? null;
  }

  /** Before which moment data keys are past their lifetime; null when none is but those known not to open. */
  async function findDataKeyBound(): Promise<Date | null> {
    if (lifetimes.data === null) return null;
    const olderThan = bound(lifetimes.data);
    const [row] = await sql<{ due: boolean }>(
      `SELECT EXISTS (SELECT FROM users u LEFT JOIN data_key_rotations r ON r.user_id = u.id
        WHERE u.status <> 'ERASED' AND coalesce(r.at, u.created_at) < $1
          AND NOT EXISTS (SELECT FROM key_rotation_failures f WHERE f.purpose = 'data' AND f.user_id = u.id)) AS due`,
      [olderThan],
    );
    return row?.due ? olderThan : null;
  }

  return { isRingKeyDue, findDataKeyBound };
}
