import { isUuid } from '../../../input/uuid.js';
import type { ExportParts } from './export-parts.js';
import { EXPORT_COLUMNS, type ExportRecord } from './export-record.js';
import { createExpireExports } from './expire-exports.js';
import { createFetchExport } from './fetch-export.js';
import { createRequestExport } from './request-export.js';
import { createRunExport } from './run-export.js';

/** Copies of everything held about a person (Art. 15 and 20 GDPR): docs/data-export.md. */
export function createExportService(parts: ExportParts) {
  const { db } = parts;

  /** The exports of an account, the newest first; at most 100. */
  function list(userId: string): Promise<ExportRecord[]> {
    return db.dataExport.findMany({
      where: { userId },
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: 100,
      select: EXPORT_COLUMNS,
    });
  }

  /** One of this account's exports; null when there is none of this id. */
  async function find(userId: string, id: string): Promise<ExportRecord | null> {
    return isUuid(id) ? db.dataExport.findFirst({ where: { id, userId }, select: EXPORT_COLUMNS }) : null;
  }

  return {
    list,
    find,
    ...createRequestExport(parts),
    ...createRunExport(parts),
    ...createFetchExport(parts),
    ...createExpireExports(parts),
  };
}

export type ExportService = ReturnType<typeof createExportService>;
