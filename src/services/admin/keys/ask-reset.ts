import type { KeyRotation } from '../../../database/generated/client.js';
import { withUpkeepLock } from '../../../database/re-sealing/sql.js';
import { createPace } from '../../../database/re-sealing/pace.js';
import type { KeyParts, RotationOptions } from './key-parts.js';

const BATCH = 50;
const FIRST = '00000000-0000-0000-0000-000000000000';
const ASKED = 'pepper-ask';

/**
 * Asks by mail those whose password hash still uses an older pepper to sign in or to choose a new password. Each is
 * asked once for each pepper, however often this is interrupted: how far it came is noted in the mails' transaction.
 */
export function createAskReset({ db, databaseUrl, sql, keyRing, mail, audit, clock }: KeyParts) {
  const nobody = { actorId: null, subjectId: null, origin: null };

  /** What was begun for this pepper, or a new run. */
  async function openRun(keyId: string): Promise<KeyRotation> {
    const found = await db.keyRotation.findFirst({ where: { purpose: ASKED, keyId } });
    if (found) return found;
    return db.$transaction(async (tx) => {
      await audit.record(tx, {
        action: 'key.renewal_started',
        ...nobody,
        data: { purpose: 'pepper', keyId },
      });
      return tx.keyRotation.create({ data: { purpose: ASKED, keyId, startedAt: clock.now() } });
    });
  }

  async function askBatch(runId: string, keyId: string, after: string): Promise<string | null> {
    const users = await sql<{ id: string }>(
      `SELECT id FROM users WHERE id > $1::uuid AND status = 'ACTIVE' AND password_hash IS NOT NULL
        AND password_pepper <> $2 ORDER BY id LIMIT ${BATCH}`,
      [after, keyId],
    );
    const last = users.at(-1)?.id ?? null;
    await db.$transaction(async (tx) => {
      const asked: string[] = [];
      for (const { id } of users) {
        const user = await tx.user.findUnique({ where: { id }, select: { email: true } });
        if (!user?.email) continue;
        const to = { address: user.email };
        await mail.sendLater(tx, { userId: id, to, template: 'password-renewal', params: {} });
        asked.push(id);
      }
      const event = { action: 'password.renewal_requested', actorId: null, data: { keyId } } as const;
      await audit.recordMany(
        tx,
        asked.map((subjectId) => ({ ...event, subjectId })),
      );
      const end = last === null ? { completedAt: clock.now() } : { position: last };
      const { done } = await tx.keyRotation.update({
        where: { id: runId },
        data: { ...end, done: { increment: users.length } },
      });
      if (last !== null) return;
      const data = { purpose: 'pepper', keyId, asked: done };
      await audit.record(tx, { action: 'key.renewal_completed', ...nobody, data });
    });
    return last;
  }

  /**
   * @returns how many were asked, this time and before
   * @throws BusyError while another process does this
   */
  return async function askReset({
    rate,
    signal,
  }: Pick<RotationOptions, 'rate' | 'signal'>): Promise<number> {
    return withUpkeepLock(databaseUrl, ASKED, async () => {
      const keyId = keyRing.pepper.activeId;
      const run = await openRun(keyId);
      if (run.completedAt) return run.done;
      const pace = createPace(rate, signal);
      let after: string | null = run.position ?? FIRST;
      while (after !== null) {
        after = await askBatch(run.id, keyId, after);
        for (let row = 0; row < BATCH && after !== null; row += 1) await pace.step();
      }
      return (await db.keyRotation.findUniqueOrThrow({ where: { id: run.id } })).done;
    });
  };
}
