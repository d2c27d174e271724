import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { readMigrations } from '../database/migrations/migration-files.js';
import { diffSchema } from '../database/migrations/schema-diff.js';
import { StartError } from '../database/start-error.js';
import { createLog } from '../log.js';
import { checkConstraintSql } from '../privacy/check-constraints.js';
import { REGISTER } from '../privacy/register.js';

// `npm run migrate:new -- add_passkeys` writes the next migration: what leads from the present ones to
// prisma/schema.prisma, and the CHECK constraints of columns newly sealed. The present ones are replayed in a
// database made for it on the server of DATABASE_URL or, without it, on an embedded one that lives as long as
// this command.

const MIGRATIONS = 'prisma/migrations';
const SCHEMA = 'prisma/schema.prisma';

async function main(given: string | undefined): Promise<void> {
  const name = given
    ?.trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  if (!name) throw new StartError('Say what it is for: npm run migrate:new -- add_passkeys');
  const changes = await withServer((serverUrl) =>
    diffSchema({ serverUrl, migrationsDir: MIGRATIONS, schemaPath: SCHEMA }),
  );
  const script = [changes, ...(await newConstraints())].filter((part) => part !== '').join('\n');
  if (script === '') {
    process.stdout.write(`The migrations build what ${SCHEMA} describes already: nothing to write.\n`);
    return;
  }
  const folder = join(MIGRATIONS, `${await nextTimestamp()}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), `${script}\n`);
  process.stdout.write(`Wrote ${folder}/migration.sql. Read it before you commit it.\n`);
}

/** The register's CHECK constraints that no migration has yet, which a Prisma schema cannot say. */
async function newConstraints(): Promise<string[]> {
  const { migrationDirectories } = await readMigrations(MIGRATIONS);
  const written = migrationDirectories.map(({ migrationFile }) => migrationFile.content.value).join('\n');
  const missing = checkConstraintSql(REGISTER)
    .split('\n')
    .filter((statement) => !written.includes(statement));
  return missing.flatMap((statement) => {
    const [, table = '', constraint = ''] =
      /^ALTER TABLE "(\w+)" ADD CONSTRAINT "(\w+)"/.exec(statement) ?? [];
    const isChanged = written.includes(`ADD CONSTRAINT "${constraint}"`);
    return isChanged ? [`ALTER TABLE "${table}" DROP CONSTRAINT "${constraint}";`, statement] : [statement];
  });
}

async function withServer<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const { databaseUrl } = readConfig({
    NODE_ENV: 'development',
    DATABASE_URL: process.env.DATABASE_URL,
  }).config;
  if (databaseUrl !== null) return use(databaseUrl);
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-migrate-'));
  try {
    const server = await startEmbeddedPostgres({
      dataDir,
      log: createLog('warn'),
      settings: { fsync: 'off' },
    });
    return await use(server.url).finally(server.stop);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Now, as Prisma writes it (YYYYMMDDHHMMSS), but never before the latest migration, which it must follow. */
async function nextTimestamp(): Promise<string> {
  const now = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const taken = (await readdir(MIGRATIONS))
    .map((entry) => entry.slice(0, 14))
    .filter((part) => /^\d{14}$/.test(part));
  const latest = taken.toSorted().at(-1) ?? '0';
  return now > latest ? now : String(BigInt(latest) + 1n);
}

try {
  await main(process.argv[2]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
