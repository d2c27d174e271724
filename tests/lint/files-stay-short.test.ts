import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// ESLint holds the maximum for every file there is; a median is no rule of a single file.

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.split('/').includes('generated'),
);
const lengths = files
  .map((name) => readFileSync(join('src', name), 'utf8').trimEnd().split('\n').length)
  .sort((one, other) => one - other);

test('the median source file has fewer than 100 lines, and none has more than 300', () => {
  expect(lengths.length).toBeGreaterThan(400);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
  expect(lengths.at(-1)).toBeLessThanOrEqual(300);
});
