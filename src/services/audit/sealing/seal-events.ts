import type pg from 'pg';
import { readCheckpoint, signCheckpoint } from '../checkpoints/checkpoint.js';
import type { CheckpointKeys } from '../checkpoints/checkpoint-key.js';
import { EVENT_LEAF_HASH } from '../tree/event-record.js';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  HASH_BYTES,
  packFrontier,
  rootOf,
  unpackFrontier,
  type Frontier,
} from '../tree/merkle-tree.js';
import type { SealedBatch } from '../checkpoints/publish-checkpoints.js';
import type { NoteVerifier } from '../checkpoints/signed-note.js';

/** Up to where events have been looked at: by transaction, and within it by id. */
export interface SealPosition {
  transaction: string;
  id: string;
  /** Until the first look is through, events are looked for everywhere; then on from this transaction. */
  firstLook: { goOnFrom: string | null } | null;
}

/** An id before every other. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** From where the last checkpoint says that all is sealed, and on a database without one, from the first event. */
export const FROM_THE_START: SealPosition = { transaction: '0', id: NO_ID, firstLook: { goOnFrom: null } };

/** One checkpoint covers at most this many events more than the one before. */
const BATCH = 5_000;

const SNAPSHOT = `SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmax(s)::text AS next,
    (SELECT c.sealed_below::text FROM audit_checkpoints c ORDER BY c.size DESC LIMIT 1) AS "sealedBelow"
  FROM pg_current_snapshot() s`;

// A few new rows of a table that may hold millions: by the index, in its order and no further than the batch, whatever old
// statistics say. Sorting all that is waiting again for each batch would make a long queue longer.
const BY_INDEX =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off';

// Below the oldest running transaction nothing can appear any more. At the first look also above the newest:
// a database restored on another server holds events whose transactions that server has not come to yet.
const SEAL_BATCH = `WITH unsealed AS MATERIALIZED (
    SELECT e.transaction_id, e.id, ${EVENT_LEAF_HASH} AS hash
      FROM audit_events e
      WHERE (e.transaction_id, e.id) > ($1::xid8, $2::uuid)
        AND (e.transaction_id < $3::xid8 OR ($5 AND e.transaction_id >= $4::xid8))
        AND (SELECT l.sequence FROM audit_leaves l WHERE l.event_id = e.id) IS NULL
      ORDER BY e.transaction_id, e.id LIMIT ${BATCH}),
  placed AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY transaction_id, id) AS place FROM unsealed),
  leaves AS (INSERT INTO audit_leaves (sequence, event_id, leaf_hash)
    SELECT $6::bigint + place - 1, id, hash FROM placed)
  SELECT string_agg(hash, '' ORDER BY place) AS hashes, max(place)::int AS count,
    (array_agg(transaction_id::text ORDER BY place DESC))[1] AS transaction, (array_agg(id::text ORDER BY place DESC))[1] AS id
  FROM placed`;

const INSERT_CHECKPOINT = `INSERT INTO audit_checkpoints (size, root, frontier, note, sealed_below)
  VALUES ($1, $2, $3, $4, $5::xid8)`;

const LAST_CHECKPOINT = `SELECT size, root, frontier, note,
    (SELECT max(sequence) + 1 FROM audit_leaves) AS leaves
  FROM audit_checkpoints ORDER BY size DESC LIMIT 1`;

interface Snapshot {
  /** The oldest transaction that runs, and the first that has not begun. */
  oldest: string;
  next: string;
  sealedBelow: string | null;
}

interface Batch {
  count: number | null;
  /** One after the other, 32 bytes each. */
  hashes: Buffer;
  /** Of the last event. */
  transaction: string;
  id: string;
}

export interface SealOutcome {
  position: SealPosition;
  /** null: there was nothing to seal. */
  sealed: SealedBatch | null;
  /** There may be more to seal at once. */
  isFull: boolean;
}

/**
 * Gives the next events their place in the log and signs the tree with them, in one transaction. The caller
 * holds the lock that lets one process seal at a time.
 *
 * @throws Error when the last checkpoint is not what one of these keys signed: then nothing is sealed
 */
export async function sealEvents(
  client: pg.Client,
  keys: CheckpointKeys,
  position: SealPosition,
): Promise<SealOutcome> {
  await client.query(`BEGIN; ${BY_INDEX}`);
  try {
    const outcome = await sealNext(client, keys, position);
    await client.query('COMMIT');
    return outcome;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function sealNext(
  client: pg.Client,
  { signer, verifiers }: CheckpointKeys,
  { transaction, id, firstLook }: SealPosition,
): Promise<SealOutcome> {
  const snapshot = (await client.query<Snapshot>(SNAPSHOT)).rows[0];
  if (!snapshot) throw new Error('PostgreSQL shows no snapshot.');
  const isStart = firstLook !== null && transaction === FROM_THE_START.transaction;
  const before = await readTree(client, verifiers);
  const from = isStart ? startOf(snapshot) : transaction;
  const { rows } = await client.query<Batch>({
    text: SEAL_BATCH,
    values: [from, id, snapshot.oldest, snapshot.next, firstLook !== null, before.size],
  });
  const [batch] = rows;
  const isFull = batch?.count === BATCH;
  // A first look goes beyond what runs: it is repeated from where it began, as what ran then may have committed.
  const goOnFrom = firstLook ? (firstLook.goOnFrom ?? snapshot.oldest) : snapshot.oldest;
  const position = isFull
    ? { transaction: batch.transaction, id: batch.id, firstLook: firstLook && { goOnFrom } }
    : { transaction: goOnFrom, id: NO_ID, firstLook: null };
  if (!batch?.count) return { position, sealed: null, isFull: false };

  const leafHashes = splitHashes(batch.hashes);
  const tree = leafHashes.reduce(appendLeaf, before);
  const note = signCheckpoint({ size: tree.size, root: rootOf(tree) }, signer);
  const sealedBelow = isFull ? earlier(batch.transaction, snapshot.oldest) : snapshot.oldest;
  await client.query(INSERT_CHECKPOINT, [tree.size, rootOf(tree), packFrontier(tree), note, sealedBelow]);
  return { position, sealed: { note, size: tree.size, from: before.size, leafHashes }, isFull };
}

/**
 * Where a first look begins: what lies before was looked at, and an event that appears there was never recorded by a
 * server. A number that this server has not come to is of another one, from which the database was restored.
 */
function startOf({ next, sealedBelow }: Snapshot): string {
  const isOfThisServer = sealedBelow !== null && earlier(sealedBelow, next) === sealedBelow;
  return isOfThisServer ? sealedBelow : FROM_THE_START.transaction;
}

function splitHashes(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, index) =>
    hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

function earlier(one: string, other: string): string {
  return BigInt(one) <= BigInt(other) ? one : other;
}

/** The tree of the last checkpoint, if its signature and its numbers agree. */
async function readTree(client: pg.Client, verifiers: readonly NoteVerifier[]): Promise<Frontier> {
  const { rows } = await client.query<{
    size: string;
    frontier: Buffer;
    note: string;
    leaves: string | null;
  }>(LAST_CHECKPOINT);
  const [row] = rows;
  if (!row) return EMPTY_FRONTIER;
  const signed = readCheckpoint(row.note, verifiers);
  const tree = unpackFrontier(Number(row.size), row.frontier);
  const agrees = signed?.signed && signed.size === tree.size && signed.root.equals(rootOf(tree));
  if (!agrees || row.leaves !== row.size) throw new Error('The last checkpoint of the audit log is broken.');
  return tree;
}
