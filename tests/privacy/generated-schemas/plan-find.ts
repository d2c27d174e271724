import { type Memory, rowsOf, withRelations } from './memory.js';
import type { Filter, Operation } from './operations.js';
import type { Plan } from './plan-operation.js';
import { callName, type ModelShape, rowIdOf, type SchemaShape } from './schema-arbitrary.js';
import { type Row, spelling } from './values.js';

type Find = Extract<Operation, { do: 'find' }>;

/** A findMany with or without filter, of whole rows or some columns, alone or with what they are related to. */
export function planFind(shape: SchemaShape, model: ModelShape, { filter, columns, relations }: Find): Plan {
  const related = relations ? selectionOf(shape, model) : {};
  const some = columns.length > 0;
  const selection = Object.fromEntries(columns.map((name) => [name, true]));
  const chosen = some ? { select: { ...selection, ...related } } : relations ? { include: related } : {};
  const where = filter ? whereOf(filter) : {};
  const args = { where, orderBy: { [rowIdOf(model)]: 'asc' }, ...chosen };
  const names = new Set([...columns, ...Object.keys(related)]);
  return {
    call: (client) => client[callName(model)]!.findMany!(args),
    apply(memory) {
      const rows = [...rowsOf(memory, model)].sort(([one], [other]) => (one < other ? -1 : 1));
      return rows.flatMap(([, row]) => {
        if (filter && !matches(shape, memory, model, filter, row)) return [];
        const whole = relations ? withRelations(memory, shape, model, row) : row;
        return [some ? Object.fromEntries(Object.entries(whole).filter(([name]) => names.has(name))) : whole];
      });
    },
  };
}

/** Every relation of a model, in an order that is known. */
export function selectionOf([user, ...others]: SchemaShape, model: ModelShape): Row {
  if (model !== user) return { user: true };
  return Object.fromEntries(
    others.map((other) => [
      callName(other),
      other.kind === 'child' ? true : { orderBy: { [rowIdOf(other)]: 'asc' } },
    ]),
  );
}

/** The filter as Prisma takes it. */
export function whereOf({ onUser, column, how, values }: Filter): object {
  const comparison = { equals: values[0], in: values, not: { not: values[0] } }[how];
  const where = { [column]: how === 'in' ? { in: values } : comparison };
  return onUser ? { user: where } : where;
}

/** As in SQL, an empty column neither equals a value nor differs from it. */
export function matches(
  [user]: SchemaShape,
  memory: Memory,
  model: ModelShape,
  filter: Filter,
  row: Row,
): boolean {
  const { onUser, how, values } = filter;
  const [on, of] = onUser ? [user, rowsOf(memory, user).get(String(row.userId))!] : [model, row];
  const column = on.columns.find(({ name }) => name === filter.column)!;
  const stored = spelling(column, of[column.name]);
  if (stored === null) return false;
  const isAmong = (how === 'in' ? values : [values[0]]).some((value) => spelling(column, value) === stored);
  return how === 'not' ? !isAmong : isAmong;
}
