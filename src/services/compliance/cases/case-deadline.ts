import { after, DAY } from '../../../clock.js';
import type { DataSubjectRequestType } from '../../../database/generated/client.js';

/** Days in which a request under the CCPA is answered, and by which that is extended once (11 CCR §7021). */
const CCPA_DAYS = 45;
/** Business days in which an opt-out under the CCPA is carried out (11 CCR §7026). */
const OPT_OUT_DAYS = 15;

/** By when a request of this type, received at `receivedAt`, must be answered. */
export function dueDate(type: DataSubjectRequestType, receivedAt: Date): Date {
  if (type === 'CCPA_OPT_OUT') return addBusinessDays(receivedAt, OPT_OUT_DAYS);
  return isCcpa(type) ? after(receivedAt, CCPA_DAYS * DAY) : addMonths(receivedAt, 1);
}

/** The later date after an extension: two further months (Art. 12(3) GDPR), 45 further days; null: none is allowed. */
export function extendedDueDate(type: DataSubjectRequestType, receivedAt: Date): Date | null {
  if (type === 'CCPA_OPT_OUT') return null;
  return isCcpa(type) ? after(receivedAt, 2 * CCPA_DAYS * DAY) : addMonths(receivedAt, 3);
}

function isCcpa(type: DataSubjectRequestType): boolean {
  return type.startsWith('CCPA_');
}

/**
 * The same day so many months later in UTC, or the month's last where it is shorter: 31 January → 28 February
 * (Regulation 1182/71, Art. 3(2)(c)).
 */
export function addMonths(date: Date, months: number): Date {
  const later = new Date(date);
  later.setUTCDate(1);
  later.setUTCMonth(later.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate();
  later.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return later;
}

function addBusinessDays(date: Date, days: number): Date {
  let later = date;
  for (let left = days; left > 0;) {
    later = after(later, DAY);
    if (later.getUTCDay() % 6 !== 0) left -= 1;
  }
  return later;
}
