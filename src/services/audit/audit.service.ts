import type { Clock } from '../../clock.js';
import type { Transaction } from '../../database/client.js';
import type { RequestOrigin } from '../../security/request-context.js';
import type { AuditAction } from './audit-action.js';

/** What an event may say beside its action: ids, codes and counts, never personal data. */
export type AuditData = Record<string, string | number | boolean | readonly string[]>;

export interface AuditEntry {
  action: AuditAction;
  /** Who did it; null for the server itself and for a caller who is not signed in. */
  actorId: string | null;
  /** Whose account it is about; null when it is about none. */
  subjectId: string | null;
  /** Where the request came from; null when there was no request. */
  origin: RequestOrigin | null;
  data?: AuditData;
}

/** The record of what happened. */
export function createAuditService({ clock }: { clock: Clock }) {
  /**
   * Records an event in the transaction of the change it tells of: both take place or neither.
   * Address and user agent are sealed under the subject's data key, so an event without a subject keeps neither.
   */
  async function record(tx: Transaction, { action, actorId, subjectId, origin, data }: AuditEntry) {
    await tx.auditEvent.create({
      data: {
        at: clock.now(),
        action,
        actorId,
        subjectId,
        ipAddress: subjectId === null ? null : (origin?.ipAddress ?? null),
        userAgent: subjectId === null ? null : (origin?.userAgent ?? null),
        data: { ...data },
      },
      select: { id: true },
    });
  }

  return { record };
}

export type AuditService = ReturnType<typeof createAuditService>;
