import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '../../src/errors.js';
import { parseDateTime } from '../../src/input/date-time.js';
import { parseEmailAddress } from '../../src/input/email-address.js';
import { parseHttpUrl } from '../../src/input/http-url.js';
import { parseJsonObject } from '../../src/input/json-object.js';
import { parsePhoneNumber } from '../../src/input/phone-number.js';
import { parseRawText, parseText } from '../../src/input/text.js';
import { parseUuid } from '../../src/input/uuid.js';

const VECTORS = new URL('../../../shared/vectors/naughty-strings.json', import.meta.url);
const PARSERS = {
  parseDateTime,
  parseEmailAddress,
  parseHttpUrl,
  parsePhoneNumber,
  parseRawText,
  parseText,
  parseUuid,
};

if (!existsSync(VECTORS)) {
  test.skip('naughty strings: ../shared/vectors is not there', () => undefined);
} else {
  const strings = JSON.parse(readFileSync(VECTORS, 'utf8')) as string[];

  test.each(Object.entries(PARSERS))('%s takes or refuses every naughty string', (_name, parse) => {
    for (const value of strings) expectTakenOrRefused(() => parse(value, 'field'), value);
  });

  test('parseJsonObject takes or refuses every naughty string, as key and as value', () => {
    for (const value of strings)
      expectTakenOrRefused(() => parseJsonObject({ [value]: value }, 'field'), value);
  });
}

/** A refusal names the field and does not repeat the value. */
function expectTakenOrRefused(action: () => unknown, value: string): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(Object.keys(error.fields ?? {})).toEqual(['field']);
    if (value.length > 8) expect(JSON.stringify([error.message, error.fields])).not.toContain(value);
  }
}
