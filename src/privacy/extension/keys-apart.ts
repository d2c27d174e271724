import type { OnDamagedKey, UserKey } from '../data-keys.js';
import { generationOf } from '../envelope.js';
import type { Privacy } from '../privacy.js';
import { isRow, listOf, ownerColumn } from './models.js';
import type { Plan } from './selection.js';

/**
 * The keys that a result needs, where they are kept in a database of their own: one query there for all that are
 * not in memory. A value under a newer generation than the key in memory means that the key was replaced a
 * moment ago: then it is read anew.
 */
export async function findKeysApart(
  privacy: Privacy,
  plan: Plan,
  result: unknown,
  onDamaged?: OnDamagedKey,
): Promise<ReadonlyMap<string, UserKey>> {
  const generations = new Map<string, Set<number>>();
  collect(plan, result, null, generations);
  const ids = [...generations.keys()];
  const keys = await privacy.openSeparateKeys(ids, onDamaged);
  const outdated = ids.filter((id) => {
    const key = keys.get(id);
    return key && [...(generations.get(id) ?? [])].some((generation) => !key.find(generation));
  });
  if (outdated.length === 0) return keys;
  for (const id of outdated) privacy.separateKeys?.forget(id);
  return new Map([...keys, ...(await privacy.openSeparateKeys(outdated, onDamaged))]);
}

/** Notes for each owner under which generations of their key the values of these rows are sealed. */
function collect(
  plan: Plan,
  result: unknown,
  above: string | null,
  generations: Map<string, Set<number>>,
): void {
  for (const row of listOf(result)) {
    if (!isRow(row)) continue;
    const column = ownerColumn(plan.model);
    const own = column === null ? null : row[column];
    const owner = plan.keyAt === 'apart' ? (typeof own === 'string' ? own : null) : above;
    for (const field of plan.open) {
      const generation = owner === null ? null : generationOf(row[field]);
      if (owner === null || generation === null) continue;
      const noted = generations.get(owner) ?? new Set();
      generations.set(owner, noted.add(generation));
    }
    for (const { name, plan: child } of plan.children) collect(child, row[name], owner, generations);
  }
}
