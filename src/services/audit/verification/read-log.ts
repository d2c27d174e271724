import pg from 'pg';
import { SECOND } from '../../../clock.js';
import type { Privacy } from '../../../privacy/privacy.js';
import { readCheckpoint, type FoundCheckpoint } from '../checkpoints/checkpoint.js';
import { EVENT_RECORD_COLUMNS, type EventRecord } from '../tree/event-record.js';
import { matchesCommitment } from '../events/event-origin.js';
import { appendLeaf, EMPTY_FRONTIER, rootOf, type Frontier } from '../tree/merkle-tree.js';
import {
  fetchKeys,
  openOrigin,
  ORIGIN_COLUMNS,
  originJoins,
  type StoredOrigin,
} from '../events/open-origin.js';
import { readSealedHistory } from '../sealing/sealed-history.js';
import type { NoteVerifier } from '../checkpoints/signed-note.js';
import type { FoundLeaf } from './verify-log.js';

/** Rows read at a time: what verification holds in memory. */
const PAGE = 2_000;

const LEAVES = `SELECT l.sequence::text, l.leaf_hash AS "leafHash", e.id IS NOT NULL AS "isThere",
    ${EVENT_RECORD_COLUMNS},
    ${ORIGIN_COLUMNS}
  FROM audit_leaves l
  LEFT JOIN audit_events e ON e.id = l.event_id
  ${originJoins('l.event_id')}
  WHERE l.sequence >= $1 ORDER BY l.sequence LIMIT ${PAGE}`;

// What the sealer has looked at and left: there is no such event, unless it was put in behind its back. Numbers that the server
// has not come to are of another one, from which the database was restored.
const UNSEALED = `SELECT EXISTS (SELECT FROM audit_events e
    WHERE e.transaction_id < c.sealed_below AND NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_id = e.id)
  ) AS "isThere"
  FROM (SELECT sealed_below FROM audit_checkpoints ORDER BY size DESC LIMIT 1) c
  WHERE c.sealed_below <= pg_snapshot_xmax(pg_current_snapshot())`;

interface LeafRow extends EventRecord, StoredOrigin {
  id: string;
  sequence: string;
  leafHash: Buffer;
  isThere: boolean;
}

export type LogReader = Awaited<ReturnType<typeof openLogReader>>;

/**
 * Reads the sealed log as it stands now, page by page, over a connection of its own; what is sealed meanwhile is
 * not seen. Close it.
 *
 * @param privacy opens the origins, so that they are checked too; without it they are passed over
 */
export async function openLogReader(url: string, privacy: Privacy | null) {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'custodia-audit',
    connectionTimeoutMillis: 10 * SECOND,
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');

  async function* leaves(from = 0): AsyncGenerator<FoundLeaf & { leafHash: Buffer }> {
    for (let next = from; ;) {
      const { rows } = await client.query<LeafRow>({ name: 'audit-leaves', text: LEAVES, values: [next] });
      const keys = privacy ? await fetchKeys(privacy, rows) : new Map<string, string>();
      for (const row of rows) yield await readRow(row, keys);
      if (rows.length < PAGE) return;
      next = Number(rows.at(-1)?.sequence) + 1;
    }
  }

  async function readRow(row: LeafRow, keys: ReadonlyMap<string, string>) {
    const hasForeignOrigin = row.isThere && privacy !== null && (await isForeign(row, privacy, keys));
    const event = row.isThere ? row : null;
    return { sequence: Number(row.sequence), event, leafHash: row.leafHash, hasForeignOrigin };
  }

  async function* checkpoints(verifiers: readonly NoteVerifier[]): AsyncGenerator<FoundCheckpoint> {
    for await (const { size, note } of readSealedHistory(client).checkpointsAfter(-1)) {
      const found = readCheckpoint(note, verifiers);
      // What stands beside the note is only there to be looked up by: the note alone is signed.
      yield found?.size === size ? found : { size, root: Buffer.alloc(0), signed: false };
    }
  }

  /** The hash of the subtree over the leaves from `start` to before `end`. */
  async function subtreeHash(start: number, end: number): Promise<Buffer> {
    let tree: Frontier = EMPTY_FRONTIER;
    for await (const hashes of readSealedHistory(client).leafHashesFrom(start)) {
      for (const hash of hashes) if (tree.size < end - start) tree = appendLeaf(tree, hash);
      if (tree.size === end - start) break;
    }
    return rootOf(tree);
  }

  /** Whether an event stands among the sealed ones in time that was never sealed. */
  async function hasUnsealed(): Promise<boolean> {
    const { rows } = await client.query<{ isThere: boolean }>(UNSEALED);
    return rows[0]?.isThere === true;
  }

  return {
    leaves,
    hasUnsealed,
    checkpoints,
    /** The last signed note; null while nothing is sealed. */
    lastNote: () => readSealedHistory(client).lastNote(),
    subtreeHash,
    close: () => client.end(),
  };
}

/** Whether the origin that lies beside an event is another one than the event commits to. */
async function isForeign(
  row: LeafRow,
  privacy: Privacy,
  keys: ReadonlyMap<string, string>,
): Promise<boolean> {
  try {
    const held = await openOrigin(privacy, row, keys);
    // None is no fault: it was deleted in time, or its key was destroyed.
    return held !== null && !matchesCommitment(held, row.originCommitment);
  } catch {
    return true; // it was altered, or moved here from elsewhere
  }
}
