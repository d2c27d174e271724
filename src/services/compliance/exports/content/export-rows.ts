import type { Database } from '../../../../database/client.js';
import { dataForSubject } from '../../../audit/events/data-for-subject.js';
import type { ExportTable, Where } from './export-tables.js';

export type ExportedRow = Record<string, unknown>;

/** A Prisma delegate as this reader uses it: the models are known from the register, at run time. */
interface Delegate {
  findMany(args: {
    where: Where;
    orderBy: Record<string, 'asc'>[];
    take: number;
    select: Record<string, true>;
  }): Promise<ExportedRow[]>;
}

type StoredEvent = Parameters<typeof dataForSubject>[0];

const PAGE_SIZE = 500;

/**
 * Reads one person's rows of a table page by page, opened, so that a million rows take no more memory than one
 * page. Ids of other accounts are replaced, and what an event says of somebody else who acted is left out: they are data
 * of those others.
 */
export async function* readExportRows(
  db: Database,
  table: ExportTable,
  userId: string,
  others: OtherAccounts,
): AsyncGenerator<ExportedRow[]> {
  const delegate = (db as unknown as Record<string, Delegate>)[delegateName(table.model)];
  if (!delegate) throw new Error(`There is no table ${table.model}.`);
  const select = Object.fromEntries([...table.columns, ...table.order].map((name) => [name, true as const]));
  const own = table.rowsOf(userId);
  let last: ExportedRow | undefined;
  do {
    const rows = await delegate.findMany({
      where: last ? { AND: [own, beyond(table.order, last)] } : own,
      orderBy: table.order.map((name) => ({ [name]: 'asc' as const })),
      take: PAGE_SIZE,
      select,
    });
    if (rows.length > 0) yield rows.map((row) => handedOver(table, row, others));
    last = rows.length < PAGE_SIZE ? undefined : rows.at(-1);
  } while (last);
}

/** Rows after `last`. The first condition repeats what the second says, in a form that an index can use. */
function beyond(order: readonly string[], last: ExportedRow): Where {
  const [first = 'id', second] = order;
  if (second === undefined) return { [first]: { gt: last[first] } };
  return {
    [first]: { gte: last[first] },
    OR: [{ [first]: { gt: last[first] } }, { [first]: last[first], [second]: { gt: last[second] } }],
  };
}

/** Of these tables a row holds more than its person receives. */
const OWN_PART: Readonly<Record<string, (row: ExportedRow) => ExportedRow>> = {
  AuditEvent: (row) => ({ ...row, data: dataForSubject(row as unknown as StoredEvent) }),
};

function handedOver(table: ExportTable, given: ExportedRow, others: OtherAccounts): ExportedRow {
  const row = OWN_PART[table.model]?.(given) ?? given;
  return Object.fromEntries(
    table.columns.map((name) => [name, table.accountColumns.has(name) ? others.hide(row[name]) : row[name]]),
  );
}

/** Stands in for the ids of other accounts: the same stand-in for the same account within one export. */
export interface OtherAccounts {
  hide(value: unknown): unknown;
}

export function createOtherAccounts(userId: string): OtherAccounts {
  const known = new Map<string, string>();
  return {
    hide(value) {
      if (typeof value !== 'string' || value === userId) return value ?? null;
      const name = known.get(value) ?? `another account (${known.size + 1})`;
      known.set(value, name);
      return name;
    },
  };
}

function delegateName(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1);
}
