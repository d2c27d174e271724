import { callName, type ModelShape, rowIdOf, type SchemaShape } from './schema-arbitrary.js';
import { type Row, spelling } from './values.js';

/** The tables as they should be: rows by their ids, for each model. */
export type Memory = ReadonlyMap<ModelShape, Map<string, Row>>;

/** Ends an operation that must not succeed with what Prisma's error says then. */
export function refuse(code: 'P2002' | 'P2014' | 'P2025'): never {
  throw Object.assign(new Error(`refused with ${code}`), { code });
}

export function emptyMemory(shape: SchemaShape): Memory {
  return new Map(shape.map((model) => [model, new Map()]));
}

/** A copy in which an operation can be tried. */
export function copyOf(memory: Memory): Memory {
  return new Map(
    [...memory].map(([model, rows]) => [model, new Map([...rows].map(([id, row]) => [id, { ...row }]))]),
  );
}

/** @throws P2002 when the id or a value that must not repeat is taken */
export function insert(memory: Memory, model: ModelShape, given: Row): Row {
  const empty = model.columns.map(({ name, kind }) => [name, kind === 'json-or-empty' ? {} : null]);
  const row = { ...Object.fromEntries(empty), ...given } as Row;
  const id = String(row[rowIdOf(model)]);
  if (rowsOf(memory, model).has(id)) refuse('P2002');
  refuseRepeated(memory, model, row);
  rowsOf(memory, model).set(id, row);
  return row;
}

/** @throws P2002 when a value that must not repeat is taken by another row */
export function change(memory: Memory, model: ModelShape, id: string, changes: Row): Row {
  const row = { ...rowsOf(memory, model).get(id)!, ...changes };
  refuseRepeated(memory, model, row);
  rowsOf(memory, model).set(id, row);
  return row;
}

export function remove(memory: Memory, model: ModelShape, id: string): Row {
  const row = rowsOf(memory, model).get(id)!;
  rowsOf(memory, model).delete(id);
  if (model.kind !== 'self') return row;
  for (const rows of memory.values()) {
    for (const [key, { userId }] of rows) if (userId === id) rows.delete(key);
  }
  return row;
}

export function rowsOf(memory: Memory, model: ModelShape): Map<string, Row> {
  return memory.get(model)!;
}

/** The id of one of the rows, counted round in the order in which they were made; null where there are none. */
export function pick(rows: Iterable<string>, which: number): string | null {
  const ids = [...rows];
  return ids[which % ids.length] ?? null;
}

/** The rows that belong to a user, by their ids. */
export function below(memory: Memory, model: ModelShape, userId: string): string[] {
  return [...rowsOf(memory, model)].flatMap(([id, row]) => (row.userId === userId ? [id] : []));
}

/** A row as it is read together with its relations. */
export function withRelations(memory: Memory, shape: SchemaShape, model: ModelShape, row: Row): Row {
  const [user, ...others] = shape;
  if (model !== user) return { ...row, user: rowsOf(memory, user).get(String(row.userId)) };
  const related = others.map((other) => {
    const rows = below(memory, other, String(row.id))
      .sort()
      .map((id) => rowsOf(memory, other).get(id)!);
    return [callName(other), other.kind === 'child' ? (rows[0] ?? null) : rows];
  });
  return { ...row, ...Object.fromEntries(related) } as Row;
}

function refuseRepeated(memory: Memory, model: ModelShape, row: Row): void {
  for (const column of model.columns) {
    if (!column.unique || row[column.name] === null) continue;
    const mine = spelling(column, row[column.name]);
    for (const [id, other] of rowsOf(memory, model)) {
      const isOther = id !== String(row[rowIdOf(model)]);
      if (isOther && spelling(column, other[column.name]) === mine) refuse('P2002');
    }
  }
}
