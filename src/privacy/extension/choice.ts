import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { refuseIndexColumn, rewriteWhere } from './filters.js';
import { isRow, listOf, type Model, type Row } from './models.js';

/**
 * Rewrites what chooses and orders rows (`where`, `orderBy`, `cursor`, `distinct`), in place of which
 * ciphertext would order, page and group at random.
 */
export function rewriteChoice(privacy: Privacy, model: Model, args: Row): Row {
  const rewritten: Row = { ...args };
  if (args.where !== undefined) rewritten.where = rewriteWhere(privacy, model, args.where);
  // Prisma's types let a cursor hold filters beside what names the row.
  if (args.cursor !== undefined) rewritten.cursor = rewriteWhere(privacy, model, args.cursor);
  refuseOrder(privacy, model, args.orderBy);
  refuseNames(
    model,
    isRow(args.cursor) ? Object.keys(args.cursor).flatMap((name) => name.split('_')) : [],
    'cursor',
  );
  refuseNames(model, args.distinct === undefined ? [] : listOf(args.distinct), 'distinct');
  return rewritten;
}

function refuseOrder(privacy: Privacy, model: Model, orderBy: unknown): void {
  for (const part of listOf(orderBy)) {
    if (!isRow(part)) continue;
    for (const [name, value] of Object.entries(part)) {
      if (value === undefined) continue;
      refuseNames(model, [name], 'orderBy');
      const relation = model.relations.get(name);
      if (relation) refuseOrder(privacy, privacy.requireModel(relation.model), value);
      else if (name.startsWith('_') && isRow(value)) refuseNames(model, Object.keys(value), 'orderBy');
    }
  }
}

/** @throws UnsafeQueryError when one of the names is a sealed or an index column */
export function refuseNames(model: Model, names: unknown[], clause: string): void {
  for (const name of names) {
    if (typeof name !== 'string') continue;
    if (model.sealed.has(name))
      throw new UnsafeQueryError(model.name, name, `it is sealed, and "${clause}" cannot be answered on it`);
    refuseIndexColumn(model, name);
  }
}
