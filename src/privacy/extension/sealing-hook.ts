import type { UserKey } from '../data-keys.js';
import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { refuseNames, rewriteChoice, rewriteUniqueWhere } from './filters.js';
import { isRow, listOf, type Model, ownerColumn, requireModel, requireRow, type Row } from './models.js';
import { openResult } from './open-rows.js';
import { findTarget, type Writing } from './owners.js';
import type { RowStore } from './row-store.js';
import { sealCreate } from './seal-create.js';
import { needsTarget, refuseSealedMany, sealUpdate, upsertParts } from './seal-update.js';
import { planSelection, requireColumn } from './selection.js';

/** One call of a model operation as Prisma's query extension sees it. */
export interface Operation {
  model: string;
  operation: string;
  args: Row;
  query: (args: Row) => Promise<unknown>;
}

type Seal = (writing: Writing, model: Model, args: Row) => Promise<Row>;

/** How the arguments of each operation are rewritten. Operations that are not listed are refused. */
const SEALS: Readonly<Record<string, Seal>> = {
  findUnique: sealUniqueChoice,
  findUniqueOrThrow: sealUniqueChoice,
  findFirst: sealChoice,
  findFirstOrThrow: sealChoice,
  findMany: sealChoice,
  count: sealChoice,
  aggregate: sealAggregate,
  groupBy: sealAggregate,
  create: sealCreateArgs,
  update: sealUpdateArgs,
  upsert: sealUpsertArgs,
  delete: sealUniqueChoice,
  deleteMany: sealChoice,
  updateMany: sealUpdateManyArgs,
};

const RETURNS_ROWS = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'create',
  'update',
  'upsert',
  'delete',
]);

/**
 * The hook of the Prisma extension: seals what is written, opens what is read, turns filters on sealed
 * columns into filters on their search index, and refuses what cannot be done safely.
 *
 * @throws UnsafeQueryError naming model and field, before anything is sent
 * @throws SealedValueError when a value that was read does not open
 */
export function createSealingHook(privacy: Privacy, store: RowStore) {
  const writing: Writing = { privacy, store };

  return async function seal({ model: name, operation, args, query }: Operation): Promise<unknown> {
    const model = requireModel(name);
    if (operation === 'createMany' || operation === 'createManyAndReturn') {
      return createMany(writing, model, operation, args, query);
    }
    if (operation === 'updateManyAndReturn') {
      const planned = planBeside(privacy, model, await sealUpdateManyArgs(writing, model, args));
      return openBeside(writing, planned, await query(planned.args));
    }
    const rewrite = SEALS[operation];
    if (!rewrite)
      throw new UnsafeQueryError(name, '*', `the operation "${operation}" is not known to be safe`);
    const sealed = await rewrite(writing, model, args);
    if (!RETURNS_ROWS.has(operation)) return query(sealed);
    const { args: planned, plan } = planSelection(privacy, model, sealed);
    const result = await query(planned);
    await openResult(privacy, plan, result);
    return result;
  };
}

async function sealChoice({ privacy }: Writing, model: Model, args: Row): Promise<Row> {
  return rewriteChoice(privacy, model, args);
}

async function sealUniqueChoice(writing: Writing, model: Model, args: Row): Promise<Row> {
  return { ...args, where: await rewriteUniqueWhere(writing, model, args.where) };
}

async function sealAggregate({ privacy }: Writing, model: Model, args: Row): Promise<Row> {
  for (const clause of ['_min', '_max', '_sum', '_avg', 'having']) {
    refuseNames(model, namesIn(args[clause]), clause);
  }
  refuseNames(model, args.by === undefined ? [] : listOf(args.by), 'by');
  return rewriteChoice(privacy, model, args);
}

/** Every key of a filter at any depth: `having` nests logic and aggregates around column names. */
function namesIn(filter: unknown): string[] {
  if (Array.isArray(filter)) return filter.flatMap(namesIn);
  if (!isRow(filter)) return [];
  return Object.entries(filter).flatMap(([name, value]) => [name, ...namesIn(value)]);
}

async function sealCreateArgs(writing: Writing, model: Model, args: Row): Promise<Row> {
  return { ...args, data: (await sealCreate(writing, model, args.data)).data };
}

