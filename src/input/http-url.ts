import { badInput, type AppError } from '../errors.js';

const MAX_URL_LENGTH = 2048;

/**
 * An absolute http or https URL without credentials, in the WHATWG URL standard's normal form.
 *
 * @throws AppError BAD_USER_INPUT naming `field`
 */
export function parseHttpUrl(value: unknown, field: string): string {
  const refusal = (): AppError =>
    badInput(field, `must be an http or https URL of at most ${MAX_URL_LENGTH} characters`);
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !value.isWellFormed()) throw refusal();
  // The URL parser drops tabs and line breaks in silence: what it would have to repair is refused.
  if (!/^https?:\/\/[^\s\p{C}\\]+$/iu.test(value) || !URL.canParse(value)) throw refusal();
  const url = new URL(value);
  if (url.username !== '' || url.password !== '')
    throw badInput(field, 'must not contain a user name or password');
  if (url.href.length > MAX_URL_LENGTH) throw refusal();
  return url.href;
}
