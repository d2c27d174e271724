import { after, DAY } from '../../../clock.js';
import { NOT_HELD } from '../../../database/left-alone.js';
import type { ExportParts } from './export-parts.js';

/** A file without a row was left by an attempt that died; one this old belongs to no attempt that still runs. */
const ABANDONED_AFTER = DAY;

export function createExpireExports({ db, clock, audit, files }: ExportParts) {
  /**
   * Ends at most `limit` exports whose time is over: first the key goes, then the file. Those of held accounts stay,
   * though no link opens them any more.
   *
   * @returns how many
   */
  async function expire(limit: number): Promise<number> {
    const rows = await db.dataExport.findMany({
      where: { status: 'READY', expiresAt: { lte: clock.now() }, user: NOT_HELD },
      orderBy: { expiresAt: 'asc' },
      take: limit,
      select: { id: true, userId: true, fileName: true },
    });
    let expired = 0;
    for (const { id, userId, fileName } of rows) {
      await db.$transaction(async (tx) => {
        const ended = { status: 'EXPIRED' as const, fileName: null, fileKey: null };
        // Another process may have ended it, or an erasure removed it, since it was read.
        const { count } = await tx.dataExport.updateMany({ where: { id, status: 'READY' }, data: ended });
        if (count === 0) return;
        expired += 1;
        const data = { exportId: id };
        await audit.record(tx, {
          action: 'export.expired',
          actorId: null,
          subjectId: userId,
          origin: null,
          data,
        });
      });
      if (fileName) await files.remove({ userId, fileName });
    }
    return expired;
  }

  /** Removes at most `limit` files that no export names: what attempts left behind that died. Returns how many. */
  async function removeAbandoned(limit: number): Promise<number> {
    let removed = 0;
    for await (const file of files.listOlderThan(after(clock.now(), -ABANDONED_AFTER))) {
      if ((await db.dataExport.count({ where: { fileName: file.fileName, status: 'READY' } })) > 0) continue;
      await files.remove(file);
      if (++removed === limit) break;
    }
    return removed;
  }

  return { expire, removeAbandoned };
}
