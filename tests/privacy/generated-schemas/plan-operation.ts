import { randomUUID } from 'node:crypto';
import type { Delegates } from './generated-client.js';
import { below, change, insert, type Memory, pick, refuse, remove, rowsOf } from './memory.js';
import type { Below, Filter, OfUser, Operation } from './operations.js';
import { matches, planFind, whereOf } from './plan-find.js';
import { callName, type ModelShape, rowIdOf, type SchemaShape } from './schema-arbitrary.js';
import type { Row } from './values.js';

/** An operation on the rows that are there: the call, and what it is to do to them and to answer. */
export interface Plan {
  call: (client: Delegates) => Promise<unknown>;
  /** Does the same in memory. `id` is that of a row for which the call left it to the client. */
  apply: (memory: Memory, id: string) => unknown;
}

/** Null where the operation finds no row to work on. */
export function planOperation(shape: SchemaShape, memory: Memory, operation: Operation): Plan | null {
  const model = shape[operation.model]!;
  if (operation.do === 'create') return planCreate(shape, memory, model, operation);
  if (operation.do === 'createMany') return planCreateMany(shape, memory, model, operation);
  if (operation.do === 'update') return planUpdate(shape, memory, model, operation);
  if (operation.do === 'upsert') return planUpsert(shape, memory, model, operation);
  if (operation.do === 'find') return planFind(shape, model, operation);
  const id = pick(rowsOf(memory, model).keys(), operation.which);
  if (id === null) return null;
  return {
    call: (client) => on(client, model).delete!({ where: { [rowIdOf(model)]: id } }),
    apply: (now) => remove(now, model, id),
  };
}

type Of<Kind extends Operation['do']> = Extract<Operation, { do: Kind }>;

function planCreate(shape: SchemaShape, memory: Memory, model: ModelShape, given: Of<'create'>): Plan | null {
  const [user] = shape;
  const { row, owner, hasId } = given;
  const own = hasId && model.kind !== 'child' ? { id: randomUUID() } : {};
  if (model === user) {
    const nested = given.below.map((one) => planBelow(shape, memory, null, one));
    const data = { ...row, ...own, ...dataOf(nested) };
    return {
      call: (client) => on(client, model).create!({ data }),
      apply(now, id) {
        const made = insert(now, model, { id, ...own, ...row });
        for (const { apply } of nested) apply(now, String(made.id));
        return made;
      },
    };
  }
  const madeId = randomUUID();
  const ownerId = owner.way === 'create' ? madeId : pick(rowsOf(memory, user).keys(), owner.which);
  if (ownerId === null) return null;
  const madeUser = { ...owner.user, id: madeId };
  const link = {
    column: { userId: ownerId },
    connect: { user: { connect: { id: ownerId } } },
    create: { user: { create: madeUser } },
  }[owner.way];
  return {
    call: (client) => on(client, model).create!({ data: { ...row, ...own, ...link } }),
    apply(now, id) {
      if (owner.way === 'create') insert(now, user, madeUser);
      // The user has one already, and Prisma would have to leave that one without a user.
      const isTaken = model.kind === 'child' && rowsOf(now, model).has(ownerId);
      if (isTaken && owner.way === 'connect') refuse('P2014');
      return insert(now, model, {
        ...(model.kind === 'child' ? {} : { id }),
        ...own,
        userId: ownerId,
        ...row,
      });
    },
  };
}

function planCreateMany(
  [user]: SchemaShape,
  memory: Memory,
  model: ModelShape,
  { rows, owner, returns }: Of<'createMany'>,
): Plan | null {
  const users = [...rowsOf(memory, user).keys()];
  if (model !== user && users.length === 0) return null;
  const data = rows.map((row, at) => ({
    ...row,
    ...(model.kind === 'child' ? {} : { id: randomUUID() }),
    ...(model === user ? {} : { userId: pick(users, owner + at) }),
  }));
  return {
    call: (client) => on(client, model)[returns ? 'createManyAndReturn' : 'createMany']!({ data }),
    apply(now) {
      const made = data.map((row) => insert(now, model, row));
      return returns ? made : { count: made.length };
    },
  };
}

function planUpdate(shape: SchemaShape, memory: Memory, model: ModelShape, given: Of<'update'>): Plan | null {
  const id = pick(rowsOf(memory, model).keys(), given.which);
  if (id === null) return null;
  const { changes, ofUser } = given;
  const nested = given.below.map((one) => planBelow(shape, memory, id, one));
  const ownerId = String(rowsOf(memory, model).get(id)!.userId);
  const above = ofUser && planOwner(shape, memory, ownerId, ofUser);
  const data = { ...changes, ...dataOf(nested), ...above?.data };
  return {
    call: (client) => on(client, model).update!({ where: naming(memory, model, id, given.byUnique), data }),
    apply(now) {
      above?.apply(now);
      const changed = change(now, model, id, changes);
      for (const { apply } of nested) apply(now, id);
      return changed;
    },
  };
}

