import { randomUUID } from 'node:crypto';
import { UnsafeQueryError } from '../privacy-errors.js';
import type { Relation } from '../register/entry.js';
import { refuseMovedRow, refuseMoving, refuseSealedMany } from './bound-rows.js';
import { rewriteUniqueWhere, rewriteWhere } from './filters.js';
import { isRow, listOf, type Model, ownsThrough, requireRow, type Row } from './models.js';
import { findTarget, type RowOwner, type Writing } from './owners.js';
import { sealColumns, writesSealed } from './seal-columns.js';
import { eachOf, sealCreate, sealNestedCreate } from './seal-create.js';

export interface Target {
  rowId: string;
  owner: RowOwner | null;
}

/** For an update that seals nothing and so need not know its row. */
export const NOBODYS: Target = { rowId: '', owner: null };

/** Whether an update must know its row first: it writes sealed columns or reaches into related rows. */
export function needsTarget(model: Model, data: Row): boolean {
  return writesSealed(model, data) || [...model.relations.keys()].some((name) => data[name] !== undefined);
}

/**
 * Seals the data of an update of the row `target`, and what is nested in it.
 *
 * @throws UnsafeQueryError for a change that would leave sealed values unopenable
 */
export async function sealUpdate(writing: Writing, model: Model, given: Row, target: Target): Promise<Row> {
  const data: Row = { ...given };
  refuseMovedRow(model, data);
  sealColumns(writing, model, data, target.rowId, target.owner);
  for (const [name, relation] of model.relations) {
    const nested = data[name];
    if (!isRow(nested)) continue;
    data[name] =
      relation.kind === 'parent'
        ? await sealParent(writing, model, name, nested, target.owner)
        : await sealChildren(writing, model, name, relation, nested, target.owner);
  }
  return data;
}

/** The row that this row names: the owner may be updated through it; sealed rows are not relinked. */
async function sealParent(writing: Writing, model: Model, name: string, nested: Row, owner: RowOwner | null) {
  const parent = writing.privacy.requireModel(model.relations.get(name)!.model);
  const isOwner = model.owner.by === 'column' && model.owner.relation === name;
  for (const operation of Object.keys(nested)) {
    const relinks = operation !== 'update';
    if (relinks && isOwner && model.sealed.size > 0) {
      throw new UnsafeQueryError(
        model.name,
        name,
        `"${operation}" would move sealed values to another owner`,
      );
    }
    if (relinks && !['create', 'connect', 'connectOrCreate', 'disconnect'].includes(operation)) {
      throw new UnsafeQueryError(
        model.name,
        name,
        `"${operation}" is not supported here: write ${parent.name} itself`,
      );
    }
  }
  const sealed = await sealNestedCreate(writing, model, name, parent, nested, null);
  const rewrite = (where: unknown) => rewriteWhere(writing.privacy, parent, where);
  if (nested.update !== undefined) {
    const { data, rewrap } = unwrapUpdate(model, name, nested.update);
    const changes = await sealKnownParent(writing, model, name, parent, data, isOwner ? owner : null);
    sealed.update = rewrap(changes, rewrite);
  }
  if (isRow(nested.disconnect)) sealed.disconnect = rewrite(nested.disconnect);
  return sealed;
}

async function sealKnownParent(
  writing: Writing,
  model: Model,
  name: string,
  parent: Model,
  data: Row,
  owner: RowOwner | null,
): Promise<Row> {
  if (owner) return sealUpdate(writing, parent, data, { rowId: owner.id, owner });
  if (needsTarget(parent, data)) {
    throw new UnsafeQueryError(model.name, name, `update the sealed columns of ${parent.name} by itself`);
  }
  return sealUpdate(writing, parent, data, NOBODYS);
}

