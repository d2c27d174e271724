import { join } from 'node:path';
import { runToEnd } from '../../src/database/embedded/postgres-process.js';

// PostgreSQL's own programs for dumps, as anybody runs them who can reach the database or has got a dump of it.

export type DumpFormat = 'plain' | 'custom';

/** Runs `pg_dump`; `plain` writes SQL, `custom` PostgreSQL's own compressed format. */
export async function dumpDatabase(
  programs: string,
  { url, format, file }: { url: string; format: DumpFormat; file: string },
): Promise<void> {
  await run(join(programs, 'pg_dump'), [`--dbname=${url}`, `--format=${format}`, `--file=${file}`]);
}

/** Restores a dump into an empty database: SQL by `psql`, the custom format by `pg_restore`. Any error ends it. */
export async function restoreDump(
  programs: string,
  { url, format, file }: { url: string; format: DumpFormat; file: string },
): Promise<void> {
  if (format === 'custom')
    await run(join(programs, 'pg_restore'), ['--exit-on-error', `--dbname=${url}`, file]);
  else await run(join(programs, 'psql'), ['--quiet', '--set=ON_ERROR_STOP=1', `--file=${file}`, url]);
}

/** Writes what a dump in the custom format holds, uncompressed, as SQL. */
export async function unpackDump(programs: string, file: string, into: string): Promise<void> {
  await run(join(programs, 'pg_restore'), [`--file=${into}`, file]);
}

async function run(program: string, args: string[]): Promise<void> {
  const { code, output } = await runToEnd(program, args, null);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${output}`);
}
