import { clearOtherIndexes, reIndex } from '../../../database/re-sealing/re-index.js';
import { fillPeppers } from '../../../database/re-sealing/fill-peppers.js';
import { createPace } from '../../../database/re-sealing/pace.js';
import { replaceDataKeys } from '../../../database/re-sealing/replace-data-keys.js';
import { reWrapDataKeys, reWrapSigningKeys } from '../../../database/re-sealing/re-wrap.js';
import { withUpkeepLock } from '../../../database/re-sealing/sql.js';
import { createKeyGenerations } from '../../../privacy/key-generations.js';
import { wrappingContext } from '../../../security/signing-keys/signing-key-material.js';
import { type Counting, createCountRows } from './count-rows.js';
import type { Failures } from './key-failures.js';
import {
  type KeyKind,
  type KeyParts,
  RING_PURPOSES,
  type RotationOptions,
  type Scheduled,
} from './key-parts.js';
import { PEPPERS_FILLED, type Runs } from './key-run.js';
import { activeKeyId, countOutdated, renewRing, type RingRenewal } from './ring-steps.js';

type RingKind = 'encryption' | 'search-index' | 'pepper';

/** What came of a replacement. */
export interface RotationOutcome {
  /** The new key's id; null for data keys, each of which is a user's own. */
  keyId: string | null;
  changed: number;
  /** Rows that did not open and were left as they are; the log names them. */
  failed: number;
  /** The ids of the first of those. */
  failedIds: string[];
  /** Rows that still lie under an older key: those that failed, or passwords whose owners have not signed in since. */
  left: number;
  /** What became of the key ring; null for keys that do not stand in it. */
  ring: RingRenewal | null;
}

