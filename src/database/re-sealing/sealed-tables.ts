import { snakeCase } from '../../privacy/check-constraints.js';
import { REGISTER } from '../../privacy/register.js';
import type { Column, ModelEntry, Personal } from '../../privacy/register/entry.js';

/** A table with sealed columns. Names are those of the database, quoted where they stand in SQL. */
export interface SealedTable {
  model: string;
  table: string;
  rowId: string;
  /** The column that holds the user's id. */
  owner: string;
  columns: SealedColumn[];
}

interface SealedColumn {
  field: string;
  column: string;
  /** The expression that yields the envelope, and the one that stores the envelope `value`. */
  read: string;
  write: (value: string) => string;
}

/** A sealed column that can be looked up, and the columns of its search indexes. */
export interface IndexedColumn {
  model: string;
  field: string;
  table: string;
  rowId: string;
  owner: string;
  column: string;
  index: string;
  /** Further indexes made of the value: the name in the register and the column. */
  derived: { field: string; column: string }[];
  /** The index under the other key; null where the value may repeat. */
  other: string | null;
}

/** Every table with sealed columns, read off the register of personal data. */
export const SEALED_TABLES: readonly SealedTable[] = Object.entries(REGISTER).flatMap(([model, entry]) => {
  const columns = Object.entries(entry.columns)
    .filter((each): each is [string, Personal] => isSealed(each[1]))
    .map(([field, { sealed }]) => sealedColumn(field, sealed !== 'text'));
  const place = placeOf(entry);
  return place && columns.length > 0 ? [{ model, ...place, columns }] : [];
});

/** Every column that can be looked up. */
export const INDEXED_COLUMNS: readonly IndexedColumn[] = Object.entries(REGISTER).flatMap(
  ([model, entry]) => {
    const place = placeOf(entry);
    if (!place) return [];
    return Object.entries(entry.columns).flatMap(([field, column]) =>
      isSealed(column) && column.searchable
        ? [
            {
              model,
              field,
              ...place,
              column: snakeCase(field),
              index: snakeCase(`${field}Index`),
              derived: Object.keys(column.derivedIndexes).map((name) => ({
                field: name,
                column: snakeCase(name),
              })),
              other: column.otherIndex === null ? null : snakeCase(column.otherIndex),
            },
          ]
        : [],
    );
  },
);

function isSealed(column: Column): column is Personal {
  return column.personal && column.sealed !== false;
}

function placeOf({ table, rowId, owner }: ModelEntry) {
  if (owner.by !== 'self' && owner.by !== 'column') return null;
  return { table, rowId: snakeCase(rowId), owner: snakeCase(owner.by === 'self' ? rowId : owner.column) };
}

function sealedColumn(field: string, isJson: boolean): SealedColumn {
  const column = snakeCase(field);
  return isJson
    ? {
        field,
        column,
        read: `CASE WHEN jsonb_typeof("${column}") = 'string' THEN "${column}" #>> '{}' END`,
        write: (value) => `to_jsonb(${value}::text)`,
      }
    : { field, column, read: `"${column}"`, write: (value) => value };
}
