import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { withApp } from '../../app/open-app.js';
import type { App } from '../../app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import {
  decryptStream,
  EncryptedFileError,
  isEncrypted,
} from '../../services/admin/transfer/encrypted-file.js';
import { openImportReport } from '../../services/admin/transfer/import-report.js';
import { ImportRunsElsewhere, type ImportProgress } from '../../services/admin/transfer/import-users.js';
import { HeadingError, readRecords, type RecordFormat } from '../../services/admin/transfer/records.js';
import { defineCommand, UsageError } from '../command.js';

/** Exit code when all is imported but records that could not be used. */
const SOME_REFUSED = 1;

/** What the operator can mend. */
const MENDABLE = [HeadingError, ImportRunsElsewhere, EncryptedFileError];

/** Brings accounts of another system in. */
export const usersImport = defineCommand({
  name: 'users import',
  summary: 'Imports accounts from JSON Lines or CSV, password hashes too. Goes on where it was interrupted.',
  usage: 'FILE [--format jsonl|csv] [--report FILE] [--dry-run] [--identity KEY-FILE]',
  options: {
    format: { type: 'string' },
    report: { type: 'string' },
    'dry-run': { type: 'boolean' },
    identity: { type: 'string' },
  },
  positionals: 1,
  async run({ values, positionals: [file] }, { env, print, complain }) {
    if (file === undefined) throw new UsageError('Name the file with the accounts');
    const dryRun = values['dry-run'] ?? false;
    const digest = await digestOf(file);
    const format = readFormat(values.format, file);
    const identities = values.identity === undefined ? [] : await readIdentities(values.identity);
    const report = values.report ?? `${file}.${dryRun ? 'dry-run' : 'report'}.jsonl`;
    const { config } = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    return withApp(config, { log, print }, async ({ services }) => {
      try {
        const progress = await importFile(services, { file, digest, format, identities, report, dryRun });
        print(summaryOf(progress, dryRun));
        print(`What became of each record stands in ${report}`);
        return progress.refused > 0 ? SOME_REFUSED : 0;
      } catch (error) {
        if (!(error instanceof Error) || !MENDABLE.some((known) => error instanceof known)) throw error;
        complain(error.message);
        return 1;
      }
    });
  },
});

interface Given {
  file: string;
  digest: string;
  format: RecordFormat;
  identities: string[];
  report: string;
  dryRun: boolean;
}

async function importFile({ transfer }: App['services'], given: Given): Promise<ImportProgress> {
  const { file, digest, dryRun } = given;
  const before = dryRun ? null : await transfer.import.find(digest);
  if (before?.completedAt) return before;
  const report = await openImportReport(given.report, before?.reportBytes ?? 0);
  try {
    const records = readRecords(await openFile(file, given.identities), given.format);
    return await transfer.import.run({ digest, records, report, dryRun });
  } finally {
    await report.close();
  }
}

async function openFile(file: string, identities: string[]): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
  await handle.close();
  const bytes = createReadStream(file);
  if (!isEncrypted(buffer.subarray(0, bytesRead))) return bytes;
  if (identities.length === 0)
    throw new UsageError(`${file} is encrypted: name your private key with --identity`);
  return decryptStream(bytes, identities);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
  }
  return hash.digest('hex');
}

function readFormat(given: string | undefined, file: string): RecordFormat {
  const name =
    given ?? { '.csv': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' }[extname(file.replace(/\.age$/, ''))];
  if (name !== 'csv' && name !== 'jsonl')
    throw new UsageError('Say which format it is: --format jsonl or csv');
  return name;
}

/** The private keys of a file as `age-keygen` writes it: one a line, `#` begins a comment. */
async function readIdentities(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new UsageError(`${path} holds no private key`);
  return keys;
}

function summaryOf({ position, created, existing, refused }: ImportProgress, dryRun: boolean): string {
  const did = dryRun ? 'would be imported' : 'imported';
  return `${position} records: ${created} ${did}, ${existing} here already, ${refused} refused.`;
}
