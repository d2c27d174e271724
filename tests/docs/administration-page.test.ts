import { readFileSync } from 'node:fs';
import { ACCESS, findAccess } from '../../src/security/rights/access.js';
import { PERMISSIONS } from '../../src/security/rights/permissions.js';

const page = readFileSync('docs/administration.md', 'utf8');

/** The cells of the table below a heading. */
function tableBelow(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('docs/administration.md lists exactly the permissions, who holds each, and what it is for', () => {
  const actual = Object.entries(PERMISSIONS).map(([name, { roles, meaning }]) => [
    `\`${name}\``,
    roles.map((role) => `\`${role}\``).join(', '),
    meaning,
  ]);
  expect(tableBelow('Roles and permissions')).toEqual(actual);
});

test('it names for each operation the permission that the table of access asks for', () => {
  const rows = tableBelow('Operations');
  expect(rows.length).toBeGreaterThan(5);
  for (const [operations = '', permission = ''] of rows) {
    for (const [, name = ''] of operations.matchAll(/`(\w+)`/g)) {
      const access = findAccess('Mutation', name) ?? findAccess('Query', name);
      expect([name, `\`${String(name === 'user' ? 'users:read' : access)}\``]).toEqual([name, permission]);
    }
  }
  expect(ACCESS.User).toBeDefined();
});
