import type { Privacy } from '../privacy.js';
import { UnsafeQueryError } from '../privacy-errors.js';
import { rewriteChoice } from './choice.js';
import { refuseIndexColumn } from './filters.js';
import { isRow, type Model, ownerColumn, ownsThrough, type Row } from './models.js';

/** What is to be opened in the rows of a result, and what was added to the query only for that. */
export interface Plan {
  model: Model;
  /** The sealed columns that the caller asked for. */
  open: string[];
  /**
   * Where the owner's wrapped data key stands: in the row's own `dataKey`, in that of the named relation, or
   * with the row above, which is the owner, or in a database of its own.
   */
  keyAt: 'self' | 'above' | 'apart' | { relation: string };
  /** Columns and relations to remove from the result again. */
  strip: string[];
  children: { name: string; plan: Plan }[];
}

interface Selection {
  args: Row;
  plan: Plan;
  /** Whether something here, or in a row below that belongs to this one, needs the data key. */
  needsKey: boolean;
}

const DATA_KEY = { select: { wrappedKey: true } };

/**
 * Reads `select`, `include` and `omit` and adds what opening needs: ids, owner and the wrapped data key.
 * `ownerAbove`: the data key comes with the row above (or beside the query), not with the row itself.
 *
 * @throws UnsafeQueryError where the caller asks for a search index
 */
export function planSelection(privacy: Privacy, model: Model, args: Row, ownerAbove = false): Selection {
  const planned: Row = { ...args };
  const explicit = isRow(args.select);
  for (const clause of ['select', 'include', 'omit']) {
    if (isRow(args[clause])) planned[clause] = { ...args[clause] };
  }
  const open = chosenColumns(model, planned);
  const plan: Plan = {
    model,
    open,
    keyAt: ownerAbove ? 'above' : keyPlace(privacy, model),
    strip: [],
    children: [],
  };
  const below = planRelations(privacy, model, planned, plan);
  const needsKey = open.length > 0 || below;
  if (needsKey) {
    const owner = ownerColumn(model);
    requireColumn(planned, plan, model.rowId);
    if (owner && plan.keyAt !== 'above') requireColumn(planned, plan, owner);
    if (plan.keyAt === 'self') requireRelation(planned, plan, explicit, 'dataKey', DATA_KEY);
    else if (typeof plan.keyAt === 'object') requireOwnersKey(planned, plan, explicit, plan.keyAt.relation);
  }
  return { args: planned, plan, needsKey };
}

/** Adds a column to a selection, to be stripped again unless the caller chose it. */
export function requireColumn(args: Row, plan: Plan, column: string): void {
  const { select, omit } = args as { select?: Row; omit?: Row };
  if (isRow(select)) {
    if (select[column] === true) return;
    select[column] = true;
  } else {
    if (omit?.[column] !== true) return;
    delete omit[column];
  }
  plan.strip.push(column);
}

function keyPlace(privacy: Privacy, model: Model): Plan['keyAt'] {
  if (privacy.separateKeys) return 'apart';
  return model.owner.by === 'column' ? { relation: model.owner.relation } : 'self';
}

function chosenColumns(model: Model, { select, omit }: Row): string[] {
  // The client leaves index columns out of every result: whoever does not omit one asks for it.
  const shown = isRow(omit) ? Object.keys(omit).filter((name) => omit[name] === false) : [];
  for (const name of shown) refuseIndexColumn(model, name);
  if (!isRow(select)) return [...model.sealed.keys()].filter((name) => !(isRow(omit) && omit[name] === true));
  for (const name of Object.keys(select)) if (select[name]) refuseIndexColumn(model, name);
  return [...model.sealed.keys()].filter((name) => select[name] === true);
}

/** Plans every selected relation in place; says whether rows below need this row's data key. */
function planRelations(privacy: Privacy, model: Model, planned: Row, plan: Plan): boolean {
  let needed = false;
  for (const clause of ['select', 'include']) {
    const chosen = planned[clause];
    if (!isRow(chosen)) continue;
    if (chosen._count) chosen._count = planCount(privacy, model, chosen._count);
    for (const [name, relation] of model.relations) {
      if (!chosen[name]) continue;
      if (relation.model === 'DataKey')
        throw new UnsafeQueryError(model.name, name, 'read data keys by their own model');
      const child = privacy.requireModel(relation.model);
      const ownedHere = ownsThrough(model, relation);
      const given = isRow(chosen[name]) ? rewriteChoice(privacy, child, chosen[name]) : {};
      const selection = planSelection(privacy, child, given, ownedHere);
      chosen[name] = Object.keys(selection.args).length > 0 ? selection.args : true;
      plan.children.push({ name, plan: selection.plan });
      needed ||= ownedHere && selection.needsKey;
    }
  }
  return needed;
}

function planCount(privacy: Privacy, model: Model, count: unknown): unknown {
  if (!isRow(count) || !isRow(count.select)) return count;
  const select: Row = { ...count.select };
  for (const [name, relation] of model.relations) {
    if (isRow(select[name]))
      select[name] = rewriteChoice(privacy, privacy.requireModel(relation.model), select[name]);
  }
  return { ...count, select };
}

function requireRelation(args: Row, plan: Plan, explicit: boolean, name: string, selection: Row): void {
  const clause = explicit ? 'select' : 'include';
  const chosen = isRow(args[clause]) ? args[clause] : (args[clause] = {} as Row);
  chosen[name] = selection;
  plan.strip.push(name);
}

/** Adds the owner's data key by way of the relation to the owner, which the caller may have selected too. */
function requireOwnersKey(args: Row, plan: Plan, explicit: boolean, relation: string): void {
  const chosen = args[explicit ? 'select' : 'include'];
  if (!isRow(chosen) || !chosen[relation]) {
    requireRelation(args, plan, explicit, relation, { select: { dataKey: DATA_KEY } });
    return;
  }
  const owner = isRow(chosen[relation]) ? chosen[relation] : {};
  const ownerPlan = plan.children.find((child) => child.name === relation)!.plan;
  if (!ownerPlan.strip.includes('dataKey'))
    requireRelation(owner, ownerPlan, isRow(owner.select), 'dataKey', DATA_KEY);
  chosen[relation] = owner;
}
