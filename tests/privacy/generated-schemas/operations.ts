import fc from 'fast-check';
import { type ModelShape, type SchemaShape } from './schema-arbitrary.js';
import { changesOf, newRow, type Row, valueOf } from './values.js';

/** One call of the client, told without ids: `which` and `owner` count the rows that are there by then. */
export type Operation = { model: number; inTransaction: boolean } & (
  | { do: 'create'; row: Row; owner: Owner; below: Below[]; hasId: boolean }
  | { do: 'createMany'; rows: Row[]; owner: number; returns: boolean }
  | { do: 'update'; which: number; byUnique: boolean; changes: Row; below: Below[]; ofUser: OfUser | null }
  | { do: 'upsert'; which: number | null; owner: number; byUnique: boolean; row: Row; changes: Row }
  | { do: 'delete'; which: number }
  | { do: 'find'; filter: Filter | null; columns: string[]; relations: boolean }
);

/** How a new row comes to its user: by the id, by the relation, or with a user that is made with it. */
export interface Owner {
  which: number;
  way: 'column' | 'connect' | 'create';
  user: Row;
}

/** What is written through a user into the rows that belong to them. */
export interface Below {
  model: number;
  how: 'create' | 'createMany' | 'update' | 'upsert' | 'delete';
  which: number;
  rows: [Row, ...Row[]];
  changes: Row;
}

/** What is written into the user of a row through that row; `hits`: the filter asks for what the user has. */
export interface OfUser {
  changes: Row;
  filter: Filter | null;
  hits: boolean;
}

/** A look-up by a searchable column, of the rows themselves or of their users. */
export interface Filter {
  onUser: boolean;
  column: string;
  how: 'equals' | 'in' | 'not';
  values: [unknown, ...unknown[]];
}

const which = fc.nat(20);
const known: fc.Arbitrary<number | null> = fc.option(which);

/** Lists of operations on this schema. */
export function operations(shape: SchemaShape): fc.Arbitrary<Operation[]> {
  const each = shape.flatMap((model, index) => operationsOn(shape, model, index));
  const users = each[0]!; // its creations: without users there is nothing to do
  return fc
    .tuple(
      fc.array(users, { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof(...each), { minLength: 8, maxLength: 25 }),
    )
    .map((lists) => lists.flat());
}

function operationsOn(shape: SchemaShape, model: ModelShape, index: number): fc.Arbitrary<Operation>[] {
  const common = { model: fc.constant(index), inTransaction: fc.boolean() };
  const [row, changes] = [newRow(model), changesOf(model)];
  const user = shape[0];
  const below = model.kind === 'self' ? belowOf(shape) : fc.constant<Below[]>([]);
  const way = fc.constantFrom<Owner['way'][]>('column', 'connect', 'create');
  const owner = fc.record({ which, way, user: newRow(user) });
  const written = fc.record({ changes: changesOf(user), filter: filterOf(user, user), hits: fc.boolean() });
  const ofUser = model.kind === 'self' ? fc.constant(null) : fc.option(written, { freq: 2 });
  return [
    fc.record({ ...common, do: fc.constant('create'), row, owner, below, hasId: fc.boolean() }),
    fc.record({
      ...common,
      do: fc.constant('createMany'),
      rows: fc.array(row, { minLength: 1, maxLength: 3 }),
      owner: which,
      returns: fc.boolean(),
    }),
    fc.record({
      ...common,
      do: fc.constant('update'),
      which,
      byUnique: fc.boolean(),
      changes,
      below,
      ofUser,
    }),
    fc.record({
      ...common,
      do: fc.constant('upsert'),
      which: known,
      owner: which,
      byUnique: fc.boolean(),
      row,
      changes,
    }),
    fc.record({ ...common, do: fc.constant('delete'), which }),
    fc.record({
      ...common,
      do: fc.constant('find'),
      filter: filterOf(user, model),
      columns: fc.subarray(model.columns.map(({ name }) => name)),
      relations: fc.boolean(),
    }),
  ];
}

/** At most one for each relation, as a user's `data` names each but once. */
function belowOf(shape: SchemaShape): fc.Arbitrary<Below[]> {
  const others = shape.slice(1).map((model, at) =>
    fc.record({
      model: fc.constant(at + 1),
      how: fc.constantFrom<Below['how'][]>('create', 'createMany', 'update', 'upsert', 'delete'),
      which,
      rows: fc.array(newRow(model), { minLength: 1, maxLength: 2 }) as fc.Arbitrary<[Row, ...Row[]]>,
      changes: changesOf(model),
    }),
  );
  return fc.tuple(...others).chain((all) => fc.subarray(all));
}

function filterOf(user: ModelShape, model: ModelShape): fc.Arbitrary<Filter | null> {
  const found = [user, ...(model === user ? [] : [model])].flatMap((on) =>
    on.columns
      .filter(({ searchable }) => searchable)
      .map((column) => {
        const value = valueOf({ ...column, required: true });
        return fc.record({
          onUser: fc.constant(on === user && model !== user),
          column: fc.constant(column.name),
          how: fc.constantFrom<Filter['how'][]>('equals', 'in', 'not'),
          values: fc.array(value, { minLength: 1, maxLength: 2 }) as fc.Arbitrary<[unknown, ...unknown[]]>,
        });
      }),
  );
  return found.length === 0 ? fc.constant(null) : fc.option(fc.oneof(...found), { freq: 4 });
}
