import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { isRow, type Model, type Row } from './models.js';
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
      rewritten[name] = rewriteRelationFilter(privacy, privacy.requireModel(relation.model), value);
    } else if (model.sealed.has(name)) {
      Object.assign(rewritten, rewriteSealedFilter(privacy, model, name, value));
    } else {
      refuseIndexColumn(model, name);
      rewritten[name] = value;
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

/** A filter on a sealed column as one on the index that can answer it. */
function rewriteSealedFilter(privacy: Privacy, model: Model, name: string, value: unknown): Row {
  const domain = findDomain(model, name, value);
  if (domain)
    return { [domain.column]: { in: privacy.indexCandidates(model.name, domain.column, domain.name) } };
  return { [requireIndex(model, name)]: rewriteComparison(privacy, model, name, value) };
}

/** `{ endsWith: '@example.com' }` on an address: the one part of a value that has an index of its own. */
function findDomain(model: Model, field: string, filter: unknown): { column: string; name: string } | null {
  const column = model.derived.get(field)?.find((derived) => derived.endsWith('DomainIndex'));
  if (!column || !isRow(filter) || Object.keys(filter).join() !== 'endsWith') return null;
  const suffix = filter.endsWith;
  return typeof suffix === 'string' && /^@[^@]+$/.test(suffix) ? { column, name: suffix } : null;
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
  if ('equals' in filter && 'in' in filter) throw refusal(model, field, 'compare it once');
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

/**
 * A filter that names one row, a compound one such as `provider_providerId: { provider, providerId }` too.
 * While a search-index key is being replaced the row may carry an older index: then the one it carries
 * is looked up first, since Prisma takes only one value here.
 */
export async function rewriteUniqueWhere(
  { privacy, store }: { privacy: Privacy; store: RowStore },
  model: Model,
  where: unknown,
): Promise<Row> {
  if (!isRow(where)) throw refusal(model, '*', 'this operation needs a filter that names one row');
  const rewritten: Row = {};
  for (const [name, value] of Object.entries(where)) {
    if (model.sealed.has(name) && typeof value === 'string') {
      Object.assign(rewritten, await storedIndex(privacy, store, model, name, { [name]: value }));
    } else if (isCompound(model, name) && isRow(value)) {
      const parts = name.split('_');
      for (const part of parts) refuseIndexColumn(model, part);
      const sealed = parts.find((part) => model.sealed.has(part));
      const values = sealed ? await storedIndex(privacy, store, model, sealed, value) : value;
      rewritten[parts.map((part) => (part === sealed ? requireIndex(model, part) : part)).join('_')] = values;
    } else {
      Object.assign(rewritten, rewriteWhere(privacy, model, { [name]: value }));
    }
  }
  return rewritten;
}

function isCompound(model: Model, name: string): boolean {
  const parts = name.split('_');
  return parts.length > 1 && parts.every((part) => model.columns.has(part));
}

/** The columns that name a row, with the sealed one among them replaced by the index that the row carries. */
async function storedIndex(
  privacy: Privacy,
  store: RowStore,
  model: Model,
  field: string,
  columns: Row,
): Promise<Row> {
  const { [field]: value, ...others } = columns;
  if (typeof value !== 'string') throw refusal(model, field, 'it can only be compared with a text');
  const column = requireIndex(model, field);
  const candidates = privacy.indexCandidates(model.name, field, value);
  const args = { where: { ...others, [column]: { in: candidates } }, select: { [column]: true } };
  const row = candidates.length > 1 ? await store.findFirst(model.name, args) : null;
  return { ...others, [column]: row?.[column] ?? candidates[0] };
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

/** The refusal of a query on `model.field`. */
function refusal(model: Model, field: string, problem: string): UnsafeQueryError {
  return new UnsafeQueryError(model.name, field, problem);
}
