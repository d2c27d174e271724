import type { UserKey } from '../data-keys.js';
import { failWhenRead } from '../fail-when-read.js';
import type { Privacy } from '../privacy.js';
import { SealedValueError, UnsafeQueryError } from '../privacy-errors.js';
import { findKeysApart } from './keys-apart.js';
import { isRow, listOf, ownerColumn, type Row } from './models.js';
import type { Plan } from './selection.js';

/** Finds the wrapped key of a row's owner where the row does not carry it. */
export type KeysBeside = (ownerId: string) => UserKey | undefined;

export interface OpeningOptions {
  /** Where the rows do not carry their keys. */
  beside?: KeysBeside;
  /** What does not open is left in its row as a property that throws, and ends nothing else (`failWhenRead`). */
  piecewise?: boolean;
}

/**
 * Opens the sealed columns of a result in place, and removes what the plan added.
 *
 * @throws SealedValueError when a value does not open, unless `piecewise`
 */
export async function openResult(
  privacy: Privacy,
  plan: Plan,
  result: unknown,
  { beside, piecewise = false }: OpeningOptions = {},
): Promise<void> {
  const damaged = piecewise ? new Map<string, SealedValueError>() : null;
  const onDamaged = damaged
    ? (id: string, error: SealedValueError) => void damaged.set(id, error)
    : undefined;
  const apart = privacy.separateKeys ? await findKeysApart(privacy, plan, result, onDamaged) : NO_KEYS;
  const carried = new Map<string, string>();
  collectKeys(plan, result, carried);
  // A single key is opened by the row that carries it, without a promise more where it is in memory.
  if (carried.size > 1 || (damaged && carried.size > 0)) await privacy.dataKeys.openAll(carried, onDamaged);
  await openRows({ privacy, apart, damaged }, plan, result, beside);
}

/** The wrapped keys that the rows carry, by user id. */
function collectKeys(plan: Plan, result: unknown, into: Map<string, string>): void {
  for (const row of listOf(result)) {
    if (!isRow(row)) continue;
    const key = keyCarried(plan, row);
    if (key) into.set(key.ownerId, key.wrapped);
    for (const { name, plan: child } of plan.children) collectKeys(child, row[name], into);
  }
}

interface Opening {
  privacy: Privacy;
  /** The keys of owners where they are kept in a database of their own. */
  apart: ReadonlyMap<string, UserKey>;
  /** Keys that did not open, by owner; null where the first one ends the read. */
  damaged: ReadonlyMap<string, SealedValueError> | null;
}

/** What opens a row's values, or why nothing does; undefined where there is no key. */
type Key = UserKey | SealedValueError | undefined;

const NO_KEYS: ReadonlyMap<string, UserKey> = new Map();

async function openRows(
  opening: Opening,
  plan: Plan,
  result: unknown,
  above?: Key | KeysBeside,
): Promise<void> {
  for (const row of Array.isArray(result) ? (result as unknown[]) : [result]) {
    if (isRow(row)) await openRow(opening, plan, row, above);
  }
}

async function openRow(opening: Opening, plan: Plan, row: Row, above?: Key | KeysBeside): Promise<void> {
  for (const { name } of plan.children) {
    // The fluent API (`findUnique(…).profile()`) unwraps the result before it arrives here.
    if (!(name in row))
      throw new UnsafeQueryError(plan.model.name, name, 'the result lacks what was selected');
  }
  const key = await keyOf(opening, plan, row, above);
  for (const field of plan.open) {
    try {
      if (row[field] !== null) row[field] = openValue(opening, plan, row, field, key);
    } catch (error) {
      if (!opening.damaged || !(error instanceof SealedValueError)) throw error;
      failWhenRead(row, [field], error);
    }
  }
  for (const { name, plan: child } of plan.children) await openRows(opening, child, row[name], key);
  for (const name of plan.strip) delete row[name];
}

function openValue({ privacy }: Opening, plan: Plan, row: Row, field: string, key: Key): unknown {
  if (key instanceof SealedValueError) throw key;
  const place = { model: plan.model.name, field, rowId: String(row[plan.model.rowId]) };
  if (!key) throw privacy.withoutKey(place, ownerOf(plan, row));
  return privacy.open(key, place, row[field]);
}

function ownerOf({ model }: Plan, row: Row): string | null {
  const column = ownerColumn(model);
  const id = column === null ? null : row[column];
  return typeof id === 'string' ? id : null;
}

async function keyOf(
  { privacy, apart, damaged }: Opening,
  plan: Plan,
  row: Row,
  above?: Key | KeysBeside,
): Promise<Key> {
  const ownerId = String(ownerOf(plan, row));
  if (plan.keyAt === 'above') return typeof above === 'function' ? above(ownerId) : above;
  const damage = damaged?.get(ownerId);
  if (damage) return damage;
  if (plan.keyAt === 'apart') return apart.get(ownerId);
  const key = keyCarried(plan, row);
  if (!key) return undefined;
  const { dataKeys } = privacy;
  return dataKeys.findOpen(key.ownerId, key.wrapped) ?? (await dataKeys.open(key.ownerId, key.wrapped));
}

/** The owner's wrapped key where the row itself carries it. */
function keyCarried({ model, keyAt }: Plan, row: Row): { ownerId: string; wrapped: string } | null {
  if (keyAt === 'above' || keyAt === 'apart') return null;
  const holder = keyAt === 'self' ? row : row[keyAt.relation];
  const dataKey = isRow(holder) ? holder.dataKey : undefined;
  const wrapped = isRow(dataKey) ? dataKey.wrappedKey : undefined;
  const column = ownerColumn(model);
  const ownerId = column === null ? null : row[column];
  return typeof ownerId === 'string' && typeof wrapped === 'string' ? { ownerId, wrapped } : null;
}
