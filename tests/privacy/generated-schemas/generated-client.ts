import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { PrismaClient } from '../../../src/database/generated/client.js';
import { readSchema } from '../../../src/database/migrations/migration-files.js';
import { EVERYTHING, openSchemaEngine } from '../../../src/database/migrations/schema-engine.js';
import { sealClient } from '../../../src/database/sealed-client.js';
import { checkConstraintSql } from '../../../src/privacy/check-constraints.js';
import { createPrivacy } from '../../../src/privacy/privacy.js';
import { createEmptyDatabase } from '../../setup/test-database.js';
import { testKeyRing } from '../../setup/test-keys.js';
import { callName, type SchemaShape } from './schema-arbitrary.js';
import { prismaSchema, registerOf } from './schema-text.js';

const run = promisify(execFile);

/** The operations of a client whose models are known only at run time. */
export type Delegates = Record<string, Record<string, (args: object) => Promise<unknown>>>;

export interface GeneratedDatabase {
  /** The sealing client, generated for the shape. */
  db: Delegates & { $transaction<T>(work: (tx: Delegates) => Promise<T>): Promise<T> };
  /** Runs SQL beneath the client, as the owner of the tables. */
  sql: <T = Record<string, unknown>>(text: string) => Promise<T[]>;
  close: () => Promise<void>;
}

/** Makes the shape real: a Prisma schema, the client generated from it, and a database with its tables and constraints. */
export async function openGenerated(shape: SchemaShape): Promise<GeneratedDatabase> {
  // Within the repository, from where the generated code finds Prisma's.
  const parent = resolve('tests/privacy/generated-schemas/generated');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'schema-'));
  const schemaPath = join(folder, 'schema.prisma');
  const [generator] = /generator client \{[^}]+\}/.exec(await readFile('prisma/schema.prisma', 'utf8')) ?? [];
  if (!generator) throw new Error('prisma/schema.prisma has no generator named client');
  const here = generator.replace(/output\s*=\s*"[^"]+"/, 'output = "client"');
  await writeFile(schemaPath, prismaSchema(shape, here));
  const [database] = await Promise.all([
    makeTables(shape, schemaPath),
    run(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--schema', schemaPath]),
  ]);
  const privacy = createPrivacy({ keyRing: testKeyRing(), register: registerOf(shape) });
  const generated = (await import(join(folder, 'client/client.ts'))) as { PrismaClient: typeof PrismaClient };
  const client = new generated.PrismaClient({
    adapter: new PrismaPg({ connectionString: database.ownerUrl, max: 3 }),
    omit: hiddenColumns(shape),
  });
  const raw = new pg.Client({ connectionString: database.ownerUrl });
  await raw.connect();
  return {
    db: sealClient(client as unknown as PrismaClient, privacy) as unknown as GeneratedDatabase['db'],
    sql: async <T>(text: string) => (await raw.query(text)).rows as T[],
    async close() {
      await raw.end();
      await client.$disconnect();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeTables(shape: SchemaShape, schemaPath: string) {
  const database = await createEmptyDatabase();
  const { engine, close } = await openSchemaEngine(database.ownerUrl);
  const { stdout } = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', ...(await readSchema(schemaPath)) },
    script: true,
    exitCode: null,
    filters: EVERYTHING,
  });
  await close();
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(`${stdout ?? ''}\n${checkConstraintSql(registerOf(shape))}`);
  await client.end();
  return database;
}

/** As in the product: search indexes are in no result. */
function hiddenColumns(shape: SchemaShape) {
  return Object.fromEntries(
    shape.map((model) => [
      callName(model),
      Object.fromEntries(
        model.columns.filter(({ searchable }) => searchable).map(({ name }) => [`${name}Index`, true]),
      ),
    ]),
  );
}
