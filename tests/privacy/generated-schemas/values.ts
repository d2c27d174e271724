import fc from 'fast-check';
import { callName, type Column, type ModelShape, type SchemaShape } from './schema-arbitrary.js';

export type Row = Record<string, unknown>;

/** Stands in most values that are sealed, and must be nowhere in the database. */
export const CANARY = 'canary-in-clear';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((rest) => CANARY + rest),
);
// Few, so that they meet: whether one is found again is told by those that are alike.
const address = fc
  .tuple(fc.constantFrom('ada', 'Ada', 'bo', 'ZOË'), fc.constantFrom(CANARY, CANARY.toUpperCase(), 'x'))
  .map(([name, rest]) => `${name}.${rest}@example.com`);
const word = fc.constantFrom('one', 'One', `${CANARY} two`, '', ' one');
const json = fc.oneof(
  fc.jsonValue().map((value) => ({ [CANARY]: value })),
  fc.tuple(fc.constant(CANARY), fc.jsonValue()),
  fc.constantFrom({}, [], 0, 'text', true),
);
const VALUES: Record<Exclude<Column['kind'], 'text'>, fc.Arbitrary<unknown>> = {
  json,
  'json-or-empty': json,
  String: fc.string({ maxLength: 10 }),
  Int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  Boolean: fc.boolean(),
};

/** A value of this column; null too where that is allowed. */
export function valueOf({ kind, required, searchable }: Column): fc.Arbitrary<unknown> {
  const of = kind !== 'text' ? VALUES[kind] : searchable ? (searchable === 'email' ? address : word) : text;
  return required ? of : fc.option(of, { freq: 4 });
}

/** A new row: what is required, and some of the rest. */
export function newRow({ columns }: ModelShape): fc.Arbitrary<Row> {
  const needed = columns.filter((column) => column.required && column.kind !== 'json-or-empty');
  return fc.record(Object.fromEntries(columns.map((column) => [column.name, valueOf(column)])), {
    requiredKeys: needed.map(({ name }) => name),
    noNullPrototype: true,
  });
}

/** Some columns of a row, written anew. */
export function changesOf({ columns }: ModelShape): fc.Arbitrary<Row> {
  return fc.record(Object.fromEntries(columns.map((column) => [column.name, valueOf(column)])), {
    requiredKeys: [],
    noNullPrototype: true,
  });
}

/** What a look-up compares. Written out once more here: a mistake in the product's must not be repeated. */
export function spelling({ searchable }: Column, value: unknown): unknown {
  return searchable === 'email' && typeof value === 'string'
    ? value.trim().normalize('NFC').toLowerCase()
    : value;
}

/** A row, and those that came with it, with their JSON as text: in it the order counts, and `__proto__` is a key like others. */
export function comparable(shape: SchemaShape, model: ModelShape, row: Row): Row {
  const asText = ([name, value]: [string, unknown]): [string, unknown] => {
    const column = model.columns.find((one) => one.name === name);
    if (column) return [name, column.kind.startsWith('json') ? JSON.stringify(value) : value];
    const related = name === 'user' ? shape[0] : shape.find((one) => callName(one) === name);
    if (!related || value === null) return [name, value];
    const of = (one: Row) => comparable(shape, related, one);
    return [name, Array.isArray(value) ? (value as Row[]).map(of) : of(value as Row)];
  };
  return Object.fromEntries(Object.entries(row).map(asText));
}
