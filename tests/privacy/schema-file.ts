import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface SchemaColumn {
  name: string;
  type: string;
  databaseName: string;
  isId: boolean;
}

interface SchemaModel {
  table: string;
  columns: SchemaColumn[];
  relations: { name: string; model: string; kind: string }[];
}

/** The models of a Prisma schema, read line by line: Prisma offers no description of them at run time. */
export function parseSchema(text: string): Map<string, SchemaModel> {
  const blocks = [...text.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)];
  const names = new Set(blocks.map(([, name]) => name));
  const models = new Map<string, SchemaModel>();
  for (const [, name = '', body = ''] of blocks) {
    const model: SchemaModel = {
      table: /@@map\("(.*)"\)/.exec(body)?.[1] ?? name,
      columns: [],
      relations: [],
    };
    for (const line of body.split('\n')) {
      const [, field, type, marks, rest = ''] = /^\s+(\w+)\s+(\w+)([[\]?]*)(.*)$/.exec(line) ?? [];
      if (!field || !type) continue;
      if (!names.has(type)) {
        const databaseName = /@map\("(.*?)"\)/.exec(rest)?.[1] ?? field;
        model.columns.push({ name: field, type, databaseName, isId: /@id\b/.test(rest) });
      } else {
        const kind = rest.includes('@relation') ? 'parent' : marks === '[]' ? 'children' : 'child';
        model.relations.push({ name: field, model: type, kind });
      }
    }
    models.set(name, model);
  }
  return models;
}

/** The text of all migrations, in order. */
export function migrationSql(): string {
  const root = 'prisma/migrations';
  return readdirSync(root)
    .sort()
    .map((name) => join(root, name, 'migration.sql'))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}
