import { badInput, type AppError } from '../errors.js';

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/**
 * A moment in RFC 3339 form with a time zone. Digits beyond milliseconds are dropped; leap seconds and
 * days that the month does not have are refused.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parseDateTime(value: unknown, field: string): Date {
  const refusal = (): AppError => badInput(field, 'must be a date and time such as 2026-01-31T15:04:05.123Z');
  const match = typeof value === 'string' ? RFC_3339.exec(value) : null;
  if (!match) throw refusal();
  const [, year, month, day] = match.map(Number);
  // Date.parse turns 30 February into 2 March.
  if (!month || !day || month > 12 || day > new Date(Date.UTC(year ?? 0, month, 0)).getUTCDate())
    throw refusal();
  const date = new Date(value as string);
  if (Number.isNaN(date.getTime())) throw refusal();
  return date;
}
