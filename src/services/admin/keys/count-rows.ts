import type { OnRow } from '../../../database/re-sealing/damage.js';
import { type Failures, NAMED_IDS } from './key-failures.js';
import type { KeyKind, KeyParts } from './key-parts.js';
import type { Runs } from './key-run.js';

/** What becomes of the rows that a replacement works on. */
export interface Counting {
  onRow: OnRow;
  result: () => { changed: number; failed: number; failedIds: string[] };
}

/** Counts rows as they are done, and notes those that do not open. */
export function createCountRows({ log }: Pick<KeyParts, 'log'>, failures: Failures) {
  /**
   * @param progress of the replacement; null where none is under way
   * @param known rows that did not open before: the log has named them
   */
  return function countRows(
    kind: KeyKind,
    { progress, known }: { progress: ReturnType<Runs['progressOf']> | null; known: readonly string[] },
  ): Counting {
    const before = new Set(known);
    let changed = 0;
    const failedIds: string[] = [];
    let failed = 0;
    return {
      result: () => ({ changed, failed, failedIds }),
      async onRow(row) {
        if (row.error !== null || before.has(row.id)) await failures.note(kind, row);
        if (row.error === null) {
          changed += 1;
        } else {
          failed += 1;
          if (failedIds.length < NAMED_IDS) failedIds.push(row.id);
          const fields = { err: row.error, rowId: row.id, userId: row.userId ?? undefined };
          if (!before.has(row.id)) log.error(fields, 'A row stays under its old key: it does not open');
        }
        progress?.advance().catch((err: unknown) => log.warn({ err }, 'The progress could not be noted'));
      },
    };
  };
}
