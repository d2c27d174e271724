import type { Database } from '../../../../database/client.js';
import type { InventoryEntry } from '../../inventory/data-inventory.js';
import { createOtherAccounts, readExportRows, type ExportedRow } from './export-rows.js';
import { EXPORT_FORMAT } from './export-schema.js';
import type { ExportTable } from './export-tables.js';

/** Somebody outside this database to whom data of the person goes or went, Art. 15(1)(c) GDPR. */
export interface Recipient {
  name: string;
  purpose: string;
}

export interface ExportSubject {
  exportId: string;
  userId: string;
  generatedAt: Date;
  serviceName: string;
  recipients: readonly Recipient[];
  /** What the register says of the exported columns. */
  inventory: readonly InventoryEntry[];
}

/** The first rows of a table, for the readable page, and how many there are. */
export interface Extract {
  table: ExportTable;
  rows: ExportedRow[];
  total: number;
}

/** Rows of one table that the readable page shows; the data file has them all. */
const EXTRACT_SIZE = 500;

/**
 * Writes `data.json` piece by piece and notes in `extracts` what the readable page will show. Never holds more
 * than a page of rows and the extracts.
 */
export async function* writeExportDocument(
  db: Database,
  subject: ExportSubject,
  tables: readonly ExportTable[],
  extracts: Extract[],
): AsyncGenerator<string> {
  const { exportId, userId: subjectId, generatedAt, serviceName: service, recipients } = subject;
  const head = { $schema: './schema.json', format: EXPORT_FORMAT, exportId, subjectId, generatedAt, service };
  const about = subject.inventory.map(({ model: record, field, category, purpose, legalBasis, retention }) => ({
    record, field, category, purpose, legalBasis, retention,
  })); // prettier-ignore
  yield `${toJson({ ...head, about, recipients }).slice(0, -1)},"records":{`;
  const others = createOtherAccounts(subjectId);
  for (const [index, table] of tables.entries()) {
    yield `${index > 0 ? ',' : ''}\n${toJson(table.model)}:[`;
    const extract: Extract = { table, rows: [], total: 0 };
    for await (const rows of readExportRows(db, table, subjectId, others)) {
      yield (extract.total > 0 ? ',' : '') + rows.map((row) => `\n${toJson(row)}`).join(',');
      extract.rows.push(...rows.slice(0, EXTRACT_SIZE - extract.rows.length));
      extract.total += rows.length;
    }
    extracts.push(extract);
    yield ']';
  }
  yield '}}\n';
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === 'bigint') return member.toString();
    return member instanceof Uint8Array ? Buffer.from(member).toString('base64url') : member;
  });
}