/** Replaces keys while everything runs. Each replacement goes on where an earlier attempt was interrupted. */
export function createRotateKeys(parts: KeyParts, runs: Runs, failures: Failures) {
  const { db, databaseUrl, sql, whileHeld, privacy, keyRing, wrappedKeys, signingKeys, clock } = parts;
  const countRows = createCountRows(parts, failures);

  /**
   * Replaces the key of a kind and brings every row under the new one. With `mayAdd: false` the ring gets no new key:
   * rows come under the active one, or one that an earlier attempt began with. Data keys that are `scheduled` go by their
   * age, each user's own; without it all are replaced.
   *
   * @throws BusyError while another process does so
   */
  async function rotate(
    kind: KeyKind,
    options: RotationOptions & { mayAdd?: boolean; scheduled?: Scheduled },
  ): Promise<RotationOutcome> {
    return withUpkeepLock(databaseUrl, `keys ${kind}`, async () => {
      if (kind === 'signing') return rotateSigning();
      if (kind === 'data') return rotateData(options);
      return rotateRing(kind, options);
    });
  }

  async function rotateRing(
    kind: RingKind,
    { mayAdd = true, ...options }: RotationOptions & { mayAdd?: boolean },
  ): Promise<RotationOutcome> {
    const purpose = RING_PURPOSES[kind]!;
    const known = await failures.idsOf(kind);
    const goesOn = async () =>
      (await isUnderWay(kind, activeKeyId(parts, purpose))) ||
      (await countOutdated(parts, purpose, known)) > 0;
    if (known.length > 0 && !(await goesOn())) {
      const retried = await retryFailed(kind, options, known);
      if (!mayAdd || retried.changed > 0) return retried;
    }
    const ring = await renewRing(parts, purpose, options, { mayAdd, goesOn });
    const keyId = activeKeyId(parts, purpose);
    const outdated = await countOutdated(parts, purpose);
    const run = await runs.open(kind, keyId, outdated);
    const before = Math.max(0, run.total - outdated);
    const counting = countRows(kind, { progress: runs.progressOf(run, before, options), known });
    const failing = await bringAllUnder(kind, options, counting);
    if (kind === 'pepper') await runs.note(run, PEPPERS_FILLED);
    if ((await countOutdated(parts, purpose, failing)) === 0)
      await runs.completeAll(kind, run, failing.length);
    return { keyId, left: await countOutdated(parts, purpose), ring, ...counting.result() };
  }

  /** Tries the rows again that did not open, and nothing else: somebody may have mended them. No replacement begins. */
  async function retryFailed(
    kind: RingKind,
    options: RotationOptions,
    known: readonly string[],
  ): Promise<RotationOutcome> {
    const purpose = RING_PURPOSES[kind]!;
    const counting = countRows(kind, { progress: null, known });
    await bringAllUnder(kind, options, counting);
    const left = await countOutdated(parts, purpose);
    return { keyId: activeKeyId(parts, purpose), left, ring: 'carried on', ...counting.result() };
  }

  /** Looks at every row of a kind. @returns the ids of those that do not open */
  async function bringAllUnder(
    kind: RingKind,
    options: RotationOptions,
    counting: Counting,
  ): Promise<string[]> {
    const startedAt = clock.now();
    await bringUnder(kind, options, counting);
    await failures.forgetBefore(kind, startedAt);
    return failures.idsOf(kind);
  }

  async function bringUnder(kind: RingKind, { rate, signal }: RotationOptions, { onRow }: Counting) {
    const pace = createPace(rate, signal);
    const { encryption, searchIndex } = keyRing;
    if (kind === 'encryption') {
      await reWrapDataKeys({ sql, encryption, pace, onRow, keys: wrappedKeys });
      await reWrapSigningKeys({ sql, encryption, pace, onRow, contextOf: wrappingContext });
    } else if (kind === 'search-index') {
      await reIndex({ sql, privacy, keys: wrappedKeys, searchIndex, pace, onRow });
      await clearOtherIndexes(sql, searchIndex, pace);
    } else {
      await fillPeppers({ sql, privacy, keys: wrappedKeys, pace, onRow });
    }
  }

  async function rotateData({
    scheduled,
    ...options
  }: RotationOptions & { scheduled?: Scheduled }): Promise<RotationOutcome> {
    const olderThan = scheduled?.olderThan ?? null;
    const [users] = await sql<{ count: string }>(
      `SELECT count(*) AS count FROM users u LEFT JOIN data_key_rotations r ON r.user_id = u.id
        WHERE u.status <> 'ERASED' AND ($1::timestamptz IS NULL OR coalesce(r.at, u.created_at) < $1)`,
      [olderThan],
    );
    const run = await runs.open('data', null, Number(users?.count ?? 0), olderThan?.toISOString() ?? null);
    // An operator asks for all, whatever the schedule has begun with; who goes on after them must know.
    if (!scheduled && run.position !== null) await runs.note(run, null);
    const since = scheduled && run.position !== null ? new Date(run.position) : run.startedAt;
    const [done] = await sql<{ count: string }>(
      `SELECT count(*) AS count FROM data_key_rotations WHERE stage = 'done' AND at >= $1`,
      [run.startedAt],
    );
    const progress = runs.progressOf(run, Number(done?.count ?? 0), options);
    const counting = countRows('data', { progress, known: await failures.idsOf('data') });
    await replaceData(options, since, null, counting);
    const result = counting.result();
    await runs.complete(run, result.changed, result.failed);
    return { keyId: null, left: result.failed, ring: null, ...result };
  }

  /** Replaces the data key of one user now. */
  async function rotateUser(userId: string, options: RotationOptions): Promise<RotationOutcome> {
    const counting = countRows('data', { progress: null, known: await failures.idsOf('data') });
    const [now] = await sql<{ now: Date }>('SELECT now() AS now');
    await record('key.rotation_started', userId);
    await replaceData(options, now!.now, userId, counting);
    const result = counting.result();
    if (result.failed === 0) await record('key.rotation_completed', userId);
    return { keyId: null, left: result.failed, ring: null, ...result };
  }

  const record = (action: 'key.rotation_started' | 'key.rotation_completed', subjectId: string) =>
    db.$transaction((tx) =>
      parts.audit.record(tx, { action, actorId: null, subjectId, origin: null, data: { purpose: 'data' } }),
    );

  async function replaceData(
    { rate, grace, signal }: RotationOptions,
    since: Date,
    userId: string | null,
    { onRow }: Counting,
  ) {
    const generations = createKeyGenerations(keyRing.encryption);
    const pace = createPace(rate, signal);
    const keys = wrappedKeys;
    await replaceDataKeys({ sql, whileHeld, privacy, keys, generations, pace, since, userId, grace, onRow });
  }

  /** Publishes a successor, which signs a day later; the old one is retired after the last token's life. */
  async function rotateSigning(): Promise<RotationOutcome> {
    await signingKeys.rotate();
    const keys = await db.signingKey.findMany({
      where: { algorithm: 'ES256' },
      orderBy: { signsFrom: 'desc' },
      select: { id: true },
    });
    const [newest] = keys;
    if (newest) await runs.open('signing', newest.id, keys.length - 1);
    return {
      keyId: newest?.id ?? null,
      changed: 0,
      failed: 0,
      failedIds: [],
      left: Math.max(0, keys.length - 1),
      ring: null,
    };
  }

  const isUnderWay = async (kind: KeyKind, keyId: string) =>
    (await runs.findOpen()).some((run) => run.purpose === kind && run.keyId === keyId);

  return { rotate, rotateUser };
}
