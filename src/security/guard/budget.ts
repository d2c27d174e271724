/** How often something may be tried before one has to wait, and for how long. All times in milliseconds. */
export interface Rule {
  /** Attempts in a row that need no waiting, at least 1. */
  free: number;
  /** The wait after the last free attempt; each further attempt doubles it. */
  firstDelay: number;
  longestDelay: number;
  /** How long an attempt is remembered, at least `longestDelay`. */
  memory: number;
  /** Counted in windows of `memory` instead: once the free attempts are used, the window has to end. */
  window: boolean;
}

/** A rule for one key. The key says nothing about a person without a secret of the server. */
export interface Budget {
  key: string;
  rule: Rule;
}

/** What is held for a key; times in milliseconds since 1970. */
export interface Count {
  count: number;
  /** No attempt before this. */
  openAt: number;
  /** Forgotten from then on. */
  expiresAt: number;
}

/** An attempt that was taken from a budget; `openAt` is what it left behind. */
export interface Take {
  key: string;
  openAt: number;
}

export type Taking =
  | { admitted: true; takes: Take[] }
  /** `refusedBy` is the place of the budget in the list, `openAt` the moment at which it opens again. */
  | { admitted: false; refusedBy: number; openAt: number };

/** What becomes of a key: `openAt` null forgets it, otherwise the attempt that left this behind is taken back. */
export interface Return {
  key: string;
  openAt: number | null;
}

/**
 * Where attempts are counted. All processes share one store, so that they share the budgets; of attempts that
 * come at the same time no more are admitted than the budget has room for.
 */
export interface Counters {
  /** Takes one attempt from each budget, or from none. Every caller lists budgets of the same kind in the same order. */
  take(budgets: readonly Budget[], now: number): Promise<Taking>;
  giveBack(returns: readonly Return[]): Promise<void>;
  /** Forgets every key that begins with one of these. Rejects when the store does not answer. */
  erase(beginnings: readonly string[]): Promise<void>;
}

/** What a further attempt makes of a count. */
export function countAttempt(held: Count | null, rule: Rule, now: number): Count {
  const known = held !== null && held.expiresAt > now ? held : null;
  const count = (known?.count ?? 0) + 1;
  const expiresAt = rule.window && known ? known.expiresAt : now + rule.memory;
  if (count < rule.free) return { count, openAt: 0, expiresAt };
  const delay = Math.min(rule.longestDelay, rule.firstDelay * 2 ** Math.min(count - rule.free, 30));
  return { count, openAt: rule.window ? expiresAt : now + delay, expiresAt };
}
