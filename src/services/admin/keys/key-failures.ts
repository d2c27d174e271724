import type { RowResult } from '../../../database/re-sealing/damage.js';
import type { KeyKind, KeyParts } from './key-parts.js';

/** So many ids are named in answers; the log names all. */
export const NAMED_IDS = 20;

/** Rows of one kind that keep their old key, since what lies there does not open. */
export interface KeyFailures {
  kind: string;
  count: number;
  /** The first of them, at most NAMED_IDS. */
  ids: string[];
}

const OF_AN_ACCOUNT = `SELECT $1, $2, u.id, $4::timestamptz FROM users u
  WHERE u.id = $3::uuid AND u.status <> 'ERASED' FOR KEY SHARE`;
const OF_NOBODY = `SELECT $1, $2, NULL::uuid, $4::timestamptz
  WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = $3::uuid)`;

/**
 * Which rows replacements of keys left under their old key. A replacement ends without them, and later ones know them:
 * they hold up nobody else, and go from the list once they have been mended and brought under the new key.
 */
export function createKeyFailures({ db, sql, clock }: Pick<KeyParts, 'db' | 'sql' | 'clock'>) {
  /** Notes what came of a row. Those of an erased account are nobody's concern any more. */
  async function note(kind: KeyKind, { id, userId, error }: RowResult): Promise<void> {
    if (error === null) {
      await db.keyRotationFailure.deleteMany({ where: { purpose: kind, rowId: id } });
      return;
    }
    // Waits for an erasure that is about to commit: who is erased is not entered any more. A key may belong to nobody (yet).
    for (const owner of [OF_AN_ACCOUNT, OF_NOBODY]) {
      await sql(
        `INSERT INTO key_rotation_failures (purpose, row_id, user_id, at) ${owner}
         ON CONFLICT (purpose, row_id) DO UPDATE SET at = EXCLUDED.at`,
        [kind, id, userId, clock.now()],
      );
    }
  }

  return {
    note,

    /** The ids of all rows of a kind that keep their old key. */
    async idsOf(kind: KeyKind): Promise<string[]> {
      const rows = await db.keyRotationFailure.findMany({
        where: { purpose: kind },
        select: { rowId: true },
      });
      return rows.map(({ rowId }) => rowId);
    },

    /** After a look at every row of a kind: forgets those that were not found any more since `moment`. */
    async forgetBefore(kind: KeyKind, moment: Date): Promise<void> {
      await db.keyRotationFailure.deleteMany({ where: { purpose: kind, at: { lt: moment } } });
    },

    async list(): Promise<KeyFailures[]> {
      const kinds = await db.keyRotationFailure.groupBy({
        by: ['purpose'],
        _count: { _all: true },
        orderBy: { purpose: 'asc' },
      });
      return Promise.all(
        kinds.map(async ({ purpose, _count }) => {
          const rows = await db.keyRotationFailure.findMany({
            where: { purpose },
            orderBy: { rowId: 'asc' },
            take: NAMED_IDS,
            select: { rowId: true },
          });
          return { kind: purpose, count: _count._all, ids: rows.map(({ rowId }) => rowId) };
        }),
      );
    },
  };
}

export type Failures = ReturnType<typeof createKeyFailures>;

/** Ids as an operator reads them: all of them, or the first and how many more there are. */
export function nameIds(ids: readonly string[], count: number): string {
  return count > ids.length ? `${ids.join(', ')} and ${count - ids.length} more` : ids.join(', ');
}
