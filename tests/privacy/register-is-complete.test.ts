import { readFileSync } from 'node:fs';
import { checkConstraintSql, snakeCase } from '../../src/privacy/check-constraints.js';
import { REGISTER } from '../../src/privacy/register.js';
import { migrationSql, parseSchema } from './schema-file.js';

const schema = parseSchema(readFileSync('prisma/schema.prisma', 'utf8'));

test('the register and the schema know the same models', () => {
  expect(Object.keys(REGISTER).sort()).toEqual([...schema.keys()].sort());
  expect(schema.size).toBeGreaterThan(8);
});

describe.each([...schema])('%s', (name, model) => {
  const entry = REGISTER[name]!;

  test('has an entry for each column, and none that is no column', () => {
    expect(Object.keys(entry.columns).sort()).toEqual(model.columns.map((column) => column.name).sort());
  });

  test('has its relations', () => {
    expect(entry.relations).toEqual(
      Object.fromEntries(model.relations.map(({ name, ...relation }) => [name, relation])),
    );
  });

  test('has its table, its row id and the database’s names of its columns', () => {
    expect(entry.table).toBe(model.table);
    expect(entry.rowId).toBe(model.columns.find((column) => column.isId)?.name);
    for (const column of model.columns) expect(column.databaseName).toBe(snakeCase(column.name));
  });

  test('says whose row it is', () => {
    const { owner } = entry;
    if (owner.by === 'self') expect(name).toBe('User');
    if (owner.by === 'column') {
      expect(entry.columns[owner.column]).toBeDefined();
      expect(entry.relations[owner.relation]).toEqual({ model: 'User', kind: 'parent' });
    }
    if (owner.by === 'link') {
      expect(entry.columns[owner.column]?.personal).toBe(true);
      expect(entry.relations).toEqual({});
    }
    if (owner.by === 'keyed hash') expect(entry.columns[owner.column]?.personal).toBe(true);
    if (owner.by === 'way of') expect(entry.relations[owner.relation]?.kind).toBe('parent');
    if (owner.by === 'nobody')
      expect(Object.values(entry.columns).every((column) => !column.personal)).toBe(true);
  });

  test('gives words a lawyer can use', () => {
    for (const column of Object.values(entry.columns)) {
      expect((column.personal ? column.purpose : column.why).length).toBeGreaterThan(8);
    }
  });

  test('seals only columns that can hold an envelope, of rows that have an owner', () => {
    for (const column of model.columns) {
      const sealing = entry.columns[column.name];
      if (!sealing?.personal || !sealing.sealed) continue;
      expect(column.type).toBe(sealing.sealed === 'text' ? 'String' : 'Json');
      expect(['self', 'column']).toContain(entry.owner.by);
      expect(Boolean(sealing.searchable)).toBe(
        model.columns.some(({ name }) => name === `${column.name}Index`),
      );
      expect(model.columns.find(({ isId }) => isId)?.name).toBe(entry.rowId);
    }
  });
});

test('what the issue lists is sealed', () => {
  const sealed = Object.entries(REGISTER).flatMap(([model, { columns }]) =>
    Object.entries(columns).flatMap(([name, column]) =>
      column.personal && column.sealed ? [`${model}.${name}`] : [],
    ),
  );
  expect(sealed).toEqual(
    expect.arrayContaining([
      'User.email', 'User.passwordHash', 'UserProfile.fullName', 'UserProfile.phoneNumber', 'UserProfile.avatarUrl',
      'UserProfile.preferences', 'Session.ipAddress', 'Session.userAgent', 'AuditOrigin.origin',
      'SocialLogin.providerId', 'OneTimeToken.email', 'OutgoingMail.message',
    ]), // prettier-ignore
  );
});

test('each sealed column has its CHECK in the migrations', () => {
  const statements = checkConstraintSql(REGISTER).trim().split('\n');
  expect(statements.length).toBeGreaterThan(12);
  const migrations = migrationSql();
  for (const statement of statements) expect(migrations).toContain(statement);
});
