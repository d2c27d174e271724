import { findPepperOf } from '../../privacy/pepper-of-hash.js';
import type { Privacy } from '../../privacy/privacy.js';
import { isDamage, type OnRow } from './damage.js';
import type { Pace } from './pace.js';
import type { Sql } from './sql.js';
import type { WrappedKeys } from './wrapped-keys.js';

const BATCH = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

export interface FillPeppers {
  sql: Sql;
  privacy: Privacy;
  keys: WrappedKeys;
  pace: Pace;
  onRow: OnRow;
}

/** Notes the pepper of each password hash that was stored before its pepper was noted; those made elsewhere have none. */
export async function fillPeppers({ sql, privacy, keys, pace, onRow }: FillPeppers): Promise<void> {
  let after = FIRST;
  for (;;) {
    const rows = await sql<{ id: string; password_hash: string }>(
      `SELECT id, password_hash FROM users
        WHERE id > $1::uuid AND password_hash IS NOT NULL AND password_pepper IS NULL ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    if (rows.length === 0) return;
    const wrapped = await keys.find(rows.map(({ id }) => id));
    for (const { id, password_hash: stored } of rows) {
      await pace.step();
      let error: unknown = null;
      try {
        const key = await privacy.dataKeys.open(id, wrapped.get(id) ?? '');
        const hash = privacy.open(key, { model: 'User', field: 'passwordHash', rowId: id }, stored) as string;
        const update =
          'UPDATE users SET password_pepper = $3 WHERE id = $1::uuid AND password_hash = $2 AND password_pepper IS NULL';
        await sql(update, [id, stored, findPepperOf(hash)]);
      } catch (caught) {
        if (!isDamage(caught)) throw caught;
        error = caught;
      }
      await onRow({ id, userId: id, error });
    }
    after = rows.at(-1)!.id;
  }
}
