import { REGISTER } from '../../../../privacy/register.js';
import type { ModelEntry } from '../../../../privacy/register/entry.js';

/** A table that an export reads, and what of it the person receives. */
export interface ExportTable {
  model: string;
  table: string;
  /** The columns that the register marks as exported. */
  columns: readonly string[];
  /** Columns that may name another account than the person's. */
  accountColumns: ReadonlySet<string>;
  /** What rows are read in the order of, and read on from; the last one is the row id. */
  order: readonly string[];
  /** The Prisma filter for one person's rows. */
  rowsOf(userId: string): Where;
}

export type Where = Record<string, unknown>;

/** Tables that may hold very many rows of one person are read along the index they have. */
const READING_ORDER: Readonly<Record<string, readonly string[]>> = {
  AuditEvent: ['at', 'id'],
  AuditOrigin: ['at', 'eventId'],
};

/** Every table of which a person receives something (Art. 15(3) GDPR), in the register's order. */
export function exportTables(register: Readonly<Record<string, ModelEntry>> = REGISTER): ExportTable[] {
  return Object.entries(register).flatMap(([model, entry]) => {
    const columns = Object.entries(entry.columns).flatMap(([name, column]) =>
      column.personal && column.exported ? [name] : [],
    );
    if (saysNothing(entry, columns)) return [];
    return [
      {
        model,
        table: entry.table,
        columns,
        accountColumns: accountColumnsOf(entry),
        order: READING_ORDER[model] ?? [entry.rowId],
        rowsOf: (userId: string) => ownedBy(register, model, userId),
      },
    ];
  });
}

/** Nothing is exported of it, or nothing but whose row it is. */
function saysNothing({ owner, rowId }: ModelEntry, columns: readonly string[]): boolean {
  if (owner.by === 'nobody') return true;
  const ownerColumn = owner.by === 'column' || owner.by === 'link' ? owner.column : rowId;
  return columns.every((name) => name === ownerColumn);
}

function accountColumnsOf({ columns }: ModelEntry): ReadonlySet<string> {
  return new Set(
    Object.entries(columns).flatMap(([name, column]) =>
      column.personal && column.category === 'account identifier' ? [name] : [],
    ),
  );
}

function ownedBy(register: Readonly<Record<string, ModelEntry>>, model: string, userId: string): Where {
  const entry = register[model];
  const owner = entry?.owner ?? { by: 'nobody' as const };
  if (owner.by === 'self') return { [entry?.rowId ?? 'id']: userId };
  if (owner.by === 'column' || owner.by === 'link') return { [owner.column]: userId };
  const parent = owner.by === 'way of' ? entry?.relations[owner.relation] : undefined;
  if (owner.by !== 'way of' || !parent)
    throw new Error(`The register does not say whose a row of ${model} is.`);
  return { [owner.relation]: ownedBy(register, parent.model, userId) };
}
