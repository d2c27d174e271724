import type { Database } from '../../database/client.js';
import type { RecordAccess } from '../../security/access-record.js';
import type { AuditEntry, AuditService } from './audit.service.js';

/**
 * Records what a request read about other people as staff, one event an account, and what its caller was refused.
 * The former keep no network address: it would be sealed for the person who was looked at, whereas it is the
 * reader's. The session they name has it.
 */
export function createRecordAccess({ db, audit }: { db: Database; audit: AuditService }): RecordAccess {
  return async function recordAccess({ viewer, viewedAccounts, origin }, { operations, refused }) {
    if (!viewer) return;
    const { userId: actorId, sessionId } = viewer;
    const entries: AuditEntry[] = [...viewedAccounts].map((subjectId) => ({
      action: 'pii.viewed',
      actorId,
      subjectId,
      origin: null,
      data: { sessionId, operations },
    }));
    if (refused) {
      const data = { sessionId, operations };
      entries.push({ action: 'permission.refused', actorId, subjectId: actorId, origin, data });
    }
    await db.$transaction(async (tx) => {
      for (const entry of entries) await audit.record(tx, entry);
    });
  };
}
