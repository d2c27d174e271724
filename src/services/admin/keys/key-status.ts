import type { KeyKind, KeyParts } from './key-parts.js';
import { RING_PURPOSES } from './key-parts.js';
import type { Failures, KeyFailures } from './key-failures.js';
import type { Runs } from './key-run.js';
import { activeKeyId, countRing, knownKeyIds } from './ring-steps.js';

export interface KeyState {
  kind: KeyKind;
  /** The key's id; what stage data keys are in; a signing key's thumbprint. */
  keyId: string;
  state: string;
  /** What lies under it. */
  rows: { what: string; count: number }[];
}

export interface RunState {
  kind: string;
  keyId: string | null;
  startedAt: Date;
  done: number;
  total: number;
}

/**
 * Which keys there are, how many rows lie under each, which replacements are under way, and which rows they left behind.
 * Opens nothing.
 */
export function createKeyStatus(parts: KeyParts, runs: Runs, failures: Failures) {
  const { sql, db, clock } = parts;

  async function ringKeys(kind: 'encryption' | 'search-index' | 'pepper'): Promise<KeyState[]> {
    const purpose = RING_PURPOSES[kind]!;
    const counts = await countRing(parts, purpose);
    const known = knownKeyIds(parts, purpose);
    const active = activeKeyId(parts, purpose);
    const ids = new Set([...(known ?? []), active, ...counts.map(({ keyId }) => keyId)]);
    const stateOf = (id: string) => {
      if (id === active) return 'active';
      return known === null || known.includes(id) ? 'older or waiting' : 'MISSING from the key ring';
    };
    return [...ids].map((keyId) => ({
      kind,
      keyId,
      state: stateOf(keyId),
      rows: counts.filter((each) => each.keyId === keyId).map(({ what, count }) => ({ what, count })),
    }));
  }

  /** Passwords whose pepper is not noted: hashes made elsewhere, and those from before it was. */
  async function unknownPeppers(): Promise<KeyState[]> {
    const [row] = await sql<{ count: string }>(
      'SELECT count(*) AS count FROM users WHERE password_hash IS NOT NULL AND password_pepper IS NULL',
    );
    const passwords = Number(row?.count ?? 0);
    if (passwords === 0) return [];
    return [
      {
        kind: 'pepper',
        keyId: '-',
        state: 'made elsewhere',
        rows: [{ what: 'passwords', count: passwords }],
      },
    ];
  }

  async function dataKeys(): Promise<KeyState[]> {
    const rows = await sql<{ stage: string | null; count: string }>(
      `SELECT r.stage, count(*) AS count FROM users u LEFT JOIN data_key_rotations r ON r.user_id = u.id
        WHERE u.status <> 'ERASED' GROUP BY 1 ORDER BY 1 NULLS FIRST`,
    );
    const words: Record<string, string> = {
      published: 'a new generation is known',
      active: 'a new generation seals, the old one still opens',
      done: 'replaced before',
    };
    return rows.map(({ stage, count }) => ({
      kind: 'data',
      keyId: '-',
      state: stage === null ? 'never replaced' : (words[stage] ?? stage),
      rows: [{ what: 'users', count: Number(count) }],
    }));
  }

  async function signingKeys(): Promise<KeyState[]> {
    const keys = await db.signingKey.findMany({
      where: { algorithm: 'ES256' },
      orderBy: { signsFrom: 'asc' },
    });
    const now = clock.now();
    return keys.map(({ id, signsFrom, signsUntil, publishedUntil }) => ({
      kind: 'signing',
      keyId: id,
      state:
        publishedUntil <= now
          ? 'retired'
          : signsFrom > now
            ? `published, signs from ${signsFrom.toISOString()}`
            : signsUntil > now
              ? `signs until ${signsUntil.toISOString()}`
              : `verifies until ${publishedUntil.toISOString()}`,
      rows: [],
    }));
  }

  return async function status(): Promise<{
    keys: KeyState[];
    runs: RunState[];
    failures: KeyFailures[];
  }> {
    const keys = [
      ...(await ringKeys('encryption')),
      ...(await dataKeys()),
      ...(await ringKeys('search-index')),
      ...(await ringKeys('pepper')),
      ...(await unknownPeppers()),
      ...(await signingKeys()),
    ];
    const open = await runs.findOpen();
    return {
      keys,
      failures: await failures.list(),
      runs: open.map(({ purpose, keyId, startedAt, done, total }) => ({
        kind: purpose,
        keyId,
        startedAt,
        done,
        total,
      })),
    };
  };
}
