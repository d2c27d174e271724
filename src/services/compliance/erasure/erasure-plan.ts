import { snakeCase } from '../../../privacy/check-constraints.js';
import type { Column, ModelEntry, OnErasure } from '../../../privacy/register/entry.js';

/** What an erasure does to the rows of one table that belong to a person. Names are those of the database. */
export interface TableErasure {
  table: string;
  /** The column that names the person. */
  owner: string;
  /** `delete`: the rows go. `clear`: they stay, and these columns fall back to their defaults. */
  action: 'delete' | 'clear';
  columns: string[];
}

export interface ErasurePlan {
  /** Tables whose rows go, in the register's order; the data keys are not among them. */
  deleted: TableErasure[];
  /** Tables whose rows stay without what they said about the person; the account's own row is the last. */
  cleared: TableErasure[];
  /** Tables of which only the server's key tells whose a row is: who keeps them deletes there. */
  hashed: TableErasure[];
  /** The table of data keys. */
  keys: TableErasure;
  /** Every place that is emptied, as the receipt lists it: a table, or one column of a row that stays. */
  destroyed: string[];
}

/** What is left where it is: for good, or for the step `sweep`, which needs it and clears it. */
const LEFT = [
  'kept: it says that an account existed, and no longer whose',
  'cleared by the last look for what is left',
] satisfies OnErasure[];
const KEY_MODEL = 'DataKey';

/**
 * Reads off the register of personal data what an erasure has to do, so that no table can be forgotten: a column
 * without an entry fails a test, and an entry that cannot be carried out fails here, at the start of the process.
 *
 * @throws Error naming the model whose entry contradicts itself
 */
export function planErasure(register: Readonly<Record<string, ModelEntry>>): ErasurePlan {
  const deleted: TableErasure[] = [];
  const cleared: TableErasure[] = [];
  const hashed: TableErasure[] = [];
  let own: TableErasure | null = null;
  let keys: TableErasure | null = null;
  for (const [name, entry] of Object.entries(register)) {
    const erasure = planTable(name, entry, register);
    if (erasure === null) continue;
    if (entry.owner.by === 'self') own = erasure;
    else if (name === KEY_MODEL) keys = erasure;
    else if (entry.owner.by === 'keyed hash') hashed.push(erasure);
    else (erasure.action === 'delete' ? deleted : cleared).push(erasure);
  }
  if (own === null || keys === null) throw new Error('The register lacks the accounts or their data keys.');
  cleared.push(own);
  const columns = cleared.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`));
  const tables = [...deleted, ...hashed].map(({ table }) => table);
  return { deleted, cleared, hashed, keys, destroyed: [keys.table, ...tables, ...columns] };
}

/** What is to be done in one table; null where nothing of a person lies in it, or where all goes with another row. */
function planTable(
  name: string,
  entry: ModelEntry,
  register: Readonly<Record<string, ModelEntry>>,
): TableErasure | null {
  const fates = Object.entries(entry.columns).filter(([, column]) => column.personal);
  if (fates.length === 0) return null;
  // Of the account's own row nothing stays but what the register keeps, personal or not.
  const columns = entry.owner.by === 'self' ? Object.entries(entry.columns) : fates;
  const gone = columns.filter(([, column]) => !isKept(column)).map(([column]) => snakeCase(column));
  const { owner } = entry;
  if (owner.by === 'way of') {
    if (isDeletedWithParent(entry, owner.relation, register)) return null;
    throw new Error(`${name} holds personal data below a row that an erasure keeps.`);
  }
  if (owner.by === 'nobody') throw new Error(`${name} holds personal data and belongs to nobody.`);
  if (gone.length === 0) return null;
  if (owner.by === 'link') throw new Error(`${name} keeps its rows and may hold nothing that has to go.`);
  const ownerColumn = snakeCase(owner.by === 'self' ? entry.rowId : owner.column);
  const action = owner.by !== 'self' && gone.length === fates.length ? 'delete' : 'clear';
  if (owner.by === 'keyed hash' && action === 'clear')
    throw new Error(`${name} is found by a keyed hash and can only be deleted.`);
  return { table: entry.table, owner: ownerColumn, action, columns: action === 'clear' ? gone : [] };
}

function isDeletedWithParent(
  entry: ModelEntry,
  relation: string,
  register: Readonly<Record<string, ModelEntry>>,
): boolean {
  const model = entry.relations[relation]?.model ?? '';
  const parent = register[model];
  return parent?.owner.by === 'column' && planTable(model, parent, register)?.action === 'delete';
}

function isKept(column: Column): boolean {
  return column.personal && LEFT.some((fate) => fate === column.onErasure);
}
