import { BusyError } from '../../../database/re-sealing/sql.js';
import { createAskReset } from './ask-reset.js';
import { type KeyLifetimes, createDueKeys } from './due-keys.js';
import type { KeyParts, RotationOptions } from './key-parts.js';
import { createKeyFailures } from './key-failures.js';
import { createRuns } from './key-run.js';
import { createKeyStatus } from './key-status.js';
import { createRemoveKey } from './remove-key.js';
import { countOutdated } from './ring-steps.js';
import { createRotateKeys } from './rotate-keys.js';

export const KEY_UPKEEP_JOB = 'keys.upkeep';

export type KeyService = ReturnType<typeof createKeyService>;

/** The life of keys: replacement, removal, and what lies under which of them. docs/keys.md. */
export function createKeyService(parts: KeyParts & { lifetimes: KeyLifetimes }) {
  const { db, clock, log } = parts;
  const due = createDueKeys(parts);
  const runs = createRuns(parts);
  const failures = createKeyFailures(parts);
  const { rotate, rotateUser } = createRotateKeys(parts, runs, failures);
  const status = createKeyStatus(parts, runs, failures);

  /**
   * Carries on what was begun and begins what is due: rows under an older key than the active one, and keys past their
   * lifetime. Rows of the ring that did not open are tried again, in case somebody has mended them. Part of the scheduled upkeep; several processes may call it.
   */
  async function upkeep(options: RotationOptions): Promise<void> {
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof BusyError)) throw error;
        log.info({ job: KEY_UPKEEP_JOB }, 'Another process replaces this key at the moment');
      }
    };
    const open = await runs.findOpen();
    const isOpen = (kind: string) => open.some(({ purpose }) => purpose === kind);
    for (const [kind, purpose] of [
      ['encryption', 'encryption'],
      ['search-index', 'searchIndex'],
      ['pepper', 'pepper'],
    ] as const) {
      const known = await failures.idsOf(kind);
      const goesOn = isOpen(kind) || (await countOutdated(parts, purpose, known)) > 0;
      const mayAdd = !goesOn && (await due.isRingKeyDue(kind));
      if (goesOn || mayAdd || known.length > 0) await attempt(() => rotate(kind, { ...options, mayAdd }));
    }
    const olderThan = isOpen('data') ? null : await due.findDataKeyBound();
    if (isOpen('data') || olderThan !== null)
      await attempt(() => rotate('data', { ...options, scheduled: { olderThan } }));
    await completeSigning();
  }

  /** The replacement of a signing key is complete when no older key is published any more. */
  async function completeSigning(): Promise<void> {
    for (const run of await runs.findOpen()) {
      if (run.purpose !== 'signing' || run.keyId === null) continue;
      const older = await db.signingKey.count({
        where: {
          algorithm: 'ES256',
          id: { not: run.keyId },
          publishedUntil: { gt: clock.now() },
          createdAt: { lt: run.startedAt },
        },
      });
      if (older === 0) await runs.complete(run, run.total);
    }
  }

  return {
    rotate,
    rotateUser,
    status,
    upkeep,
    removeKey: createRemoveKey(parts),
    askReset: createAskReset(parts),
  };
}
