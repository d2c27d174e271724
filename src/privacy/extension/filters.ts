import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { isRow, listOf, type Model, requireModel, type Row } from './models.js';
import type { RowStore } from './row-store.js';

const LOGIC = new Set(['AND', 'OR', 'NOT']);
const RELATION_FILTERS = new Set(['is', 'isNot', 'some', 'every', 'none']);

/**
 * Turns filters on sealed columns into filters on their search index, at any depth.
 *
 * @throws UnsafeQueryError for a filter that ciphertext cannot answer
 */
export function rewriteWhere(privacy: Privacy, model: Model, where: unknown): unknown {
  if (!isRow(where)) return where;
  const rewritten: Row = {};
  for (const [name, value] of Object.entries(where)) {
    if (value === undefined) continue;
    const relation = model.relations.get(name);
    if (LOGIC.has(name)) {
      rewritten[name] = Array.isArray(value)
        ? value.map((part) => rewriteWhere(privacy, model, part))
        : rewriteWhere(privacy, model, value);
    } else if (relation) {
      rewritten[name] = rewriteRelationFilter(privacy, requireModel(relation.model), value);
    } else if (model.sealed.has(name)) {
      rewritten[requireIndex(model, name)] = rewriteComparison(privacy, model, name, value);
    } else {
      refuseIndexColumn(model, name);
      Object.assign(rewritten, rewriteCompound(privacy, model, name, value));
    }
  }
  return rewritten;
}

function rewriteRelationFilter(privacy: Privacy, model: Model, filter: unknown): unknown {
  if (!isRow(filter)) return filter;
  const names = Object.keys(filter);
  if (!names.some((name) => RELATION_FILTERS.has(name))) return rewriteWhere(privacy, model, filter);
  return Object.fromEntries(names.map((name) => [name, rewriteWhere(privacy, model, filter[name])]));
}

/** `equals`, `in`, `not` and `notIn` on a sealed column, as `in` and `notIn` on its index. */
function rewriteComparison(privacy: Privacy, model: Model, field: string, filter: unknown): unknown {
  const indexesOf = (value: unknown) => {
    if (typeof value !== 'string') throw refusal(model, field, 'it can only be compared with a text');
    return privacy.indexCandidates(model.name, field, value);
  };
  if (filter === null) return null;
  if (typeof filter === 'string') return oneOrIn(indexesOf(filter));
  if (!isRow(filter) || Object.getPrototypeOf(filter) !== Object.prototype) {
    throw refusal(model, field, 'it can only be compared with a text');
  }
  if (isRow(filter) && 'equals' in filter && 'in' in filter) throw refusal(model, field, 'compare it once');
  const rewritten: Row = {};
  const exclude = (indexes: string[]) => {
    rewritten.notIn = [...((rewritten.notIn as string[] | undefined) ?? []), ...indexes];
  };
  for (const [operator, value] of Object.entries(filter)) {
    if (value === undefined) continue;
    if (operator === 'equals')
      Object.assign(rewritten, value === null ? { equals: null } : { in: indexesOf(value) });
    else if (operator === 'in' && Array.isArray(value)) rewritten.in = value.flatMap(indexesOf);
    else if (operator === 'notIn' && Array.isArray(value)) exclude(value.flatMap(indexesOf));
    else if (operator === 'not' && value === null) rewritten.not = null;
    else if (operator === 'not' && typeof value === 'string') exclude(indexesOf(value));
    else throw refusal(model, field, `it is sealed, and "${operator}" cannot be answered on it`);
  }
  return rewritten;
}

/** `provider_providerId: { provider, providerId }` names its index column instead. */
function rewriteCompound(privacy: Privacy, model: Model, name: string, value: unknown): Row {
  const parts = name.split('_');
  if (model.columns.has(name) || parts.length < 2 || !isRow(value)) return { [name]: value };
  const rewritten: Row = {};
  for (const part of parts) {
    const sealed = model.sealed.has(part);
    rewritten[sealed ? requireIndex(model, part) : part] = sealed
      ? rewriteUniqueValue(privacy, model, part, value[part])
      : value[part];
  }
  const indexed = parts.map((part) => model.indexes.get(part) ?? part).join('_');
  return { [indexed]: rewritten };
}

