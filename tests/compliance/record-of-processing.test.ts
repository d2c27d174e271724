import { readFileSync } from 'node:fs';
import { readConfig } from '../../src/config.js';
import { REGISTER } from '../../src/privacy/register.js';
import { takeInventory } from '../../src/services/compliance/inventory/data-inventory.js';
import {
  writeRecordAsCsv,
  writeRecordAsMarkdown,
} from '../../src/services/compliance/inventory/record-of-processing.js';

const { config } = readConfig({ NODE_ENV: 'test' });
const inventory = takeInventory(config.retention);

test('docs/record-of-processing.md is the record as the register has it: `npm run custodia -- privacy record`', () => {
  expect(readFileSync('docs/record-of-processing.md', 'utf8')).toBe(writeRecordAsMarkdown(inventory));
});

test('it has a row for each personal column of the register, in every format', () => {
  const columns = Object.entries(REGISTER).flatMap(([model, entry]) =>
    Object.entries(entry.columns).flatMap(([name, column]) => (column.personal ? [`${model}.${name}`] : [])),
  );
  expect(inventory.map(({ model, field }) => `${model}.${field}`)).toEqual(columns);
  const lines = writeRecordAsCsv(inventory).split('\r\n');
  expect(lines).toHaveLength(columns.length + 2);
  expect(lines[1]).toMatch(/^"User","id",(?:"[^"]*",?){8}$/);
});

test('periods are those of the configuration', () => {
  const period = (days: string) =>
    takeInventory(readConfig({ NODE_ENV: 'test', RETENTION_ADDRESSES: days }).config.retention).find(
      ({ model, field }) => model === 'Session' && field === 'ipAddress',
    )?.retention;
  expect(period('90d')).toBe('90 days after the session was last seen, or the event');
  expect(period('36h')).toBe('36 hours after the session was last seen, or the event');
  expect(period('1d')).toBe('1 day after the session was last seen, or the event');
});
