/** The value below which the given share of the sorted values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (!Number.isInteger(middle)) return sorted[Math.floor(middle)] ?? NaN;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * How well one number tells two samples apart: the chance that a value of `a` is greater than one of
 * `b` (Mann–Whitney U over all pairs, ties half). 0.5: not at all; 0 or 1: always. `error` is its
 * standard error under the hypothesis that both come from the same distribution.
 */
export function separability(a: readonly number[], b: readonly number[]): { auc: number; error: number } {
  let greater = 0;
  for (const x of a) for (const y of b) greater += x > y ? 1 : x === y ? 0.5 : 0;
  const pairs = a.length * b.length;
  return { auc: greater / pairs, error: Math.sqrt((a.length + b.length + 1) / (12 * pairs)) };
}