/**
 * A filter that names one row. While a search-index key is being replaced the row may carry an older
 * index: then the one it carries is looked up first, since Prisma takes only one value here.
 */
export async function rewriteUniqueWhere(
  { privacy, store }: { privacy: Privacy; store: RowStore },
  model: Model,
  where: unknown,
): Promise<Row> {
  if (!isRow(where)) throw refusal(model, '*', 'this operation needs a filter that names one row');
  const { AND, OR, NOT, ...rest } = where;
  const rewritten: Row = rewriteWhere(privacy, model, { AND, OR, NOT }) as Row;
  for (const [name, value] of Object.entries(rest)) {
    if (model.sealed.has(name) && typeof value === 'string') {
      rewritten[requireIndex(model, name)] = await storedIndex(privacy, store, model, name, value);
    } else {
      Object.assign(rewritten, rewriteWhere(privacy, model, { [name]: value }));
    }
  }
  return rewritten;
}

async function storedIndex(privacy: Privacy, store: RowStore, model: Model, field: string, value: string) {
  const candidates = privacy.indexCandidates(model.name, field, value);
  if (candidates.length === 1) return candidates[0];
  const column = requireIndex(model, field);
  const row = await store.findFirst(model.name, {
    where: { [column]: { in: candidates } },
    select: { [column]: true },
  });
  return row?.[column] ?? candidates[0];
}

function rewriteUniqueValue(privacy: Privacy, model: Model, field: string, value: unknown): string {
  if (typeof value !== 'string') throw refusal(model, field, 'it can only be compared with a text');
  return privacy.indexOf(model.name, field, value);
}

/**
 * Rewrites what chooses and orders rows (`where`, `orderBy`, `cursor`, `distinct`), in place of which
 * ciphertext would order, page and group at random.
 */
export function rewriteChoice(privacy: Privacy, model: Model, args: Row): Row {
  const rewritten: Row = { ...args };
  if (args.where !== undefined) rewritten.where = rewriteWhere(privacy, model, args.where);
  refuseOrder(model, args.orderBy);
  refuseNames(
    model,
    isRow(args.cursor) ? Object.keys(args.cursor).flatMap((name) => name.split('_')) : [],
    'cursor',
  );
  refuseNames(model, args.distinct === undefined ? [] : listOf(args.distinct), 'distinct');
  return rewritten;
}

function refuseOrder(model: Model, orderBy: unknown): void {
  for (const part of listOf(orderBy)) {
    if (!isRow(part)) continue;
    refuseNames(model, Object.keys(part), 'orderBy');
    for (const [name, value] of Object.entries(part)) {
      const relation = model.relations.get(name);
      if (relation) refuseOrder(requireModel(relation.model), value);
      else if (name.startsWith('_') && isRow(value)) refuseNames(model, Object.keys(value), 'orderBy');
    }
  }
}

/** @throws UnsafeQueryError when one of the names is a sealed or an index column */
export function refuseNames(model: Model, names: unknown[], clause: string): void {
  for (const name of names) {
    if (typeof name !== 'string') continue;
    if (model.sealed.has(name))
      throw refusal(model, name, `it is sealed, and "${clause}" cannot be answered on it`);
    refuseIndexColumn(model, name);
  }
}

/** @throws UnsafeQueryError when `name` is a column that only the extension may touch */
export function refuseIndexColumn(model: Model, name: string): void {
  if (model.indexColumns.has(name))
    throw refusal(model, name, 'only the extension reads and writes the search index');
}

function requireIndex(model: Model, field: string): string {
  const index = model.indexes.get(field);
  if (!index) throw refusal(model, field, 'it is sealed and cannot be searched');
  return index;
}

function oneOrIn(indexes: string[]): unknown {
  return indexes.length === 1 ? indexes[0] : { in: indexes };
}

function refusal(model: Model, field: string, problem: string): UnsafeQueryError {
  return new UnsafeQueryError(model.name, field, problem);
}
