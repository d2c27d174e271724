import { DAY, HOUR, MINUTE, SECOND } from '../../clock.js';
import type { GuardSettings } from '../../config/guard-settings.js';
import type { Rule } from './budget.js';

/** What attempts are held against; docs/guards.md explains each to operators. */
export type Rules = ReturnType<typeof rulesOf>;

/** How long a count of an account's failures is kept after the last of them. */
const CEILING_MEMORY = 30 * DAY;

/** Far above what the people behind one address need, and far below what would fill a table. */
const PROVIDER_TRIPS_PER_HOUR = 1_000;
const PASSKEY_QUESTIONS_PER_HOUR = 1_000;
/** Accounts that one network is held off from and that leave an event each. */
const REFUSAL_EVENTS_PER_HOUR = 60;

/** The rules with the figures that the operator chose. */
export function rulesOf(settings: GuardSettings) {
  const hourly = (free: number): Rule => ({
    free,
    firstDelay: HOUR,
    longestDelay: HOUR,
    memory: HOUR,
    window: true,
  });
  return {
    /** Failures against one account from one network. */
    accountFromNetwork: {
      free: settings.failuresPerAccount,
      firstDelay: 5 * SECOND,
      longestDelay: HOUR,
      memory: DAY,
      window: false,
    },
    /** Failures from one network, whatever the account. */
    network: {
      free: settings.failuresPerNetwork,
      firstDelay: SECOND,
      longestDelay: 5 * MINUTE,
      memory: HOUR,
      window: false,
    },
    /** Failures in a row against one account, wherever they come from (NIST SP 800-63B, section 3.2.2). */
    account: {
      free: settings.failuresCeiling,
      firstDelay: CEILING_MEMORY,
      longestDelay: CEILING_MEMORY,
      memory: CEILING_MEMORY,
      window: false,
    },
    /** Failures against one account on a device that has signed in to it before. */
    device: {
      free: settings.failuresPerDevice,
      firstDelay: 5 * SECOND,
      longestDelay: HOUR,
      memory: DAY,
      window: false,
    },
    /** Failures in a row on such a device, until it is one like any other. */
    deviceCeiling: {
      free: settings.failuresCeiling,
      firstDelay: CEILING_MEMORY,
      longestDelay: CEILING_MEMORY,
      memory: CEILING_MEMORY,
      window: false,
    },
    /** Browsers sent to a provider: each is a row for a day. */
    providerTrip: hourly(PROVIDER_TRIPS_PER_HOUR),
    /** Sign-ins with a passkey that were begun: each is a row for some minutes. */
    passkeyQuestion: hourly(PASSKEY_QUESTIONS_PER_HOUR),
    registration: hourly(settings.registrationsPerHour),
    mailRequest: hourly(settings.mailRequestsPerHour),
    mail: hourly(settings.mailsPerHour),
    /** Refusals of the guard that leave an event: of one account, or of one network where there is none. */
    refusalEvent: hourly(1),
    /** Those of one network, whatever the account. */
    refusalEvents: hourly(REFUSAL_EVENTS_PER_HOUR),
  } as const satisfies Record<string, Rule>;
}
