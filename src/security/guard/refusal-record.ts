import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.js';
import type { ErrorCode } from '../../errors.js';
import { isUuid } from '../../input/uuid.js';
import type { Counters } from './budget.js';
import type { GuardKeys } from './guard-keys.js';
import type { Rules } from './rules.js';

/** Writes down that somebody was refused before anything was looked at, and why. */
export type RecordRefusal = (reason: ErrorCode) => Promise<void>;

export interface Refused {
  /** What was asked for. */
  what: string;
  /** As the guard got it: an account's id, what was given in its place, or null. */
  account: string | null;
  network: string;
  reason: ErrorCode;
}

/** Budgets that are known to be used up, so that whoever is held off costs no further statement; some 2 MB. */
const MOST_KEYS = 10_000;

/**
 * Which refusals leave an event: the first of an account in a while, or of a network where there is no account, and
 * of a network only so many. Whoever floods the server is not to flood the record of events.
 */
export function createRefusalRecord(parts: {
  counters: Counters;
  keys: GuardKeys;
  clock: Clock;
  rules: Pick<Rules, 'refusalEvent' | 'refusalEvents'>;
}) {
  const { counters, keys, clock, rules } = parts;
  const usedUp = new LRUCache<string, number>({ max: MOST_KEYS });

  /** Runs `record` if this refusal is to leave an event; one that fails is not counted. Throws what it throws. */
  return async function recordRefusal(
    { what, account, network, reason }: Refused,
    record: RecordRefusal,
  ): Promise<void> {
    const own = ['refusalEvent', what, reason];
    const isKnown = account !== null && isUuid(account);
    const budgets = [
      {
        rule: rules.refusalEvent,
        key: isKnown ? keys.about(account, ...own) : keys.of(...own, network),
      },
      { rule: rules.refusalEvents, key: keys.of('refusalEvents', network) },
    ];
    const now = clock.now().getTime();
    if (budgets.some(({ key }) => (usedUp.get(key) ?? 0) > now)) return;
    const taking = await counters.take(budgets, now);
    if (!taking.admitted) {
      usedUp.set(budgets[taking.refusedBy]?.key ?? '', taking.openAt);
      return;
    }
    try {
      await record(reason);
    } catch (error) {
      await counters.giveBack(taking.takes);
      throw error;
    }
  };
}
