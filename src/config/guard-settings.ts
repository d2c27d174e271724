import type { SETTINGS, SettingName } from './settings.js';

/** How many attempts are free of any wait, and where they are counted. */
export interface GuardSettings {
  /** null: in PostgreSQL. */
  redisUrl: string | null;
  failuresPerAccount: number;
  failuresPerDevice: number;
  failuresPerNetwork: number;
  failuresCeiling: number;
  registrationsPerHour: number;
  mailRequestsPerHour: number;
  mailsPerHour: number;
}

type Read = <N extends SettingName>(name: N) => ReturnType<(typeof SETTINGS)[N]['parse']> | null;

/** Reads the budgets of attempts; a figure that cannot be read leaves none, and the start is refused anyway. */
export function readGuardSettings(read: Read): GuardSettings {
  return {
    redisUrl: read('REDIS_URL'),
    failuresPerAccount: read('GUARD_FAILURES_PER_ACCOUNT') ?? 1,
    failuresPerDevice: read('GUARD_FAILURES_PER_DEVICE') ?? 1,
    failuresPerNetwork: read('GUARD_FAILURES_PER_NETWORK') ?? 1,
    failuresCeiling: read('GUARD_FAILURES_CEILING') ?? 1,
    registrationsPerHour: read('GUARD_REGISTRATIONS_PER_HOUR') ?? 1,
    mailRequestsPerHour: read('GUARD_MAIL_REQUESTS_PER_HOUR') ?? 1,
    mailsPerHour: read('GUARD_MAILS_PER_HOUR') ?? 1,
  };
}
