import { createHash } from 'node:crypto';
import type {
  DiagnoseMigrationHistoryOutput,
  MigrationList,
} from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import type { Log } from '../../log.js';
import { readMigrations } from './migration-files.js';
import { EVERYTHING, openSchemaEngine, type OpenEngine } from './schema-engine.js';
import { StartError } from '../start-error.js';

/** The advisory lock that processes starting at once take in turn; any number that nobody else uses. */
const MIGRATION_LOCK = 4_839_201;

/**
 * Brings a database up to the migrations in `migrationsDir` with Prisma Migrate's own engine, which keeps the
 * ordinary `_prisma_migrations` table. Processes that start at once take turns.
 *
 * @returns the names of the migrations that were applied now.
 * @throws StartError when the database cannot be brought there: a migration failed halfway, the database is
 *   newer than this build, a migration was edited after it was applied, or the tables are somebody else's.
 */
export async function applyMigrations(options: {
  url: string;
  migrationsDir: string;
  log: Log;
}): Promise<string[]> {
  const migrations = await readMigrations(options.migrationsDir);
  const turn = new pg.Client({ connectionString: options.url });
  turn.on('error', () => undefined);
  await turn.connect();
  try {
    await turn.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    if (await isUpToDate(turn, migrations)) return [];
    return await applyInTurn(options.url, migrations, options.log, turn);
  } finally {
    await turn.end();
  }
}

/**
 * Whether exactly these migrations are applied, each as it is in its file: then the engine need not be loaded, which
 * takes a tenth of a second of each start. Whatever else there is, it is for the engine to say.
 */
async function isUpToDate(client: pg.Client, { migrationDirectories }: MigrationList): Promise<boolean> {
  const { rows: tables } = await client.query<{ name: string | null }>(
    "SELECT to_regclass('_prisma_migrations') AS name",
  );
  if (!tables[0]?.name) return false;
  const { rows } = await client.query<{ name: string; checksum: string; isApplied: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isApplied"
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const checksums = new Map(rows.map(({ name, checksum, isApplied }) => [name, isApplied ? checksum : null]));
  return (
    rows.length === migrationDirectories.length &&
    migrationDirectories.every(({ path, migrationFile: { content } }) => {
      if (content.tag !== 'ok') return false;
      return checksums.get(path) === createHash('sha256').update(content.value).digest('hex');
    })
  );
}

async function applyInTurn(
  url: string,
  migrations: MigrationList,
  log: Log,
  client: pg.Client,
): Promise<string[]> {
  const opened = await openSchemaEngine(url);
  try {
    const state = await opened.engine.diagnoseMigrationHistory({
      migrationsList: migrations,
      optInToShadowDatabase: false,
      filters: EVERYTHING,
    });
    refuseUnusable(state);
    if (!state.hasMigrationsTable) await refuseForeignTables(client);
    const { appliedMigrationNames } = await applyAll(opened, migrations);
    for (const migration of appliedMigrationNames) log.info({ migration }, 'applied a migration');
    return appliedMigrationNames;
  } finally {
    await opened.close();
  }
}

function refuseUnusable(state: DiagnoseMigrationHistoryOutput): void {
  const { failedMigrationNames: failed, editedMigrationNames: edited, history } = state;
  if (failed.length > 0) {
    throw new StartError(
      `The migration ${failed.join(', ')} failed halfway in this database. Restore the backup from before it, or ` +
        'repair the tables by hand and set rolled_back_at of its row in _prisma_migrations; then start again.',
    );
  }
  if (edited.length > 0) {
    throw new StartError(
      `The migration ${edited.join(', ')} was applied to this database in another form than this build has it.`,
    );
  }
  if (history === null || history.diagnostic === 'databaseIsBehind') return;
  throw new StartError(
    `This database is newer than this build: it has the migration ${history.unpersistedMigrationNames.join(', ')}, ` +
      'which the build does not know. Start the newer build.',
  );
}

/** A database without our table of migrations must be empty: its tables would be mixed with ours. */
async function refuseForeignTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
     ORDER BY 1 LIMIT 5`,
  );
  if (rows.length === 0) return;
  throw new StartError(
    `The database of DATABASE_URL holds tables that are not Custodia's (${rows.map(({ name }) => name).join(', ')}). ` +
      'Give it an empty database of its own.',
  );
}

async function applyAll(
  { engine }: OpenEngine,
  migrations: MigrationList,
): Promise<{ appliedMigrationNames: string[] }> {
  try {
    return await engine.applyMigrations({ migrationsList: migrations, filters: EVERYTHING });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : 'unknown';
    throw new StartError(`A migration failed: ${said}`, { cause });
  }
}
