import { randomUUID } from 'node:crypto';
import { UnsafeQueryError } from '../privacy-errors.js';
import { sideBySide } from '../side-by-side.js';
import { refuseMoving } from './bound-rows.js';
import { rewriteUniqueWhere } from './filters.js';
import { canonicalId, isRow, listOf, type Model, ownsThrough, requireRow, type Row } from './models.js';
import { findOwner, findTarget, type RowOwner, type Writing } from './owners.js';
import { sealColumns, writesSealed } from './seal-columns.js';

/** The data of a new row, sealed; `wrappedKey` where the row is a user, whose data key was made with it. */
export interface SealedRow {
  data: Row;
  owner: RowOwner | null;
  wrappedKey?: string;
}

/**
 * Seals the data of a new row and of the rows nested in it. Row ids and, for users, the data key are made
 * here, since the envelopes are bound to them.
 *
 * `above`: the user whose rows these are, where the row is nested in theirs. `ready`: the key of a user, made before.
 */
export async function sealCreate(
  writing: Writing,
  model: Model,
  given: unknown,
  above: RowOwner | null = null,
  ready: MadeKey | null = null,
): Promise<SealedRow> {
  const data: Row = { ...requireRow(model, 'data', given) };
  const made = ready ?? (model.owner.by === 'self' ? await makeUserKey(writing, model, data) : null);
  const owner = made?.owner ?? above ?? (await resolveOwner(writing, model, data));
  if (model.sealed.size > 0) sealColumns(writing, model, data, newRowId(model, data, owner), owner);
  for (const [name, relation] of model.relations) {
    if (!isRow(data[name]) || (model.owner.by === 'column' && name === model.owner.relation)) continue;
    const child = writing.privacy.requireModel(relation.model);
    const childOwner = ownsThrough(model, relation) ? owner : null;
    data[name] = await sealNestedCreate(writing, model, name, child, data[name], childOwner);
  }
  if (made?.wrappedKey) data.dataKey = { create: { wrappedKey: made.wrappedKey } };
  return { data, owner, wrappedKey: made?.wrappedKey };
}

/** A user's data key that was made with the row; `wrappedKey` where it is to be stored beside it. */
interface MadeKey {
  owner: RowOwner;
  wrappedKey?: string;
}

/** A key in a database of its own is stored there first, so that no user is ever without one. Sets the row's id. */
async function makeUserKey({ privacy }: Writing, model: Model, data: Row): Promise<MadeKey> {
  if (data.dataKey !== undefined)
    throw new UnsafeQueryError(model.name, 'dataKey', 'data keys are made with their user');
  const id = data.id === undefined ? randomUUID() : canonicalId(model, 'id', data.id);
  data.id = id;
  const { key, wrapped } = await privacy.dataKeys.create(id);
  const { separateKeys } = privacy;
  if (!separateKeys) return { owner: { id, key }, wrappedKey: wrapped };
  const standing = await separateKeys.add(id, wrapped);
  return { owner: { id, key: standing === wrapped ? key : await privacy.dataKeys.open(id, standing) } };
}

/** New users with their keys, made side by side; rows of other tables as they are, without one. */
export async function makeUserKeys(
  writing: Writing,
  model: Model,
  rows: unknown[],
): Promise<{ row: unknown; made: MadeKey | null }[]> {
  if (model.owner.by !== 'self') return rows.map((row) => ({ row, made: null }));
  return sideBySide(rows, async (given) => {
    const row: Row = { ...requireRow(model, 'data', given) };
    return { row, made: await makeUserKey(writing, model, row) };
  });
}

function newRowId(model: Model, data: Row, owner: RowOwner | null): string {
  if (model.owner.by === 'column' && model.rowId === model.owner.column) {
    if (!owner) throw new UnsafeQueryError(model.name, model.rowId, 'a new row needs its user');
    return owner.id;
  }
  const given = data[model.rowId];
  const id = given === undefined ? randomUUID() : canonicalId(model, model.rowId, given);
  data[model.rowId] = id;
  return id;
}

/** Finds the user a new row belongs to, from its owner column or from the relation to the owner. */
async function resolveOwner(writing: Writing, model: Model, data: Row): Promise<RowOwner | null> {
  if (model.owner.by !== 'column') return null;
  const { column, relation } = model.owner;
  if (typeof data[column] === 'string') {
    const id = canonicalId(model, column, data[column]);
    data[column] = id;
    return writesSealed(model, data) ? findOwner(writing, id) : { id, key: null };
  }
  if (!isRow(data[relation])) return null;
  const resolved = await resolveOwnerRelation(writing, model, relation, data[relation]);
  data[relation] = resolved.link;
  return resolved.owner;
}

async function resolveOwnerRelation(writing: Writing, model: Model, relation: string, link: Row) {
  const user = writing.privacy.requireModel('User');
  const { create, connect, connectOrCreate } = link;
  if (isRow(connectOrCreate) || isRow(connect)) {
    const choice = isRow(connectOrCreate) ? connectOrCreate.where : connect;
    const target = await findTarget(writing, user, await rewriteUniqueWhere(writing, user, choice));
    if (target) return { link: { connect: { id: target.rowId } }, owner: target.owner };
    if (!isRow(connectOrCreate)) throw writing.store.notFound('User');
  }
  const sealed = await sealCreate(writing, user, isRow(connectOrCreate) ? connectOrCreate.create : create);
  if (!sealed.owner) throw new UnsafeQueryError(model.name, relation, 'a new row needs its user');
  return { link: { create: sealed.data }, owner: sealed.owner };
}

/** Seals `{ create, createMany, connect, connectOrCreate }` beneath a row that is being written. */
export async function sealNestedCreate(
  writing: Writing,
  model: Model,
  name: string,
  child: Model,
  nested: Row,
  owner: RowOwner | null,
): Promise<Row> {
  const sealed: Row = { ...nested };
  const seal = async (row: unknown) => (await sealCreate(writing, child, row, owner)).data;
  if (nested.create !== undefined) sealed.create = await eachOf(nested.create, seal);
  if (isRow(nested.createMany)) {
    refuseUsersInMany(child);
    sealed.createMany = { ...nested.createMany, data: await eachOf(listOf(nested.createMany.data), seal) };
  }
  if (nested.connect !== undefined) {
    refuseMoving(model, name, child, 'connect');
    sealed.connect = await eachOf(nested.connect, (where) => rewriteUniqueWhere(writing, child, where));
  }
  if (nested.connectOrCreate !== undefined) {
    refuseMoving(model, name, child, 'connectOrCreate');
    sealed.connectOrCreate = await eachOf(nested.connectOrCreate, async (choice) => {
      const { where, create } = requireRow(model, name, choice);
      return { where: await rewriteUniqueWhere(writing, child, where), create: await seal(create) };
    });
  }
  return sealed;
}

function refuseUsersInMany(child: Model): void {
  if (child.owner.by === 'self') throw new UnsafeQueryError(child.name, '*', 'create users one by one here');
}

/** Applies `seal` to one value or to each of a list, in order. */
export async function eachOf(value: unknown, seal: (row: unknown) => Promise<Row>): Promise<Row | Row[]> {
  if (!Array.isArray(value)) return seal(value);
  const sealed: Row[] = [];
  for (const row of value as unknown[]) sealed.push(await seal(row));
  return sealed;
}
