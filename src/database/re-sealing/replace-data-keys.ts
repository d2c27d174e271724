import { SECOND } from '../../clock.js';
import type { KeyGenerations } from '../../privacy/key-generations.js';
import type { Privacy } from '../../privacy/privacy.js';
import { SealedValueError } from '../../privacy/privacy-errors.js';
import { isDamage, type OnRow } from './damage.js';
import type { Pace } from './pace.js';
import { hasOutdated, reSealUser } from './re-seal.js';
import type { Sql, WhileHeld } from './sql.js';
import type { WrappedKeys } from './wrapped-keys.js';

const BATCH = 50;
const FIRST = '00000000-0000-0000-0000-000000000000';

export interface ReplaceDataKeys {
  sql: Sql;
  whileHeld: WhileHeld;
  privacy: Privacy;
  keys: WrappedKeys;
  generations: KeyGenerations;
  pace: Pace;
  /** Users whose key was replaced since then are done. */
  since: Date;
  /** Only this user; null: all. */
  userId: string | null;
  /** Milliseconds for which nobody goes on working with a key that was read before. */
  grace: number;
  onRow: OnRow;
}

type Stage = 'published' | 'active' | 'done';

/**
 * Replaces the data key of every user in three stages, between which the grace period passes: the new generation is
 * published (everybody can open what it seals), then it seals and the user's values are sealed anew with it, then the
 * old one is dropped. What stage a user has reached lies in the database, so that another process can go on at any
 * point. The old one is dropped while the account is held, so that no transaction on it is in the midst of its work. A user of whom a value does not open keeps both generations and is reported.
 */
export async function replaceDataKeys(parts: ReplaceDataKeys): Promise<void> {
  const failed = new Set<string>();
  let missed = await publishAll(parts, failed);
  for (;;) {
    const ready = await findReady(parts, failed);
    for (const { user_id: id, stage } of ready) {
      await attempt(parts, id, failed, () =>
        stage === 'published' ? activate(parts, id) : dropOld(parts, id),
      );
    }
    if (ready.length > 0) continue;
    if ((await countUnderWay(parts, failed)) === 0) {
      if (missed === 0) return;
      missed = await publishAll(parts, failed);
    }
    await parts.pace.rest(Math.min(SECOND, Math.max(50, parts.grace / 4)));
  }
}

/** Returns how many keys somebody else changed at the same moment: those are tried again. */
async function publishAll(parts: ReplaceDataKeys, failed: Set<string>): Promise<number> {
  let missed = 0;
  const { sql, since, userId, keys } = parts;
  const select = `SELECT u.id FROM users u LEFT JOIN data_key_rotations r ON r.user_id = u.id
    WHERE u.id > $1::uuid AND u.created_at < $2 AND u.status <> 'ERASED' AND ($3::uuid IS NULL OR u.id = $3::uuid)
      AND (r.stage IS NULL OR (r.stage = 'done' AND r.at < $2))
    ORDER BY u.id LIMIT ${BATCH}`;
  let after = FIRST;
  for (;;) {
    const rows = await sql<{ id: string }>(select, [after, since, userId]);
    if (rows.length === 0) return missed;
    const wrapped = await keys.find(rows.map(({ id }) => id));
    for (const { id } of rows) {
      const before = wrapped.get(id);
      if (failed.has(id)) continue;
      await attempt(parts, id, failed, async () => {
        if (before === undefined) throw new SealedValueError('DataKey', 'wrappedKey', 'it is gone');
        const stage = await publish(parts, id, before);
        if (stage === null) missed += 1;
        return stage;
      });
    }
    after = rows.at(-1)!.id;
  }
}

async function attempt(
  { pace, onRow }: ReplaceDataKeys,
  id: string,
  failed: Set<string>,
  step: () => Promise<Stage | null>,
): Promise<void> {
  await pace.step();
  try {
    if ((await step()) === 'done') await onRow({ id, userId: id, error: null });
  } catch (error) {
    if (!isDamage(error)) throw error;
    failed.add(id);
    await onRow({ id, userId: id, error });
  }
}

async function publish(parts: ReplaceDataKeys, id: string, before: string): Promise<Stage | null> {
  const now = await parts.generations.publish(id, before);
  return (await parts.keys.replace(id, before, now)) ? reach(parts, id, 'published') : null;
}

async function activate(parts: ReplaceDataKeys, id: string): Promise<Stage | null> {
  const before = (await parts.keys.find([id])).get(id);
  if (before === undefined) return reach(parts, id, 'done');
  const now = await parts.generations.activate(id, before);
  if (!(await parts.keys.replace(id, before, now))) return null;
  // From here on the grace period runs: whoever read the key before may still seal under the old generation.
  await reach(parts, id, 'active');
  await reSealUser(parts, await parts.privacy.dataKeys.open(id, now));
  return 'active';
}

async function dropOld(parts: ReplaceDataKeys, id: string): Promise<Stage | null> {
  const before = (await parts.keys.find([id])).get(id);
  if (before === undefined) return reach(parts, id, 'done');
  const key = await parts.privacy.dataKeys.open(id, before);
  // What was written under the old generation in the grace period, or is left from a process that was killed.
  if ((await reSealUser(parts, key)) > 0) return null;
  const now = await parts.generations.dropOld(id, before);
  // A transaction that stalled for longer than the grace may have written under the old generation what nobody sees yet.
  const isDropped = await parts.whileHeld(
    id,
    async (sql) => !(await hasOutdated(sql, key)) && (await parts.keys.replace(id, before, now)),
  );
  return isDropped ? reach(parts, id, 'done') : null;
}

async function reach({ sql }: ReplaceDataKeys, id: string, stage: Stage): Promise<Stage> {
  await sql(
    `INSERT INTO data_key_rotations (user_id, stage, at)
     SELECT id, $2, now() FROM users WHERE id = $1::uuid AND status <> 'ERASED' FOR KEY SHARE
     ON CONFLICT (user_id) DO UPDATE SET stage = $2, at = now()`,
    [id, stage],
  );
  return stage;
}

function findReady({ sql, userId, grace }: ReplaceDataKeys, failed: Set<string>) {
  return sql<{ user_id: string; stage: 'published' | 'active' }>(
    `SELECT user_id, stage FROM data_key_rotations
      WHERE stage IN ('published', 'active') AND at <= now() - $1 * interval '1 millisecond'
        AND ($2::uuid IS NULL OR user_id = $2::uuid) AND user_id <> ALL($3::uuid[])
      ORDER BY at LIMIT ${BATCH}`,
    [grace, userId, [...failed]],
  );
}

async function countUnderWay({ sql, userId }: ReplaceDataKeys, failed: Set<string>): Promise<number> {
  const [row] = await sql<{ count: string }>(
    `SELECT count(*) AS count FROM data_key_rotations WHERE stage IN ('published', 'active')
      AND ($1::uuid IS NULL OR user_id = $1::uuid) AND user_id <> ALL($2::uuid[])`,
    [userId, [...failed]],
  );
  return Number(row?.count ?? 0);
}
