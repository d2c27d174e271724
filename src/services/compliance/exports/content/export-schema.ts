import type { Database } from '../../../../database/client.js';
import { snakeCase } from '../../../../privacy/check-constraints.js';
import { REGISTER } from '../../../../privacy/register.js';
import type { ExportTable } from './export-tables.js';

type JsonSchema = Record<string, unknown>;

const ANY_JSON: JsonSchema = { type: ['object', 'array', 'string', 'number', 'boolean', 'null'] };

/** How a value of a PostgreSQL type looks in JSON. */
const JSON_TYPES: Readonly<Record<string, JsonSchema>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  smallint: { type: 'integer' },
  'timestamp with time zone': { type: 'string', format: 'date-time' },
  jsonb: ANY_JSON,
  json: ANY_JSON,
  ARRAY: { type: 'array', items: { type: 'string' } },
};

const INVENTORY_ENTRY: JsonSchema = {
  type: 'object',
  required: ['record', 'field', 'category', 'purpose', 'legalBasis', 'retention'],
  properties: Object.fromEntries(
    ['record', 'field', 'category', 'purpose', 'legalBasis', 'retention'].map((name) => [
      name,
      { type: 'string' },
    ]),
  ),
};

const RECIPIENT: JsonSchema = {
  type: 'object',
  required: ['name', 'purpose'],
  properties: { name: { type: 'string' }, purpose: { type: 'string' } },
};

/** The JSON Schema (2020-12) of `data.json`: the register's words, and the types that the columns have in the database. */
export async function describeExport(db: Database, tables: readonly ExportTable[]): Promise<JsonSchema> {
  const types = await readColumnTypes(db, tables);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Everything held about one person',
    type: 'object',
    required: ['format', 'exportId', 'subjectId', 'generatedAt', 'service', 'about', 'recipients', 'records'],
    properties: {
      format: { const: EXPORT_FORMAT },
      exportId: { type: 'string', format: 'uuid' },
      subjectId: { type: 'string', format: 'uuid' },
      generatedAt: { type: 'string', format: 'date-time' },
      service: { type: 'string' },
      about: {
        description: 'What each value is held for, and how long.',
        type: 'array',
        items: INVENTORY_ENTRY,
      },
      recipients: { description: 'Who else received data.', type: 'array', items: RECIPIENT },
      records: {
        type: 'object',
        required: tables.map(({ model }) => model),
        properties: Object.fromEntries(tables.map((table) => [table.model, describeTable(table, types)])),
      },
    },
  };
}

export const EXPORT_FORMAT = 'custodia-export/1';

function describeTable(
  { model, table, columns, accountColumns }: ExportTable,
  types: ColumnTypes,
): JsonSchema {
  const describe = (name: string): JsonSchema => {
    const column = REGISTER[model]?.columns[name];
    const { type, nullable } = types.get(`${table}.${snakeCase(name)}`) ?? { type: 'text', nullable: true };
    const shape = accountColumns.has(name) ? { type: 'string' } : (JSON_TYPES[type] ?? { type: 'string' });
    return {
      ...(nullable && typeof shape.type === 'string' ? { ...shape, type: [shape.type, 'null'] } : shape),
      ...(column?.personal ? { description: column.purpose } : {}),
    };
  };
  return {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: [...columns],
      properties: Object.fromEntries(columns.map((name) => [name, describe(name)])),
    },
  };
}

type ColumnTypes = Map<string, { type: string; nullable: boolean }>;

async function readColumnTypes(db: Database, tables: readonly ExportTable[]): Promise<ColumnTypes> {
  const names = tables.map(({ table }) => table);
  const rows = await db.$queryRaw<{ column: string; type: string; nullable: boolean }[]>`
    SELECT table_name || '.' || column_name AS column, data_type::text AS type, is_nullable = 'YES' AS nullable
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = ANY(${names})`;
  return new Map(rows.map(({ column, type, nullable }) => [column, { type, nullable }]));
}
