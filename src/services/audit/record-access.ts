import type { Database } from '../../database/client.js';
import type { RecordAccess } from '../../security/requests/access-record.js';
import type { AuditService } from './audit.service.js';

/**
 * Records what a request read about other people as staff, one event an account, and what its caller was refused.
 * The former are written by one statement and keep no address; the session that they name has it.
 */
export function createRecordAccess({ db, audit }: { db: Database; audit: AuditService }): RecordAccess {
  return async function recordAccess({ viewer, viewedAccounts, origin }, { operations, refused }) {
    if (!viewer) return;
    const { userId: actorId, sessionId } = viewer;
    const data = { sessionId, operations };
    await db.$transaction(async (tx) => {
      await audit.recordMany(
        tx,
        [...viewedAccounts].map((subjectId) => ({ action: 'pii.viewed', actorId, subjectId, data })),
      );
      if (refused) {
        const event = { actorId, subjectId: actorId, origin, data };
        await audit.record(tx, { action: 'permission.refused', ...event });
      }
    });
  };
}
