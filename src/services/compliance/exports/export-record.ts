import type { DataExportStatus } from '../../../database/generated/client.js';

/** An export as the service hands it on: without the key of its file. */
export interface ExportRecord {
  readonly id: string;
  readonly userId: string;
  readonly status: DataExportStatus;
  readonly requestedAt: Date;
  readonly readyAt: Date | null;
  readonly expiresAt: Date | null;
}

export const EXPORT_COLUMNS = {
  id: true,
  userId: true,
  status: true,
  requestedAt: true,
  readyAt: true,
  expiresAt: true,
} as const;
