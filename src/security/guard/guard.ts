import { SECOND, type Clock } from '../../clock.js';
import type { GuardSettings } from '../../config/guard-settings.js';
import { AppError, type ErrorCode } from '../../errors.js';
import { normalise } from '../../privacy/search-index.js';
import { networkOf } from '../client/client-network.js';
import type { RequestOrigin } from '../requests/request-context.js';
import type { Budget, Counters, Return, Take } from './budget.js';
import type { GuardKeys } from './guard-keys.js';
import { createRefusalRecord, type RecordRefusal } from './refusal-record.js';
import { rulesOf, type Rules } from './rules.js';

/** What is proved; each kind has counts of its own for an account, and all share those of a network. */
export type ProofKind = 'password' | 'mfa' | 'passkey';

/** What a network may do so many times an hour. */
export type NetworkLimit = 'registration' | 'mailRequest' | 'providerTrip' | 'passkeyQuestion';

export interface GuardedAttempt {
  kind: ProofKind;
  /**
   * The account's id, or, where there is none, what was given in its place: both are treated alike. Null where nobody
   * says whose proof it is.
   */
  account: string | null;
  origin: RequestOrigin;
  /** The id of a device that is known to the account (`findKnownDevice`); null for any other. */
  device: string | null;
}

type NamedBudget = Budget & { name: keyof Rules };

interface Admitted {
  budgets: NamedBudget[];
  takes: Take[];
  device: string | null;
}

export interface GuardParts {
  counters: Counters;
  keys: GuardKeys;
  clock: Clock;
  settings: GuardSettings;
}

export type Guard = ReturnType<typeof createGuard>;

/** With these the proof itself was right, or was not looked at. */
const NO_WRONG_GUESS: ReadonlySet<ErrorCode> = new Set([
  'ACCOUNT_SUSPENDED',
  'ACCOUNT_DELETED',
  'EMAIL_NOT_VERIFIED',
  'PASSWORD_RESET_REQUIRED',
  'RATE_LIMITED',
  'OTHER_PROOF_REQUIRED',
  'CONFLICT',
  'UNAUTHENTICATED',
]);

/** What the guard itself answers. */
const HELD_OFF: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'OTHER_PROOF_REQUIRED']);

