import { readMigrations, readSchema } from './migration-files.js';
import { EVERYTHING, openSchemaEngine } from './schema-engine.js';
import { withScratchDatabase } from './scratch-database.js';

/**
 * The SQL that leads from what the migrations build to what the schema describes; an empty string when they
 * agree. Constraints that Prisma's schema language cannot express (`CHECK`) do not count.
 *
 * @param options.serverUrl any database of a server where the migrations may be replayed, in one of their own.
 */
export async function diffSchema(options: {
  serverUrl: string;
  migrationsDir: string;
  schemaPath: string;
}): Promise<string> {
  const migrations = await readMigrations(options.migrationsDir);
  const schema = await readSchema(options.schemaPath);
  return withScratchDatabase(options.serverUrl, async (url) => {
    const { engine, close } = await openSchemaEngine(url);
    try {
      const { stdout } = await engine.diff({
        from: { tag: 'migrations', ...migrations },
        to: { tag: 'schemaDatamodel', ...schema },
        script: true,
        exitCode: null,
        filters: EVERYTHING,
      });
      const script = stdout?.trim() ?? '';
      return script === '-- This is an empty migration.' ? '' : script;
    } finally {
      await close();
    }
  });
}