/** Rows that name this row: theirs is the user that this row is, or nobody's when this row is no user. */
async function sealChildren(
  writing: Writing,
  model: Model,
  name: string,
  relation: Relation,
  nested: Row,
  parentOwner: RowOwner | null,
): Promise<Row> {
  const child = writing.privacy.requireModel(relation.model);
  if (child.name === 'DataKey')
    throw new UnsafeQueryError(model.name, name, 'data keys are written by their own model');
  const owner = ownsThrough(model, relation) ? parentOwner : null;
  const single = relation.kind === 'child';
  const sealed = await sealNestedCreate(writing, model, name, child, nested, owner);
  for (const operation of ['set', 'disconnect']) {
    if (nested[operation] === undefined) continue;
    refuseMoving(model, name, child, operation);
    if (isRow(nested[operation]) || Array.isArray(nested[operation])) {
      sealed[operation] = await eachOf(nested[operation], (where) =>
        rewriteUniqueWhere(writing, child, where),
      );
    }
  }
  if (nested.update !== undefined) {
    sealed.update = await eachOf(nested.update, (part) =>
      single
        ? sealSingleUpdate(writing, model, name, child, part, owner)
        : sealOneOfMany(writing, child, part, owner),
    );
  }
  if (nested.upsert !== undefined) {
    sealed.upsert = await eachOf(nested.upsert, (part) =>
      sealNestedUpsert(writing, child, part, owner, single),
    );
  }
  if (nested.updateMany !== undefined) {
    sealed.updateMany = await eachOf(nested.updateMany, async (part) => {
      const { where, data } = requireRow(child, 'updateMany', part);
      refuseSealedMany(child, requireRow(child, 'updateMany', data));
      return { where: rewriteWhere(writing.privacy, child, where), data };
    });
  }
  if (isRow(nested.delete) || Array.isArray(nested.delete)) {
    sealed.delete = single
      ? rewriteWhere(writing.privacy, child, nested.delete)
      : await eachOf(nested.delete, (where) => rewriteUniqueWhere(writing, child, where));
  }
  if (nested.deleteMany !== undefined) {
    const rewritten = listOf(nested.deleteMany).map((where) => rewriteWhere(writing.privacy, child, where));
    sealed.deleteMany = rewritten;
  }
  return sealed;
}

/** `update: data` or `update: { where?, data }` of the one child; its row id is its owner's id. */
async function sealSingleUpdate(
  writing: Writing,
  model: Model,
  name: string,
  child: Model,
  part: unknown,
  owner: RowOwner | null,
): Promise<Row> {
  const { data, rewrap } = unwrapUpdate(model, name, part);
  const sealed = await sealUpdate(writing, child, data, { rowId: owner?.id ?? '', owner });
  return rewrap(sealed, (where) => rewriteWhere(writing.privacy, child, where));
}

async function sealOneOfMany(
  writing: Writing,
  child: Model,
  part: unknown,
  owner: RowOwner | null,
): Promise<Row> {
  const { where, data } = requireRow(child, 'update', part);
  const changes = requireRow(child, 'update', data);
  const rewritten = await rewriteUniqueWhere(writing, child, where);
  if (!needsTarget(child, changes)) {
    return { where: rewritten, data: await sealUpdate(writing, child, changes, NOBODYS) };
  }
  const target = await findTarget(writing, child, rewritten);
  if (!target || (owner && target.owner?.id !== owner.id)) throw writing.store.notFound(child.name);
  return { where: rewritten, data: await sealUpdate(writing, child, changes, target) };
}

async function sealNestedUpsert(
  writing: Writing,
  child: Model,
  part: unknown,
  owner: RowOwner | null,
  single: boolean,
): Promise<Row> {
  const { where, create, update } = requireRow(child, 'upsert', part);
  const changes = requireRow(child, 'upsert', update);
  const made = await sealCreate(writing, child, create, owner);
  if (single) {
    const data = await sealUpdate(writing, child, changes, { rowId: owner?.id ?? '', owner });
    const filter = where === undefined ? {} : { where: rewriteWhere(writing.privacy, child, where) };
    return { ...filter, create: made.data, update: data };
  }
  const rewritten = await rewriteUniqueWhere(writing, child, where);
  const target = await findTarget(writing, child, rewritten);
  return upsertParts(writing, child, rewritten, made.data, changes, target);
}

/**
 * The parts of an upsert once it is known whether the row exists. Where it does not, the filter names an id
 * that no row has: a row that somebody makes meanwhile is then a unique violation (P2002), never an update
 * lost in silence or with envelopes of another row.
 */
export async function upsertParts(
  writing: Writing,
  model: Model,
  where: Row,
  create: Row,
  changes: Row,
  target: Target | null,
): Promise<Row> {
  if (target) return { where, create, update: await sealUpdate(writing, model, changes, target) };
  if (model.sealed.size === 0)
    return { where, create, update: await sealUpdate(writing, model, changes, NOBODYS) };
  return { where: { [model.rowId]: randomUUID() }, create, update: {} };
}

/** Reads both spellings of an update of one related row. */
function unwrapUpdate(model: Model, name: string, part: unknown) {
  const given = requireRow(model, name, part);
  const long = isRow(given.data) && Object.keys(given).every((key) => key === 'data' || key === 'where');
  return {
    data: long ? (given.data as Row) : given,
    rewrap: (data: Row, rewrite: (where: unknown) => unknown): Row =>
      long ? { ...(given.where === undefined ? {} : { where: rewrite(given.where) }), data } : data,
  };
}