/** What stands between an attacker and guessing: every check of a credential goes through `attempt`. */
export function createGuard({ counters, keys, clock, settings }: GuardParts) {
  const rules = rulesOf(settings);
  const refusals = new Map<string, number>();
  const recordOnce = createRefusalRecord({ counters, keys, clock, rules });

  function budgetsOf({ kind, account, origin, device }: GuardedAttempt): NamedBudget[] {
    const network = networkOf(origin.ipAddress);
    const shared: NamedBudget = { name: 'network', rule: rules.network, key: keys.of('network', network) };
    if (account === null) return [shared];
    const own = (name: keyof Rules, ...parts: string[]): NamedBudget => ({
      name,
      rule: rules[name],
      key: keys.about(account, name, kind, ...parts),
    });
    // An attacker can use up what strangers share, and cannot reach what belongs to the person's own device.
    if (device !== null) return [own('deviceCeiling', device), own('device', device)];
    // Codes are counted for the account beside its secret, and a passkey's signature cannot be guessed.
    if (kind !== 'password') return [shared];
    return [own('accountFromNetwork', network), shared, own('account')];
  }

  async function admit(guarded: GuardedAttempt): Promise<Admitted> {
    const budgets = budgetsOf(guarded);
    const taking = await counters.take(budgets, clock.now().getTime());
    if (taking.admitted) return { budgets, takes: taking.takes, device: guarded.device };
    // Somebody guesses on that device: from now on it is a stranger.
    if (budgets[taking.refusedBy]?.name === 'deviceCeiling') return admit({ ...guarded, device: null });
    throw refusalOf(budgets[taking.refusedBy]?.name ?? 'network', taking.openAt);
  }

  /** Throws `refusal`, recorded if it is the first in a while. */
  async function refuse(
    what: ProofKind | NetworkLimit,
    { account, origin }: Pick<GuardedAttempt, 'account' | 'origin'>,
    refusal: unknown,
    record: RecordRefusal,
  ): Promise<never> {
    if (refusal instanceof AppError && HELD_OFF.has(refusal.code)) {
      const network = networkOf(origin.ipAddress);
      await recordOnce({ what, account, network, reason: refusal.code }, record);
    }
    throw refusal;
  }

  function refusalOf(name: keyof Rules, openAt: number): AppError {
    refusals.set(name, (refusals.get(name) ?? 0) + 1);
    if (name === 'account')
      return new AppError('OTHER_PROOF_REQUIRED', { satisfiedBy: 'requestPasswordReset' });
    const retryAfterSeconds = Math.max(1, Math.ceil((openAt - clock.now().getTime()) / SECOND));
    return new AppError('RATE_LIMITED', { retryAfterSeconds });
  }

  /**
   * Runs `check`, the comparison of a credential, if the budget has room for another guess; it is counted before, so
   * that parallel guesses share the budget. When `check` throws, the guess was wrong and stays counted, unless the
   * error says that nothing was compared or that the proof was right. When it does not, the failures of the account
   * are forgotten. It gets the known device on whose own budget the guess is; null: on what strangers share. Without
   * room `record` is run in its place, once an hour.
   *
   * @throws AppError RATE_LIMITED with the seconds to wait, OTHER_PROOF_REQUIRED after too many failures in a row,
   *   whatever `check` throws
   */
  async function attempt<T>(
    guarded: GuardedAttempt,
    check: (device: string | null) => Promise<T>,
    record: RecordRefusal,
  ): Promise<T> {
    const { budgets, takes, device } = await admit(guarded).catch((refusal: unknown) =>
      refuse(guarded.kind, guarded, refusal, record),
    );
    let result: T;
    try {
      result = await check(device);
    } catch (error) {
      if (!isWrongGuess(error)) await counters.giveBack(takes);
      throw error;
    }
    // Others fail from the same network: a success pays for itself there, and forgets the rest.
    await counters.giveBack(takes.map((one, index) => (isShared(budgets[index]) ? one : forgotten(one))));
    return result;
  }

  /** Counts what a network may do only so often an hour. Throws RATE_LIMITED, after `record` once an hour. */
  async function limit(name: NetworkLimit, origin: RequestOrigin, record?: RecordRefusal): Promise<void> {
    const key = keys.of(name, networkOf(origin.ipAddress));
    const taking = await counters.take([{ rule: rules[name], key }], clock.now().getTime());
    if (taking.admitted) return;
    const refusal = refusalOf(name, taking.openAt);
    if (!record) throw refusal;
    await refuse(name, { account: null, origin }, refusal, record);
  }

  /** Whether another mail of this template may go to an address this hour; counts it. */
  async function mayMail(template: string, address: string): Promise<boolean> {
    const key = keys.about(normalise(address, 'email'), 'mail', template);
    const taking = await counters.take([{ key, rule: rules.mail }], clock.now().getTime());
    return taking.admitted;
  }

  /** Forgets the failures of an account whose owner proved in another way who they are, from this network at least. */
  async function forget(account: string, origin: RequestOrigin): Promise<void> {
    const budgets = budgetsOf({ kind: 'password', account, origin, device: null });
    await counters.giveBack(budgets.filter((budget) => !isShared(budget)).map(forgotten));
  }

  /**
   * Keyed hashes by which every count about a subject is found, the id of an account or an address. Those of networks are
   * nobody's.
   */
  function keysAbout(subject: string): string[] {
    return keys.beginningsOf(subject.includes('@') ? normalise(subject, 'email') : subject);
  }

  /**
   * Erases every count that `keysAbout` finds.
   *
   * @throws Error while the store does not answer
   */
  async function erase(found: readonly string[]): Promise<void> {
    await counters.erase(found);
  }

  return {
    attempt,
    limit,
    mayMail,
    forget,
    keysAbout,
    erase,
    refusals: (): ReadonlyMap<string, number> => refusals,
  };
}

function isShared(budget: NamedBudget | undefined): boolean {
  return budget?.name === 'network';
}

function forgotten({ key }: { key: string }): Return {
  return { key, openAt: null };
}

function isWrongGuess(error: unknown): boolean {
  return error instanceof AppError && error.status < 500 && !NO_WRONG_GUESS.has(error.code);
}
