import type pg from 'pg';
import type { SealedHistory } from '../checkpoints/publish-checkpoints.js';

const PAGE = 5_000;

const CHECKPOINTS = `SELECT size::text, note FROM audit_checkpoints WHERE size > $1 ORDER BY audit_checkpoints.size LIMIT ${PAGE}`;

const LAST_NOTE = 'SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1';

const LEAVES = `SELECT leaf_hash AS hash FROM audit_leaves WHERE sequence >= $1 AND sequence < $1 + ${PAGE}
  ORDER BY sequence`;

/** What has been sealed, read page by page. */
export function readSealedHistory(client: pg.Client): SealedHistory {
  return {
    async *checkpointsAfter(size) {
      for (let after = size; ;) {
        const { rows } = await client.query<{ size: string; note: string }>(CHECKPOINTS, [after]);
        for (const row of rows) yield { size: Number(row.size), note: row.note };
        if (rows.length < PAGE) return;
        after = Number(rows.at(-1)?.size);
      }
    },
    async lastNote() {
      const { rows } = await client.query<{ note: string }>(LAST_NOTE);
      return rows[0]?.note ?? null;
    },
    async *leafHashesFrom(sequence) {
      for (let next = sequence; ; next += PAGE) {
        const { rows } = await client.query<{ hash: Buffer }>(LEAVES, [next]);
        if (rows.length > 0) yield rows.map(({ hash }) => hash);
        if (rows.length < PAGE) return;
      }
    },
  };
}
