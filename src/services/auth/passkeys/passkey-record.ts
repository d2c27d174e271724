/** A passkey as its owner sees it. Its name throws SealedValueError when it is read and does not open. */
export interface PasskeyRecord {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The columns that make a PasskeyRecord: what a query selects. */
export const PASSKEY_COLUMNS = {
  id: true,
  userId: true,
  name: true,
  createdAt: true,
  lastUsedAt: true,
} as const;
