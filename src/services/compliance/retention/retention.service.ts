import { after } from '../../../clock.js';
import type { Log } from '../../../log.js';
import { createRetentionAccounts } from './retention-accounts.js';
import type { Discard, RetentionParts, RetentionStep } from './retention-parts.js';

export const RETENTION_JOB = 'retention.run';

/** What the number of accounts is called that could not be worked on in a step. */
export const failuresOf = (step: string) => `${step}Failed`;

/** Small, so that no batch holds locks for long. */
const BATCH = 500;

/**
 * Carries out the periods of the register of personal data (Art. 5(1)(e) GDPR): docs/retention.md. Each step works in
 * small batches that are complete in themselves, so a run may end anywhere and the next one goes on.
 */
export function createRetentionService(parts: RetentionParts & { log: Log }) {
  const { db, clock, audit, log, config, exports } = parts;
  const { retention } = config;
  const accounts = createRetentionAccounts(parts);

  const older = (name: string, period: number, discard: Discard): RetentionStep => ({
    name,
    run: ({ limit }) => discard(after(clock.now(), -period), limit),
  });

  const steps: RetentionStep[] = [
    { name: 'unverifiedSignUps', run: accounts.eraseUnverified },
    older('spentLinks', retention.tokens, parts.discardTokens),
    older('signInChallenges', retention.tokens, parts.discardChallenges),
    older('socialFlows', retention.tokens, parts.discardSocialFlows),
    older('passkeyCeremonies', retention.tokens, parts.discardCeremonies),
    older('endedSessions', retention.sessions, parts.discardSessions),
    older('repeatableRequests', retention.requests, parts.discardRequests),
    older('sessionAddresses', retention.addresses, parts.clearSessionOrigins),
    older('eventAddresses', retention.addresses, parts.discardEventOrigins),
    { name: 'exports', run: ({ limit }) => exports.expire(limit) },
    { name: 'abandonedExportFiles', run: ({ limit }) => exports.removeAbandoned(limit) },
    { name: 'inactivityNotices', run: accounts.noticeInactive },
    { name: 'inactiveAccounts', run: accounts.deleteInactive },
  ];

  /** Runs one step to its end. `failing` takes the accounts that could not be worked on, each once. */
  async function runStep(step: RetentionStep, failing: Set<string>, signal?: AbortSignal): Promise<number> {
    const onFailure = (userId: string) => void failing.add(userId);
    let total = 0;
    for (let count = BATCH; count === BATCH && !signal?.aborted; total += count)
      count = await step.run({ limit: BATCH, onFailure });
    return total;
  }

  /**
   * Discards everything whose time is over, and records what that was, and how many accounts failed in which step. A step
   * that fails does not keep the others from running.
   *
   * @returns how many of each, and how many accounts failed, if any did
   * @throws AggregateError when a step failed, after the others and the record
   */
  async function run(signal?: AbortSignal): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    const failed: string[] = [];
    const causes: unknown[] = [];
    for (const step of steps) {
      if (signal?.aborted) break;
      const failing = new Set<string>();
      try {
        counts[step.name] = await runStep(step, failing, signal);
      } catch (err) {
        log.error({ err, reason: step.name }, 'A step of the retention run failed');
        failed.push(step.name);
        causes.push(err);
      }
      if (failing.size > 0) counts[failuresOf(step.name)] = failing.size;
    }
    const data = { ...counts, failed };
    await db.$transaction((tx) =>
      audit.record(tx, { action: 'retention.run', actorId: null, subjectId: null, origin: null, data }),
    );
    if (failed.length > 0) throw new AggregateError(causes, 'A step of the retention run failed.');
    return counts;
  }

  return { run };
}

export type RetentionService = ReturnType<typeof createRetentionService>;