async function sealUpdateArgs(writing: Writing, model: Model, args: Row): Promise<Row> {
  const where = await rewriteUniqueWhere(writing, model, args.where);
  const data = requireRow(model, 'data', args.data);
  if (!needsTarget(model, data))
    return { ...args, where, data: await sealUpdate(writing, model, data, NO_TARGET) };
  const target = await findTarget(writing, model, where);
  if (!target) throw missing(writing, model, 'update');
  return {
    ...args,
    where: { ...where, [model.rowId]: target.rowId },
    data: await sealUpdate(writing, model, data, target),
  };
}

async function sealUpsertArgs(writing: Writing, model: Model, args: Row): Promise<Row> {
  const where = await rewriteUniqueWhere(writing, model, args.where);
  const target = await findTarget(writing, model, where);
  const named = target ? { ...where, [model.rowId]: target.rowId } : where;
  const { data } = await sealCreate(writing, model, args.create);
  return {
    ...args,
    ...(await upsertParts(writing, model, named, data, requireRow(model, 'update', args.update), target)),
  };
}

async function sealUpdateManyArgs({ privacy }: Writing, model: Model, args: Row): Promise<Row> {
  refuseSealedMany(model, requireRow(model, 'data', args.data));
  return rewriteChoice(privacy, model, args);
}

const NO_TARGET = { rowId: '', owner: null };

/** In a batch the row may have been made earlier in the same batch, where a look-up cannot see it. */
function missing({ store }: Writing, model: Model, operation: string): Error {
  if (!store.inBatch()) return store.notFound(model.name);
  return new UnsafeQueryError(
    model.name,
    [...model.sealed.keys()][0] ?? '*',
    `the row to ${operation} is not there before this batch; use $transaction(async (tx) => …)`,
  );
}

async function createMany(
  writing: Writing,
  model: Model,
  operation: string,
  args: Row,
  query: Operation['query'],
) {
  const rows: Row[] = [];
  const keys: { userId: string; wrappedKey: string }[] = [];
  for (const row of listOf(args.data)) {
    const { data, owner, wrappedKey } = await sealCreate(writing, model, row);
    if (owner && wrappedKey) {
      keys.push({ userId: owner.id, wrappedKey });
      delete data.dataKey;
    }
    rows.push(data);
  }
  if (keys.length > 0 && args.skipDuplicates) {
    throw new UnsafeQueryError(model.name, 'dataKey', '"skipDuplicates" would leave data keys without users');
  }
  const run = (sealed: Row) =>
    keys.length > 0 ? writing.store.createUsers(operation, sealed, keys) : query(sealed);
  if (operation === 'createMany') return run({ ...args, data: rows });
  const planned = planBeside(writing.privacy, model, { ...args, data: rows });
  return openBeside(writing, planned, await run(planned.args));
}

/** Plans the `…AndReturn` operations, whose selection cannot reach the data keys: those are read afterwards. */
function planBeside(privacy: Privacy, model: Model, args: Row) {
  const planned = planSelection(privacy, model, args, true);
  for (const { name, plan } of planned.plan.children) {
    if (plan.open.length > 0 || plan.strip.length > 0) {
      throw new UnsafeQueryError(
        model.name,
        name,
        'sealed columns cannot be included here: read them afterwards',
      );
    }
  }
  const owner = ownerColumn(model);
  if (planned.needsKey && owner && owner !== model.rowId) requireColumn(planned.args, planned.plan, owner);
  return planned;
}

async function openBeside(
  { privacy, store }: Writing,
  { plan, needsKey }: ReturnType<typeof planSelection>,
  result: unknown,
): Promise<unknown> {
  const column = ownerColumn(plan.model);
  const keys = new Map<string, UserKey>();
  if (needsKey && column) {
    const ids = listOf(result).flatMap((row) =>
      isRow(row) && typeof row[column] === 'string' ? [row[column]] : [],
    );
    for (const [userId, wrapped] of await store.findDataKeys([...new Set(ids)])) {
      keys.set(userId, await privacy.dataKeys.open(userId, wrapped));
    }
  }
  await openResult(privacy, plan, result, (ownerId) => keys.get(ownerId));
  return result;
}
