import type { OperationLimits } from '../../config.js';
import { AppError } from '../../errors.js';
import type { Figures } from './operation-figures.js';

/** The most entries that a list hands out at a time, and that `_entities` takes: the largest `first`. */
export const MAX_LIST_SIZE = 100;

/** @throws AppError QUERY_TOO_COMPLEX with the first figure that is over its limit */
export function requireWithinLimits(figures: Figures, limits: OperationLimits): void {
  for (const measure of ['operations', 'depth', 'breadth', 'aliases', 'directives'] as const) {
    requireAtMost(measure, limits[measure], figures[measure]);
  }
  requireAtMost('listSize', MAX_LIST_SIZE, figures.listSize);
  requireAtMost('cost', limits.cost, figures.cost);
}

/** @throws AppError QUERY_TOO_COMPLEX with the figures; what is too large for a number counts as the largest one */
export function requireAtMost(measure: string, limit: number, found: number): void {
  if (found <= limit) return;
  const shown = Math.min(Math.ceil(found), Number.MAX_SAFE_INTEGER);
  throw new AppError('QUERY_TOO_COMPLEX', { figures: { measure, limit, found: shown } });
}
