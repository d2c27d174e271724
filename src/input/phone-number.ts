import { badInput } from '../errors.js';

/**
 * A telephone number in E.164's canonical form: `+`, then 7 to 15 digits, the first not 0.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parsePhoneNumber(value: unknown, field: string): string {
  if (typeof value === 'string' && /^\+[1-9][0-9]{6,14}$/.test(value)) return value;
  throw badInput(field, 'must be a telephone number in E.164 form, such as +14155550123');
}
