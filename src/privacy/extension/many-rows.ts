import type { UserKey } from '../data-keys.js';
import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { canonicalId, isRow, listOf, type Model, ownerColumn, type Row } from './models.js';
import { openResult } from './open-rows.js';
import type { RowOwner, Writing } from './owners.js';
import { writesSealed } from './seal-columns.js';
import { makeUserKeys, sealCreate } from './seal-create.js';
import { planSelection, requireColumn } from './selection.js';

/**
 * Seals the rows of a createMany or createManyAndReturn. Data keys of users cannot be nested here: they are
 * inserted beside the users, in one transaction.
 */
export async function createMany(
  writing: Writing,
  model: Model,
  operation: string,
  args: Row,
  query: (args: Row) => Promise<unknown>,
) {
  const rows: Row[] = [];
  const keys: { userId: string; wrappedKey: string }[] = [];
  const owners = await findOwnersOf(writing, model, listOf(args.data));
  for (const { row, made } of await makeUserKeys(writing, model, listOf(args.data))) {
    const above = isRow(row) ? owners.get(ownerIdOf(model, row)) : undefined;
    const { data, owner, wrappedKey } = await sealCreate(writing, model, row, above ?? null, made);
    if (owner && wrappedKey) {
      keys.push({ userId: owner.id, wrappedKey });
      delete data.dataKey;
    }
    rows.push(data);
  }
  if (keys.length > 0 && writing.store.inBatch()) {
    const instead = 'use $transaction(async (tx) => …)';
    throw new UnsafeQueryError(
      model.name,
      'dataKey',
      `createMany of users cannot be part of a batch; ${instead}`,
    );
  }
  if (keys.length > 0 && args.skipDuplicates) {
    throw new UnsafeQueryError(model.name, 'dataKey', '"skipDuplicates" would leave data keys without users');
  }
  const run = (sealed: Row) =>
    keys.length > 0 ? writing.store.createUsers(operation, sealed, keys) : query(sealed);
  if (operation === 'createMany') return run({ ...args, data: rows });
  const planned = planBeside(writing.privacy, model, { ...args, data: rows });
  return openBeside(writing, planned, await run(planned.args));
}

/** The owners of rows that name them by id, with their data keys, by one look-up however many rows there are. */
async function findOwnersOf(writing: Writing, model: Model, rows: unknown[]): Promise<Map<string, RowOwner>> {
  const ids = new Set(
    rows.flatMap((row) => (isRow(row) && writesSealed(model, row) ? [ownerIdOf(model, row)] : [])),
  );
  ids.delete('');
  const owners = new Map<string, RowOwner>();
  if (ids.size === 0) return owners;
  const keys = await writing.privacy.dataKeys.openAll(await writing.store.findDataKeys([...ids]));
  for (const [id, key] of keys) owners.set(id, { id, key });
  return owners;
}

/** The id in the owner column as it is stored; empty where the row says it in no such way. */
function ownerIdOf(model: Model, row: Row): string {
  if (model.owner.by !== 'column') return '';
  const id = row[model.owner.column];
  return typeof id === 'string' ? canonicalId(model, model.owner.column, id) : '';
}

/** Plans the `…AndReturn` operations, whose selection cannot reach the data keys: those are read afterwards. */
export function planBeside(privacy: Privacy, model: Model, args: Row) {
  const planned = planSelection(privacy, model, args, true);
  for (const { name, plan } of planned.plan.children) {
    if (plan.open.length > 0 || plan.strip.length > 0) {
      throw new UnsafeQueryError(
        model.name,
        name,
        'sealed columns cannot be included here: read them afterwards',
      );
    }
  }
  const owner = ownerColumn(model);
  if (planned.needsKey && owner && owner !== model.rowId) requireColumn(planned.args, planned.plan, owner);
  return planned;
}

/** Opens the rows of an `…AndReturn` operation with the data keys of their owners, read afterwards. */
export async function openBeside(
  { privacy, store }: Writing,
  { plan, needsKey }: ReturnType<typeof planSelection>,
  result: unknown,
): Promise<unknown> {
  const column = ownerColumn(plan.model);
  let keys = new Map<string, UserKey>();
  if (needsKey && column) {
    const ids = listOf(result).flatMap((row) =>
      isRow(row) && typeof row[column] === 'string' ? [row[column]] : [],
    );
    keys = await privacy.dataKeys.openAll(await store.findDataKeys([...new Set(ids)]));
  }
  await openResult(privacy, plan, result, { beside: (ownerId) => keys.get(ownerId) });
  return result;
}
