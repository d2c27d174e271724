import { badInput } from '../../errors.js';

/**
 * Reads an `application/x-www-form-urlencoded` body (URL Standard §5.1), strictly: bytes that are not UTF-8 are
 * refused, where URLSearchParams would put U+FFFD into a password. Of a repeated field the first counts.
 *
 * @throws AppError BAD_USER_INPUT
 */
export function parseFormBody(body: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    for (const pair of text.split('&')) {
      if (pair === '') continue;
      const split = pair.indexOf('=');
      const name = decode(split === -1 ? pair : pair.slice(0, split));
      if (!fields.has(name)) fields.set(name, split === -1 ? '' : decode(pair.slice(split + 1)));
    }
  } catch {
    throw badInput('body', 'must be a form in UTF-8');
  }
  return fields;
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
