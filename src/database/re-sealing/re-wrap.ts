import type { KeyEncryption } from '../../privacy/key-encryption.js';
import { dataKeyContext } from '../../privacy/data-keys.js';
import { isDamage, type OnRow } from './damage.js';
import type { Pace } from './pace.js';
import type { Sql } from './sql.js';
import type { WrappedKeys } from './wrapped-keys.js';

const BATCH = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

export interface ReWrap {
  sql: Sql;
  encryption: KeyEncryption;
  pace: Pace;
  /** Called after each row. */
  onRow: OnRow;
}

/** What every key wrapped by the active key-encryption key begins with. */
export function activePrefix({ format, activeKeyId }: KeyEncryption): string {
  return `${format}.${activeKeyId}.`;
}

/**
 * Wraps every data key anew that lies under another key-encryption key than the active one. Each by compare-and-set,
 * so that it can run beside everything else, and again after it was killed.
 */
export async function reWrapDataKeys(parts: ReWrap & { keys: WrappedKeys }): Promise<void> {
  const { encryption, keys } = parts;
  const filter = `SELECT user_id AS id FROM data_keys
    WHERE user_id > $1::uuid AND left(wrapped_key, length($2)) <> $2 ORDER BY user_id LIMIT $3`;
  let after = FIRST;
  for (;;) {
    const prefix = activePrefix(encryption);
    const rows = await keys.sql<{ id: string }>(filter, [after, prefix, BATCH]);
    if (rows.length === 0) return;
    const wrapped = await keys.find(rows.map(({ id }) => id));
    for (const { id } of rows) {
      const before = wrapped.get(id);
      if (before === undefined || before.startsWith(prefix)) continue;
      const row = { id, userId: id, context: dataKeyContext(id), before };
      await reWrapOne(parts, row, (now) => keys.replace(id, before, now));
    }
    after = rows.at(-1)!.id;
  }
}

/** The same for the private halves of signing keys. `contextOf`: what the key of this id is wrapped with. */
export async function reWrapSigningKeys(
  parts: ReWrap & { contextOf: (kid: string) => string },
): Promise<void> {
  const { sql, encryption, contextOf } = parts;
  const rows = await sql<{ id: string; wrapped_key: string }>(
    'SELECT id, wrapped_key FROM signing_keys WHERE left(wrapped_key, length($1)) <> $1',
    [activePrefix(encryption)],
  );
  for (const { id, wrapped_key: before } of rows) {
    await reWrapOne(parts, { id, userId: null, context: contextOf(id), before }, async (now) => {
      const update =
        'UPDATE signing_keys SET wrapped_key = $3 WHERE id = $1 AND wrapped_key = $2 RETURNING id';
      return (await sql(update, [id, before, now])).length > 0;
    });
  }
}

async function reWrapOne(
  { encryption, pace, onRow }: ReWrap,
  { id, userId, context, before }: { id: string; userId: string | null; context: string; before: string },
  replace: (wrapped: string) => Promise<boolean>,
): Promise<void> {
  await pace.step();
  let error: unknown = null;
  try {
    await replace(await encryption.wrap(await encryption.unwrap(before, context), context));
  } catch (caught) {
    if (!isDamage(caught)) throw caught;
    error = caught;
  }
  await onRow({ id, userId, error });
}
