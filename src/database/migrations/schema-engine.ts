import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine, SchemaFilter } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg') & {
  __wbg_set_wasm(exports: unknown): void;
};

/** The one function of WebAssembly that is needed here; TypeScript knows it only with a browser's types. */
interface Instantiate {
  instantiate(
    module: Buffer,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

/** The engine checks that the provider of the datasource and that of the adapter are the same. */
const DATASOURCE_ONLY = 'datasource db {\n  provider = "postgresql"\n}\n';

/** No table or enum is left out of an operation. */
export const EVERYTHING: SchemaFilter = { externalTables: [], externalEnums: [] };

const { CHAR, TEXT }: Record<string, number> = pg.types.builtins;

let loading: Promise<EngineModule> | undefined;

export interface OpenEngine {
  engine: SchemaEngine;
  close: () => Promise<void>;
}

/**
 * Opens Prisma Migrate's own engine on a database. Nothing is downloaded and no process is started: it
 * runs as WebAssembly and reaches PostgreSQL through node-postgres.
 *
 * @param url the database that the engine works on, and also the one that it replays migrations in when it
 *   compares them with a schema: for that it must be empty.
 */
export async function openSchemaEngine(url: string): Promise<OpenEngine> {
  const { SchemaEngine } = await (loading ??= loadEngine());
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  const connect = connectForMigrations(pool);
  // The adapter's own shadow database keeps the name in the connection string, hence the live database.
  const onOneDatabase = {
    adapterName: new PrismaPg(pool).adapterName,
    provider: 'postgres' as const,
    connect,
    connectToShadowDb: connect,
  };
  const engine = await SchemaEngine.new(
    { datamodels: [['schema.prisma', DATASOURCE_ONLY]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(onOneDatabase),
  ).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  const close = async () => {
    engine.free();
    await pool.end();
  };
  return { engine, close };
}

/** Connects with two shortcomings of the adapter made good, which only the schema engine meets. */
function connectForMigrations(pool: pg.Pool): () => Promise<SqlDriverAdapter> {
  // The engine reads columns of the catalogue's type "char", which the adapter refuses (prisma/orm issue 27403).
  const charColumns = new WeakMap<object, number[]>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryArrayResult>;
  const queryAsText = async (...args: unknown[]) => {
    const result = await query(...args);
    const found = (result.fields ?? []).flatMap((field, index) => (field.dataTypeID === CHAR ? [index] : []));
    for (const index of found) Object.assign(result.fields[index] ?? {}, { dataTypeID: TEXT });
    if (found.length > 0) charColumns.set(result.rows, found);
    return result;
  };
  Object.assign(pool, { query: queryAsText });
  return async () => {
    const connection = await new PrismaPg(pool).connect();
    const queryRaw = connection.queryRaw.bind(connection);
    connection.queryRaw = async (params) => {
      const set = await queryRaw(params);
      for (const index of charColumns.get(set.rows) ?? []) set.columnTypes[index] = ColumnTypeEnum.Character;
      return set;
    };
    // The adapter cuts scripts at every semicolon, those in comments and texts too. Sent whole, a script is also
    // applied whole or not at all.
    connection.executeScript = async (sql) => {
      await connection.executeRaw({ sql, args: [], argTypes: [] });
    };
    return connection;
  };
}

/** Node 20 cannot import WebAssembly as a module, so it is instantiated by hand. */
async function loadEngine(): Promise<EngineModule> {
  const name = '@prisma/schema-engine-wasm/schema_engine_bg';
  const engine = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as EngineModule;
  const file = join(dirname(createRequire(import.meta.url).resolve(name)), 'schema_engine_bg.wasm');
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Instantiate };
  const imports = { './schema_engine_bg.js': withoutLingering(engine) };
  const { instance } = await WebAssembly.instantiate(await readFile(file), imports);
  engine.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return engine;
}

/**
 * What the engine calls, its timers excepted from what keeps a process running: it sets one of ten seconds for its lock,
 * and leaves it behind when it has the lock. While it works, its connection keeps the process.
 */
function withoutLingering(engine: EngineModule): Record<string, unknown> {
  const setUnref = (work: () => void, milliseconds: number) => setTimeout(work, milliseconds >>> 0).unref();
  return Object.fromEntries(
    Object.entries(engine).map(([name, value]: [string, unknown]) => [
      name,
      name.startsWith('__wbg_setTimeout') ? setUnref : value,
    ]),
  );
}
