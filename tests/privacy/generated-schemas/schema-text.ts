import { snakeCase } from '../../../src/privacy/check-constraints.js';
import {
  belongsToUser,
  BY_USER,
  type Column as Registered,
  type ModelEntry,
  notPersonal,
  OWN_ROW,
  personal,
  searchIndexOf,
  USER_RELATION,
} from '../../../src/privacy/register/entry.js';
import { AUTH } from '../../../src/privacy/register/auth.js';
import {
  callName,
  type Column,
  isSealed,
  type ModelShape,
  rowIdOf,
  type SchemaShape,
} from './schema-arbitrary.js';

/** The shape as a Prisma schema, written as the product's own is: `generator` is taken over from that. */
export function prismaSchema([user, ...others]: SchemaShape, generator: string): string {
  const list = others.map((other) =>
    other.kind === 'child' ? `  ${callName(other)} ${other.name}?` : `  ${callName(other)} ${other.name}[]`,
  );
  return [
    generator,
    'datasource db {\n  provider = "postgresql"\n}',
    model(user, ['  dataKey DataKey?', ...list]),
    ...others.map((other) => model(other, [USER])),
    `model DataKey {
  userId String @id @map("user_id") @db.Uuid
  wrappedKey String @map("wrapped_key")
  createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(3)
${USER}
  @@map("data_keys")
}`,
  ].join('\n\n');
}

const USER = '  user User @relation(fields: [userId], references: [id], onDelete: Cascade)';

function model(shape: ModelShape, relations: string[]): string {
  const own =
    shape.kind === 'child' ? [] : ['  id String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid'];
  const owner =
    shape.kind === 'self'
      ? []
      : [`  userId String ${shape.kind === 'child' ? '@id ' : ''}@map("user_id") @db.Uuid`];
  const columns = shape.columns.flatMap(columnLines);
  return [
    `model ${shape.name} {`,
    ...own,
    ...owner,
    ...columns,
    ...relations,
    `  @@map("${tableOf(shape)}")`,
    '}',
  ].join('\n');
}

function columnLines({ name, kind, required, searchable, unique }: Column): string[] {
  const type = kind === 'text' ? 'String' : kind.startsWith('json') ? 'Json' : kind;
  const once = unique ? ' @unique' : '';
  const standard = kind === 'json-or-empty' ? ' @default("{}")' : '';
  const line = `  ${name} ${type}${required ? '' : '?'}${once}${standard} @map("${snakeCase(name)}")`;
  if (!searchable) return [line];
  const index = `  ${name}Index String${required ? ' @default("")' : '?'}${once} @map("${snakeCase(name)}_index")`;
  return [line, index];
}

export function tableOf({ name }: ModelShape): string {
  return `${snakeCase(callNameOf(name))}s`;
}

function callNameOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What the register of personal data says of such tables. */
export function registerOf([user, ...others]: SchemaShape): Readonly<Record<string, ModelEntry>> {
  const relations = Object.fromEntries(
    others.map((other) => [callName(other), { model: other.name, kind: other.kind as 'child' | 'children' }]),
  );
  const entries = [user, ...others].map((shape): [string, ModelEntry] => {
    const isUser = shape.kind === 'self';
    return [
      shape.name,
      {
        table: tableOf(shape),
        rowId: rowIdOf(shape),
        owner: isUser ? OWN_ROW : BY_USER,
        columns: {
          ...(shape.kind === 'child' ? {} : { id: notPersonal('A random number of the row') }),
          ...(isUser ? {} : { userId: belongsToUser }),
          ...Object.fromEntries(shape.columns.flatMap(registered)),
        },
        relations: isUser ? { ...relations, dataKey: { model: 'DataKey', kind: 'child' } } : USER_RELATION,
      },
    ];
  });
  return { ...Object.fromEntries(entries), DataKey: AUTH.DataKey };
}

function registered({ name, kind, searchable }: Column): [string, Registered][] {
  if (!isSealed(kind)) return [[name, personal('profile data', 'Made up')]];
  const column = personal('profile data', 'Made up', { sealed: kind, searchable });
  return searchable
    ? [
        [name, column],
        [`${name}Index`, searchIndexOf(name)],
      ]
    : [[name, column]];
}
