/** A session as the service hands it on. What is sealed throws SealedValueError when it is read and does not open. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  /** When the person last proved who they are. */
  readonly authTime: Date;
  /** How: RFC 8176 values. */
  readonly amr: string[];
  /** Of the sign-in, or of the last refresh since. */
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** The columns that make a SessionRecord: what a query selects. */
export const SESSION_COLUMNS = {
  id: true,
  userId: true,
  createdAt: true,
  lastSeenAt: true,
  expiresAt: true,
  authTime: true,
  amr: true,
  ipAddress: true,
  userAgent: true,
} as const;

/** Narrows a query to sessions that neither ended nor expired. */
export function running(now: Date) {
  return { revokedAt: null, expiresAt: { gt: now } };
}

/** The same of a session that was read. */
export function isRunning({ revokedAt, expiresAt }: { revokedAt: Date | null; expiresAt: Date }, now: Date) {
  return revokedAt === null && expiresAt > now;
}
