import type {
  DataSubjectDecision,
  DataSubjectRequestStatus,
  DataSubjectRequestType,
} from '../../../database/generated/client.js';

/**
 * A data-subject request as the service hands it on, opened. In a list, what is sealed throws SealedValueError when it is read
 * and does not open.
 */
export interface CaseRecord {
  readonly id: string;
  readonly userId: string;
  readonly type: DataSubjectRequestType;
  readonly status: DataSubjectRequestStatus;
  readonly channel: string;
  readonly receivedAt: Date;
  readonly dueAt: Date;
  readonly extendedAt: Date | null;
  readonly extensionReason: string | null;
  readonly identityProof: string | null;
  readonly decision: DataSubjectDecision | null;
  readonly decisionReason: string | null;
  /** What the person was told beside the reason. */
  readonly answer: string | null;
  readonly evidence: string | null;
  readonly details: string | null;
  readonly openedBy: string | null;
  readonly closedBy: string | null;
  readonly closedAt: Date | null;
  /** When a mail that says so was handed to the outbox; null: the server has not told the person. */
  readonly acknowledgedAt: Date | null;
  readonly extensionMailedAt: Date | null;
  readonly decisionMailedAt: Date | null;
  /** The export or the erasure that carries it out. */
  readonly reference: string | null;
}

export const CASE_COLUMNS = {
  id: true, userId: true, type: true, status: true, channel: true, receivedAt: true, dueAt: true, extendedAt: true,
  extensionReason: true, identityProof: true, decision: true, decisionReason: true, answer: true, evidence: true, details: true,
  openedBy: true, closedBy: true, closedAt: true, acknowledgedAt: true, extensionMailedAt: true, decisionMailedAt: true,
  reference: true,
} as const; // prettier-ignore