function planUpsert(
  [user]: SchemaShape,
  memory: Memory,
  model: ModelShape,
  given: Of<'upsert'>,
): Plan | null {
  const { row, changes, byUnique } = given;
  const ownerId = pick(rowsOf(memory, user).keys(), given.owner);
  const known = given.which === null ? null : pick(rowsOf(memory, model).keys(), given.which);
  if (model !== user && ownerId === null) return null;
  const free = model.kind === 'child' ? ownerId! : randomUUID();
  const id = known ?? free;
  const standing = rowsOf(memory, model).get(id);
  const owner = model === user ? {} : { userId: model.kind === 'child' ? id : ownerId };
  const create = {
    ...row,
    ...owner,
    ...(model.kind === 'child' ? {} : { id: standing ? randomUUID() : id }),
  };
  const where = standing ? naming(memory, model, id, byUnique) : { [rowIdOf(model)]: id };
  return {
    call: (client) => on(client, model).upsert!({ where, create, update: changes }),
    apply: (now) => (standing ? change(now, model, id, changes) : insert(now, model, create)),
  };
}

/** A write into the user of a row, where a filter on that user holds. */
function planOwner(shape: SchemaShape, memory: Memory, id: string, { changes, filter, hits }: OfUser) {
  const [user] = shape;
  const has = filter && rowsOf(memory, user).get(id)![filter.column];
  const asked = filter && hits && has !== null ? { ...filter, values: [has] as Filter['values'] } : filter;
  // What changes nothing Prisma does not carry out, whatever the filter says.
  const isFiltered = asked !== null && Object.keys(changes).length > 0;
  const update = isFiltered ? { where: whereOf(asked), data: changes } : changes;
  return {
    data: { user: { update } },
    apply(now: Memory) {
      if (isFiltered && !matches(shape, now, user, asked, rowsOf(now, user).get(id)!)) refuse('P2025');
      change(now, user, id, changes);
    },
  };
}

interface Nested {
  name: string;
  data: object;
  apply: (memory: Memory, userId: string) => void;
}

/** A write into the rows of a user; `userId` is null while there is no such user yet. */
function planBelow(shape: SchemaShape, memory: Memory, userId: string | null, given: Below): Nested {
  const model = shape[given.model]!;
  const { rows, changes } = given;
  const name = callName(model);
  const standing = userId === null ? [] : below(memory, model, userId);
  const known = pick(standing, given.which);
  if (model.kind === 'child') {
    const add = { name, data: { create: rows[0] }, apply: adding(model, [rows[0]]) };
    if (known === null) return add;
    const apply = (now: Memory) => void change(now, model, known, changes);
    if (given.how === 'delete')
      return { name, data: { delete: true }, apply: (now) => void remove(now, model, known) };
    if (given.how === 'update') return { name, data: { update: changes }, apply };
    return { name, data: { upsert: { create: rows[0], update: changes } }, apply };
  }
  const made = rows.map((row) => ({ ...row, id: randomUUID() }));
  if (known !== null && given.how === 'delete') {
    return { name, data: { delete: { id: known } }, apply: (now) => void remove(now, model, known) };
  }
  if (known !== null && (given.how === 'update' || given.how === 'upsert')) {
    const where = { id: known };
    const part =
      given.how === 'update' ? { where, data: changes } : { where, update: changes, create: made[0] };
    return { name, data: { [given.how]: part }, apply: (now) => void change(now, model, known, changes) };
  }
  const data = given.how === 'createMany' ? { createMany: { data: made } } : { create: made };
  return { name, data, apply: adding(model, made) };
}

const adding = (model: ModelShape, rows: Row[]) => (now: Memory, userId: string) => {
  for (const row of rows) insert(now, model, { ...row, userId });
};

function dataOf(nested: Nested[]): object {
  return Object.fromEntries(nested.map(({ name, data }) => [name, data]));
}

/** `where` for one row: by its id, or by a value of it that does not repeat. */
function naming(memory: Memory, model: ModelShape, id: string, byUnique: boolean): object {
  const row = rowsOf(memory, model).get(id)!;
  const column = model.columns.find(({ unique, name }) => byUnique && unique && row[name] !== null);
  return column ? { [column.name]: row[column.name] } : { [rowIdOf(model)]: id };
}

function on(client: Delegates, model: ModelShape) {
  return client[callName(model)]!;
}
