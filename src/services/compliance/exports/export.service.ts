import { isUuid } from '../../../input/uuid.js';
import type { ExportParts } from './export-parts.js';
import { EXPORT_COLUMNS, type ExportRecord } from './export-record.js';
import { createExpireExports } from './expire-exports.js';
import { createFetchExport } from './fetch-export.js';
import { createRequestExport } from './request-export.js';
import { createRunExport } from './run-export.js';

/** So many exports of an account are shown. */
const SHOWN = 100;

/** Copies of everything held about a person (Art. 15 and 20 GDPR): docs/data-export.md. */
export function createExportService(parts: ExportParts) {
  const { db } = parts;

  /** The exports of each of these accounts, in their order; of one the newest first, at most 100. */
  async function listOf(userIds: readonly string[]): Promise<ExportRecord[][]> {
    const newest = [{ requestedAt: 'desc' }, { id: 'desc' }] as const;
    const rows = await db.user.findMany({
      where: { id: { in: [...userIds] } },
      select: { id: true, dataExports: { orderBy: [...newest], take: SHOWN, select: EXPORT_COLUMNS } },
    });
    const byUser = new Map(rows.map(({ id, dataExports }) => [id, dataExports]));
    return userIds.map((userId) => byUser.get(userId) ?? []);
  }

  /** One of this account's exports; null when there is none of this id. */
  async function find(userId: string, id: string): Promise<ExportRecord | null> {
    return isUuid(id) ? db.dataExport.findFirst({ where: { id, userId }, select: EXPORT_COLUMNS }) : null;
  }

  return {
    listOf,
    find,
    ...createRequestExport(parts),
    ...createRunExport(parts),
    ...createFetchExport(parts),
    ...createExpireExports(parts),
  };
}

export type ExportService = ReturnType<typeof createExportService>;
