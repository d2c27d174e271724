/**
 * How long what is kept, and since when it counts. The register names a rule, the configuration holds its
 * period, and the job `retention.run` carries it out: nobody states a period twice.
 */
export const RETENTION_RULES = {
  'spent links': { period: 'tokens', since: 'after the link was used or ran out' },
  'unanswered questions': {
    period: 'tokens',
    since: 'after the question to the passkey ran out; answered ones go at once',
  },
  'ended sessions': { period: 'sessions', since: 'after the session ended' },
  'sign-in addresses': { period: 'addresses', since: 'after the session was last seen, or the event' },
  'finished exports': {
    period: 'exports',
    since: 'after the export was ready; the entry itself stays until erasure',
  },
  'repeatable requests': { period: 'requests', since: 'after the request' },
} as const satisfies Record<string, RetentionRuleEntry>;

interface RetentionRuleEntry {
  /** The setting that holds the period. */
  period: 'tokens' | 'sessions' | 'addresses' | 'exports' | 'requests';
  since: string;
}

export type RetentionRule = keyof typeof RETENTION_RULES;
