import { readFileSync } from 'node:fs';
import { REGISTER } from '../../../src/privacy/register.js';

test('docs/data-export.md names every column that an export leaves out, and no other', () => {
  const kept = Object.entries(REGISTER).flatMap(([model, { columns }]) =>
    Object.entries(columns).flatMap(([name, column]) =>
      column.personal && !column.exported && column.category !== 'search index' ? [`${model}.${name}`] : [],
    ),
  );
  const [, table = ''] = readFileSync('docs/data-export.md', 'utf8').split('| left out');
  const named = table.split('\n\n')[0]?.matchAll(/`([A-Z]\w+\.\w+)`/g) ?? [];
  expect([...named].map(([, name]) => name).sort()).toEqual(kept.sort());
});
