import { isJsonNull, isObjectEnumValue, skip } from '@prisma/client/runtime/client';
import { UnsafeQueryError } from '../privacy-errors.js';
import { refuseIndexColumn } from './filters.js';
import { isRow, type Model, type Row } from './models.js';
import { findPepperOf } from '../pepper-of-hash.js';
import { requireKey, type RowOwner, type Writing } from './owners.js';

/**
 * Replaces the sealed columns in `data` by envelopes for the row `rowId`, and sets their search index.
 * Columns that are absent stay absent; null stays null.
 *
 * @throws UnsafeQueryError for a value or an operator that cannot be sealed
 */
export function sealColumns(
  writing: Writing,
  model: Model,
  data: Row,
  rowId: string,
  owner: RowOwner | null,
): void {
  for (const name of Object.keys(data)) refuseIndexColumn(model, name);
  for (const [field, sealing] of model.sealed) {
    const value =
      sealing === 'text' ? textToSet(model, field, data[field]) : jsonToSet(model, field, data[field]);
    if (value === undefined) continue;
    if (value === null && sealing === 'text') {
      data[field] = null;
      for (const column of columnsBeside(model, field)) data[column] = null;
      continue;
    }
    const key = requireKey(writing, model, field, owner);
    data[field] = writing.privacy.seal(key, { model: model.name, field, rowId }, value);
    if (typeof value === 'string') fillBeside(writing, model, data, field, value);
  }
}

/** Sets what lies in clear beside a sealed text: its search indexes, or which pepper a password hash was made with. */
function fillBeside({ privacy }: Writing, model: Model, data: Row, field: string, value: string): void {
  const index = model.indexes.get(field);
  const other = model.others.get(field);
  const pepper = model.peppers.get(field);
  if (index) data[index] = privacy.indexOf(model.name, field, value);
  if (other) data[other] = privacy.otherIndexOf(model.name, field, value);
  for (const column of model.derived.get(field) ?? [])
    data[column] = privacy.indexOf(model.name, column, value);
  if (pepper) data[pepper] = findPepperOf(value);
}

function columnsBeside(model: Model, field: string): string[] {
  const single = [model.indexes, model.others, model.peppers].flatMap((map) => map.get(field) ?? []);
  return [...single, ...(model.derived.get(field) ?? [])];
}

/** Whether `data` writes a sealed column. */
export function writesSealed(model: Model, data: Row): boolean {
  return [...model.sealed.keys()].some((field) => data[field] !== undefined);
}

function textToSet(model: Model, field: string, value: unknown): string | null | undefined {
  const set = isRow(value) && Object.keys(value).join() === 'set' ? value.set : value;
  if (set === undefined || set === skip) return undefined;
  if (set === null || typeof set === 'string') return set;
  throw new UnsafeQueryError(model.name, field, 'only a text can be sealed here');
}

/** The JSON value to seal. `Prisma.JsonNull` is JSON's null; a sealed JSON column is never empty. */
function jsonToSet(model: Model, field: string, value: unknown): unknown {
  if (value === undefined || value === skip) return undefined;
  if (isJsonNull(value)) return null;
  if (isObjectEnumValue(value))
    throw new UnsafeQueryError(model.name, field, 'only a JSON value can be sealed here');
  return value;
}
