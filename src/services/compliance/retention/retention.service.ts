import { after } from '../../../clock.js';
import type { Log } from '../../../log.js';
import { createRetentionAccounts } from './retention-accounts.js';
import type { Discard, RetentionParts, RetentionStep } from './retention-parts.js';

export const RETENTION_JOB = 'retention.run';

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
    run: (limit) => discard(after(clock.now(), -period), limit),
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
    { name: 'exports', run: exports.expire },
    { name: 'inactivityNotices', run: accounts.noticeInactive },
    { name: 'inactiveAccounts', run: accounts.deleteInactive },
  ];

  /** Runs one step to its end. */
  async function runStep(step: RetentionStep, signal?: AbortSignal): Promise<number> {
    let total = 0;
    for (let count = BATCH; count === BATCH && !signal?.aborted; total += count)
      count = await step.run(BATCH);
    return total;
  }

  /**
   * Discards everything whose time is over, and records what that was. A step that fails does not keep the others
   * from running.
   *
   * @returns how many of each
   * @throws AggregateError when a step failed, after the others and the record
   */
  async function run(signal?: AbortSignal): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    const failed: string[] = [];
    const causes: unknown[] = [];
    for (const step of steps) {
      if (signal?.aborted) break;
      try {
        counts[step.name] = await runStep(step, signal);
      } catch (err) {
        log.error({ err, reason: step.name }, 'A step of the retention run failed');
        failed.push(step.name);
        causes.push(err);
      }
    }
    await exports.removeAbandoned();
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
