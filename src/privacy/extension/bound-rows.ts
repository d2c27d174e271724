import { UnsafeQueryError } from '../privacy-errors.js';
import { refuseIndexColumn } from './filters.js';
import type { Model, Row } from './models.js';

/** @throws UnsafeQueryError when linking would move rows with sealed columns to another owner, where they do not open */
export function refuseMoving(model: Model, name: string, child: Model, operation: string): void {
  const linksChildren = model.relations.get(name)?.kind !== 'parent';
  if (linksChildren && child.sealed.size > 0) {
    throw new UnsafeQueryError(model.name, name, `"${operation}" would move sealed values to another owner`);
  }
}

/** @throws UnsafeQueryError when an updateMany writes sealed columns: envelopes are bound to one row each */
export function refuseSealedMany(model: Model, data: Row): void {
  refuseMovedRow(model, data);
  for (const name of Object.keys(data)) refuseIndexColumn(model, name);
  for (const [field, sealing] of model.sealed) {
    const clears = data[field] === null && sealing === 'text' && !model.indexes.has(field);
    if (data[field] === undefined || clears) continue;
    throw new UnsafeQueryError(model.name, field, 'it is sealed for each row: update the rows one by one');
  }
}

/** Envelopes are bound to row and owner, so neither may change beneath them. */
export function refuseMovedRow(model: Model, data: Row): void {
  if (model.sealed.size === 0) return;
  const bound = [model.rowId, ...(model.owner.by === 'column' ? [model.owner.column] : [])];
  for (const column of bound) {
    if (data[column] !== undefined)
      throw new UnsafeQueryError(model.name, column, 'sealed values are bound to it');
  }
}
