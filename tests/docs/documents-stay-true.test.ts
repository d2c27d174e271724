import { readdirSync, readFileSync } from 'node:fs';
import { SETTINGS } from '../../src/config/settings.js';
import { ERROR_CODES } from '../../src/errors.js';

/** The rows of the first Markdown table below a heading, as trimmed cells, without head and rule. */
function tableBelow(path: string, heading: string): string[][] {
  const text = readFileSync(path, 'utf8');
  const start = text.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`${path} has no heading "${heading}"`);
  const lines = text.slice(start).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rows = lines.slice(first).findIndex((line) => !line.startsWith('|'));
  return lines.slice(first + 2, first + rows).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('each record of a decision has a number of its own, which its title says', () => {
  const names = readdirSync('docs/adr');
  const numbers = names.map((name) => Number(name.slice(0, 4)));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  for (const [index, name] of names.entries())
    expect(readFileSync(`docs/adr/${name}`, 'utf8')).toMatch(new RegExp(`^# ${numbers[index]}\\. `));
});

test('docs/errors.md lists exactly the error codes, with their status and message', () => {
  const documented = tableBelow('docs/errors.md', '## Codes').map(([code, status, message]) => [
    code,
    status,
    message,
  ]);
  const actual = Object.entries(ERROR_CODES).map(([code, { status, message }]) => [
    `\`${code}\``,
    String(status),
    message,
  ]);
  expect(documented).toEqual(actual);
});

test('the README lists exactly the settings, with their default and meaning', () => {
  const actual = Object.entries(SETTINGS).map(([name, setting]) => [
    `\`${name}\``,
    setting.default === null || setting.default === '' ? '' : `\`${setting.default}\``,
    setting.meaning,
  ]);
  expect(tableBelow('README.md', '## Configuration')).toEqual(actual);
});
