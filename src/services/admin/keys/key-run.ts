import type { KeyRotation } from '../../../database/generated/client.js';
import { MINUTE } from '../../../clock.js';
import type { KeyKind, KeyParts, RotationOptions } from './key-parts.js';

/** Noted with a run for peppers once every password hash says which one it was made with. */
export const PEPPERS_FILLED = 'filled';

const NOTED_EVERY = 2_000;

/** The record of replacements: what is under way, how far it is, and the audit events of its start and end. */
export function createRuns({ db, audit, clock }: Pick<KeyParts, 'db' | 'audit' | 'clock'>) {
  /** The replacement of this kind that is under way, or else a new one. */
  async function open(
    kind: KeyKind,
    keyId: string | null,
    total: number,
    position: string | null = null,
  ): Promise<KeyRotation> {
    return db.$transaction(
      async (tx) => {
        const found = await tx.keyRotation.findFirst({ where: { purpose: kind, keyId, completedAt: null } });
        if (found) return found;
        const run = await tx.keyRotation.create({
          data: { purpose: kind, keyId, startedAt: clock.now(), total, position },
        });
        await record(tx, 'key.rotation_started', run);
        return run;
      },
      { timeout: MINUTE },
    );
  }

  /** Notes its end, once. `failed`: how many rows do not open and were left as they were. */
  async function complete(run: KeyRotation, done: number, failed = 0): Promise<void> {
    await db.$transaction(async (tx) => {
      const { count } = await tx.keyRotation.updateMany({
        where: { id: run.id, completedAt: null },
        data: { completedAt: clock.now(), done },
      });
      if (count > 0) await record(tx, 'key.rotation_completed', run, failed);
    });
  }

  /**
   * Notes that nothing is left that could come under `run`'s key, or under those of earlier replacements of this kind.
   */
  async function completeAll(kind: KeyKind, run: KeyRotation, failed: number): Promise<void> {
    await complete(run, Math.max(0, run.total - failed), failed);
    const others = await db.keyRotation.findMany({ where: { purpose: kind, completedAt: null } });
    for (const other of others) await complete(other, other.total);
  }

  const record = (
    tx: Parameters<typeof audit.record>[0],
    action: 'key.rotation_started' | 'key.rotation_completed',
    { purpose, keyId }: KeyRotation,
    failed = 0,
  ) =>
    audit.record(tx, {
      action,
      actorId: null,
      subjectId: null,
      origin: null,
      data: { purpose, ...(keyId === null ? {} : { keyId }), ...(failed === 0 ? {} : { failed }) },
    });

  return {
    open,
    complete,
    completeAll,
    note: async (run: KeyRotation, position: string | null): Promise<void> => {
      await db.keyRotation.update({ where: { id: run.id }, data: { position } });
    },

    findOpen: () => db.keyRotation.findMany({ where: { completedAt: null }, orderBy: { startedAt: 'asc' } }),

    /** Counts rows, tells `onProgress`, and notes the count every few seconds for `keys status` elsewhere. */
    progressOf(run: KeyRotation, before: number, { onProgress }: RotationOptions) {
      let done = before;
      let notedAt = performance.now();
      return {
        async advance(): Promise<void> {
          done += 1;
          onProgress?.({ done, total: Math.max(done, run.total) });
          if (performance.now() - notedAt < NOTED_EVERY) return;
          notedAt = performance.now();
          await db.keyRotation.updateMany({ where: { id: run.id }, data: { done } });
        },
      };
    },
  };
}

export type Runs = ReturnType<typeof createRuns>;
