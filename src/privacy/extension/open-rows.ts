import type { UserKey } from '../data-keys.js';
import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { findKeysApart } from './keys-apart.js';
import { isRow, listOf, ownerColumn, type Row } from './models.js';
import type { Plan } from './selection.js';

/** Finds the wrapped key of a row's owner where the row does not carry it. */
export type KeysBeside = (ownerId: string) => UserKey | undefined;

/**
 * Opens the sealed columns of a result in place, and removes what the plan added.
 *
 * @throws SealedValueError when a value does not open
 */
export async function openResult(
  privacy: Privacy,
  plan: Plan,
  result: unknown,
  above?: UserKey | KeysBeside,
): Promise<void> {
  const apart = privacy.separateKeys ? await findKeysApart(privacy, plan, result) : NO_KEYS;
  const carried = new Map<string, string>();
  collectKeys(plan, result, carried);
  if (carried.size > 1) await privacy.dataKeys.openAll(carried);
  await openRows({ privacy, apart }, plan, result, above);
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
}

const NO_KEYS: ReadonlyMap<string, UserKey> = new Map();

async function openRows(
  opening: Opening,
  plan: Plan,
  result: unknown,
  above?: UserKey | KeysBeside,
): Promise<void> {
  for (const row of Array.isArray(result) ? (result as unknown[]) : [result]) {
    if (isRow(row)) await openRow(opening, plan, row, above);
  }
}

async function openRow(opening: Opening, plan: Plan, row: Row, above?: UserKey | KeysBeside): Promise<void> {
  const { privacy } = opening;
  for (const { name } of plan.children) {
    // The fluent API (`findUnique(…).profile()`) unwraps the result before it arrives here.
    if (!(name in row))
      throw new UnsafeQueryError(plan.model.name, name, 'the result lacks what was selected');
  }
  const key = await keyOf(opening, plan, row, above);
  for (const field of plan.open) {
    const stored = row[field];
    if (stored === null) continue;
    const place = { model: plan.model.name, field, rowId: String(row[plan.model.rowId]) };
    if (!key) throw privacy.withoutKey(place, ownerOf(plan, row));
    row[field] = privacy.open(key, place, stored);
  }
  for (const { name, plan: child } of plan.children) await openRows(opening, child, row[name], key);
  for (const name of plan.strip) delete row[name];
}

function ownerOf({ model }: Plan, row: Row): string | null {
  const column = ownerColumn(model);
  const id = column === null ? null : row[column];
  return typeof id === 'string' ? id : null;
}

async function keyOf({ privacy, apart }: Opening, plan: Plan, row: Row, above?: UserKey | KeysBeside) {
  const column = ownerColumn(plan.model);
  const ownerId = column === null ? null : row[column];
  if (plan.keyAt === 'above') return typeof above === 'function' ? above(String(ownerId)) : above;
  if (plan.keyAt === 'apart') return apart.get(String(ownerId));
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
