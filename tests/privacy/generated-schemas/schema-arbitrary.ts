import fc from 'fast-check';

/** A column of a made-up model: how it lies in the database and which values it takes. */
export interface Column {
  name: string;
  required: boolean;
  /** `text`, `json`, `json-or-empty` are sealed; the others are plain. */
  kind: 'text' | 'json' | 'json-or-empty' | 'String' | 'Int' | 'Boolean';
  /** Whether a sealed text can be looked up, and whether it then must not repeat. */
  searchable: false | 'email' | 'verbatim';
  unique: boolean;
}

/** A made-up model. The first of a schema is the user; the others belong to one. */
export interface ModelShape {
  name: string;
  columns: Column[];
  /** How users name its rows: one each (then the user's id is its own), or any number of them. */
  kind: 'self' | 'child' | 'children';
}

export type SchemaShape = [ModelShape, ...ModelShape[]];

const NAMES = ['Note', 'petName', 'homeTown', 'x', 'taxCode', 'lastWords', 'colour2', 'nick'] as const;

const column = (name: string): fc.Arbitrary<Column> =>
  fc
    .record({
      kind: fc.constantFrom<Column['kind'][]>(
        'text',
        'text',
        'text',
        'json',
        'json-or-empty',
        'String',
        'Int',
        'Boolean',
      ),
      required: fc.boolean(),
      searchable: fc.constantFrom<Column['searchable'][]>(false, 'email', 'verbatim'),
      unique: fc.boolean(),
    })
    .map(({ kind, required, searchable, unique }) => {
      const isFound = kind === 'text' && searchable !== false;
      const isJson = kind === 'json' || kind === 'json-or-empty';
      return {
        name: name.charAt(0).toLowerCase() + name.slice(1),
        kind,
        required: required || isJson, // a sealed JSON column is never empty
        searchable: isFound && searchable,
        unique: isFound && unique,
      };
    });

const columns = fc
  .shuffledSubarray([...NAMES], { minLength: 2, maxLength: 5 })
  .chain((names) => fc.tuple(...names.map(column)))
  .filter((made) => made.some(({ kind }) => isSealed(kind)));

/** A user and one to three models that belong to it, with two to five columns each. */
export const schemaShape: fc.Arbitrary<SchemaShape> = fc
  .tuple(
    columns,
    fc.array(fc.record({ columns, kind: fc.constantFrom('child' as const, 'children' as const) }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([own, others]) => [
    { name: 'User', columns: own, kind: 'self' as const },
    ...others.map((other, index) => ({ name: `Thing${'ABC'[index]!}`, ...other })),
  ]);

export function isSealed(kind: Column['kind']): kind is 'text' | 'json' | 'json-or-empty' {
  return kind === 'text' || kind === 'json' || kind === 'json-or-empty';
}

/** The column that identifies a row of this model. */
export function rowIdOf({ kind }: ModelShape): 'id' | 'userId' {
  return kind === 'child' ? 'userId' : 'id';
}

/** The name by which users and the client call this model. */
export function callName({ name }: ModelShape): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
