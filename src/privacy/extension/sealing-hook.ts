import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { refuseSealedMany } from './bound-rows.js';
import { refuseNames, rewriteChoice } from './choice.js';
import { rewriteUniqueWhere } from './filters.js';
import { createMany, openBeside, planBeside } from './many-rows.js';
import { isRow, listOf, type Model, requireRow, type Row } from './models.js';
import { openResult, type OpeningOptions } from './open-rows.js';
import { findTarget, type Writing } from './owners.js';
import type { RowStore } from './row-store.js';
import { sealCreate } from './seal-create.js';
import { needsTarget, NOBODYS, sealUpdate, upsertParts } from './seal-update.js';
import { planSelection } from './selection.js';

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
 * @throws SealedValueError when a value that was read does not open, unless it opens `piecewise`
 */
export function createSealingHook(
  privacy: Privacy,
  store: RowStore,
  opening: Pick<OpeningOptions, 'piecewise'> = {},
) {
  const writing: Writing = { privacy, store };

  return async function seal({ model: name, operation, args, query }: Operation): Promise<unknown> {
    const model = privacy.requireModel(name);
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
    await openResult(privacy, plan, result, opening);
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
    return { ...args, where, data: await sealUpdate(writing, model, data, NOBODYS) };
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

/** In a batch the row may have been made earlier in the same batch, where a look-up cannot see it. */
function missing({ store }: Writing, model: Model, operation: string): Error {
  if (!store.inBatch()) return store.notFound(model.name);
  return new UnsafeQueryError(
    model.name,
    [...model.sealed.keys()][0] ?? '*',
    `the row to ${operation} is not there before this batch; use $transaction(async (tx) => …)`,
  );
}
