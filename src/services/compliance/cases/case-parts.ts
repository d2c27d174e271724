import type { Clock } from '../../../clock.js';
import type { Database } from '../../../database/client.js';
import type { DataSubjectDecision, DataSubjectRequestType } from '../../../database/generated/client.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { Mail } from '../../../mail/outbox.js';
import type { AuditService } from '../../audit/audit.service.js';
import type { StaffRights } from '../../identity/accounts/staff-rights.js';
import type { Told } from './case-notices.js';
import type { CaseRecord } from './case-record.js';

export interface CaseParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  mail: Mail;
  requirePrivacyRight: StaffRights['requirePrivacyRight'];
}

export interface NewCase {
  userId: string;
  type: DataSubjectRequestType;
  /** How it came: `self-service`, `staff`, `letter` … */
  channel: string;
  receivedAt: Date;
  identityProof: string | null;
  openedBy: string | null;
  reference: string | null;
  origin: RequestOrigin | null;
  /** How the person is told that it came, and by when it is answered. */
  told: Told;
  /** What the person asked for, where the type does not say it all. */
  details?: string;
}

export type OpenedCase = Pick<CaseRecord, 'id' | 'userId'>;

export interface CaseOutcome {
  decision: DataSubjectDecision;
  decisionReason?: string | null;
  /** What the person is told beside the reason. */
  answer?: string | null;
  /** What was done about it: for the record, not for the person. Null where nothing can be sealed for them. */
  evidence: string | null;
}

export interface Closing {
  id: string;
  userId: string;
  actorId: string | null;
  origin: RequestOrigin | null;
  outcome: CaseOutcome;
  /** How the person is told of it. */
  told: Told;
}
