import type { UserKey } from '../data-keys.js';
import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { isRow, type Model, ownerColumn, type Row } from './models.js';
import type { RowStore } from './row-store.js';

/** What every step of sealing a write needs. */
export interface Writing {
  privacy: Privacy;
  store: RowStore;
}

/** The user a row belongs to. `key` is null when the data key is gone or not there yet. */
export interface RowOwner {
  id: string;
  key: UserKey | null;
}

/** The owner by id, with the data key as the surrounding transaction sees it. */
export async function findOwner({ privacy, store }: Writing, id: string): Promise<RowOwner> {
  const wrapped = (await store.findDataKeys([id])).get(id);
  return { id, key: wrapped === undefined ? null : await privacy.dataKeys.open(id, wrapped) };
}

/** The row that an update names: its id and its owner; null when there is none. `where` is rewritten already. */
export async function findTarget(
  writing: Writing,
  model: Model,
  where: Row,
): Promise<{ rowId: string; owner: RowOwner | null } | null> {
  const { privacy, store } = writing;
  const column = ownerColumn(model);
  const dataKey = { select: { wrappedKey: true } };
  const select: Row = { [model.rowId]: true };
  if (column) select[column] = true;
  const isApart = privacy.separateKeys !== null;
  if (model.owner.by === 'self' && !isApart) select.dataKey = dataKey;
  if (model.owner.by === 'column' && !isApart) select[model.owner.relation] = { select: { dataKey } };

  const row = await store.findUnique(model.name, { where, select });
  if (!row) return null;
  const rowId = String(row[model.rowId]);
  const ownerId = column ? row[column] : null;
  if (typeof ownerId !== 'string') return { rowId, owner: null };
  if (isApart) return { rowId, owner: await findOwner(writing, ownerId) };
  const holder = model.owner.by === 'column' ? row[model.owner.relation] : row;
  const found = isRow(holder) && isRow(holder.dataKey) ? holder.dataKey.wrappedKey : null;
  const key = typeof found === 'string' ? await privacy.dataKeys.open(ownerId, found) : null;
  return { rowId, owner: { id: ownerId, key } };
}

/** The data key that a sealed value needs. @throws UnsafeQueryError when there is none */
export function requireKey({ store }: Writing, model: Model, field: string, owner: RowOwner | null): UserKey {
  if (owner?.key) return owner.key;
  const reason = owner
    ? 'the data key of its owner is gone'
    : 'it can only be written where the row belongs to an existing user';
  const batch = store.inBatch()
    ? ' (in a batch, rows made earlier in the same batch are not seen: use $transaction(async (tx) => …))'
    : '';
  throw new UnsafeQueryError(model.name, field, reason + batch);
}
