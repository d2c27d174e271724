/** Where a request stands. RUNNING and what follows it cannot be taken back. */
export type ErasureStatus = 'SCHEDULED' | 'CANCELLED' | 'RUNNING' | 'COMPLETED' | 'ON_HOLD';

/** The stages of a request that is neither cancelled nor done: at most one of an account is in them. */
export const OPEN_STATUSES = ['SCHEDULED', 'ON_HOLD', 'RUNNING'] as const satisfies ErasureStatus[];

/**
 * An erasure request as the service hands it on. Nothing of it is sealed: it is read, listed and carried out also where the
 * account's values do not open. Why it was asked for is read apart (`findReasons`).
 */
export interface ErasureRecord {
  readonly id: string;
  readonly userId: string;
  readonly status: ErasureStatus;
  readonly requestedAt: Date;
  readonly requestedBy: string;
  /** The end of the grace period. */
  readonly scheduledFor: Date;
  readonly completedAt: Date | null;
  /** The signed receipt, a compact JWS; null until the erasure is complete. */
  readonly receipt: string | null;
}

/** The columns that make an ErasureRecord: what a query selects. */
export const ERASURE_COLUMNS = {
  id: true,
  userId: true,
  status: true,
  requestedAt: true,
  requestedBy: true,
  scheduledFor: true,
  completedAt: true,
  receipt: true,
} as const;
