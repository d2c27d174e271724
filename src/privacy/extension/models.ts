import { UnsafeQueryError } from '../privacy-errors.js';
import type { ModelEntry, Owner, Relation, Sealing } from '../register/entry.js';

export type Row = Record<string, unknown>;

/** The register's entry of a model as the extension needs it. */
export interface Model {
  name: string;
  rowId: string;
  owner: Owner;
  /** Sealed columns. */
  sealed: ReadonlyMap<string, Exclude<Sealing, false>>;
  /** Sealed columns that can be looked up, and the column that holds their index. */
  indexes: ReadonlyMap<string, string>;
  /** Further index columns that are made of a sealed one. */
  derived: ReadonlyMap<string, readonly string[]>;
  /** Sealed columns whose value must not repeat, and the column of their index under another key. */
  others: ReadonlyMap<string, string>;
  /** Sealed password hashes, and the column that says their pepper. */
  peppers: ReadonlyMap<string, string>;
  /** All columns of this kind: only the extension reads and writes them. */
  indexColumns: ReadonlySet<string>;
  columns: ReadonlySet<string>;
  relations: ReadonlyMap<string, Relation>;
}

/**
 * Looks models up by name, as this register describes them.
 *
 * @throws UnsafeQueryError (the look-up) for a model that the register does not know: nothing is known about its columns
 */
export function createModels(register: Readonly<Record<string, ModelEntry>>): (name: string) => Model {
  const models = new Map(Object.entries(register).map(([name, entry]) => [name, describe(name, entry)]));
  return function requireModel(name) {
    const model = models.get(name);
    if (!model)
      throw new UnsafeQueryError(name, '*', 'the register of personal data does not know this model');
    return model;
  };
}

function describe(name: string, entry: ModelEntry): Model {
  const sealed = new Map<string, Exclude<Sealing, false>>();
  const indexes = new Map<string, string>();
  const derived = new Map<string, string[]>();
  const others = new Map<string, string>();
  const peppers = new Map<string, string>();
  for (const [field, column] of Object.entries(entry.columns)) {
    if (!column.personal || !column.sealed) continue;
    if (column.otherIndex !== null) others.set(field, column.otherIndex);
    if (column.pepperIn !== null) peppers.set(field, column.pepperIn);
    sealed.set(field, column.sealed);
    if (column.searchable) indexes.set(field, `${field}Index`);
    derived.set(field, Object.keys(column.derivedIndexes));
  }
  return {
    name,
    rowId: entry.rowId,
    owner: entry.owner,
    sealed,
    indexes,
    derived,
    others,
    peppers,
    indexColumns: new Set([
      ...indexes.values(),
      ...[...derived.values()].flat(),
      ...others.values(),
      ...peppers.values(),
    ]),
    columns: new Set(Object.keys(entry.columns)),
    relations: new Map(Object.entries(entry.relations)),
  };
}

/** Whether the rows behind this relation belong to the user that `model` is. */
export function ownsThrough(model: Model, relation: Relation): boolean {
  return model.owner.by === 'self' && relation.kind !== 'parent';
}

/** The column of a row that holds the user's id; null where a row belongs to no user directly. */
export function ownerColumn(model: Model): string | null {
  if (model.owner.by === 'self') return model.rowId;
  return model.owner.by === 'column' ? model.owner.column : null;
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One value or a list of them, as Prisma's arguments allow in many places, as a list. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** @throws UnsafeQueryError when `value`, found at `model.field`, is no object */
export function requireRow(model: Model, field: string, value: unknown): Row {
  if (!isRow(value)) throw new UnsafeQueryError(model.name, field, 'an object was expected');
  return value;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id in the spelling in which PostgreSQL returns it; sealed values are bound to that one. */
export function canonicalId(model: Model, field: string, value: unknown): string {
  const id = typeof value === 'string' ? value.toLowerCase() : '';
  if (!UUID.test(id))
    throw new UnsafeQueryError(model.name, field, 'only a UUID in its usual form is taken here');
  return id;
}
