import { REGISTER } from '../../../src/privacy/register.js';
import { notPersonal, personal } from '../../../src/privacy/register/entry.js';
import { planErasure } from '../../../src/services/compliance/erasure/erasure-plan.js';

const plan = planErasure(REGISTER);
const tables = [...plan.deleted, ...plan.hashed, ...plan.cleared, plan.keys].map(({ table }) => table);

test('every table of the register that holds personal data is emptied, goes with another, or keeps nothing but proof', () => {
  for (const [name, { table, owner, columns, relations }] of Object.entries(REGISTER)) {
    const personalColumns = Object.values(columns).filter((column) => column.personal);
    if (personalColumns.length === 0) continue;
    const parent = owner.by === 'way of' ? REGISTER[relations[owner.relation]?.model ?? ''] : undefined;
    const goesWithParent = plan.deleted.some((erasure) => erasure.table === parent?.table);
    const isKeptWhole = personalColumns.every((column) => column.onErasure.startsWith('kept'));
    expect({ name, isCovered: tables.includes(table) || goesWithParent || isKeptWhole }).toEqual({
      name,
      isCovered: true,
    });
  }
});

test('no sealed column and no search index survives', () => {
  for (const { table, owner, columns } of Object.values(REGISTER)) {
    for (const [name, column] of Object.entries(columns)) {
      if (!column.personal || (!column.sealed && column.category !== 'search index')) continue;
      expect(column.onErasure).not.toMatch(/^kept/);
      expect(['self', 'column']).toContain(owner.by);
      expect({ table, name, isPlanned: tables.includes(table) }).toEqual({ table, name, isPlanned: true });
    }
  }
});

test('the account itself comes last, and keeps what says that it existed', () => {
  const own = plan.cleared.at(-1);
  expect(own?.table).toBe('users');
  expect(own?.columns).toEqual(
    expect.arrayContaining(['email', 'email_index', 'password_hash', 'last_login_at']),
  );
  for (const kept of ['id', 'status', 'created_at', 'deleted_at']) expect(own?.columns).not.toContain(kept);
});

test.each([
  ['personal data that belongs to nobody', { owner: { by: 'nobody' } }],
  ['data to be deleted in rows that only link to the person', { owner: { by: 'link', column: 'userId' } }],
] as const)('a register with %s is refused when the process starts', (_what, difference) => {
  const table = {
    table: 'notes',
    rowId: 'id',
    columns: {
      id: notPersonal('A random number'),
      userId: personal('account identifier', 'Names the person'),
    },
    relations: {},
    ...difference,
  };
  expect(() => planErasure({ ...REGISTER, Note: table })).toThrow(/Note/);
});
