import { MINUTE } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { AppError } from '../../../errors.js';
import { isUniqueViolation } from '../../identity/accounts/unique-violation.js';
import type { ProfileService } from '../../profile/profile.service.js';
import type { AdminParts } from '../admin-parts.js';
import { readAccount, type AccountRecord } from './account-record.js';
import type { ImportReport, RecordOutcome } from './import-report.js';
import type { FileRecord } from './records.js';

export type TransferParts = Pick<AdminParts, 'db' | 'clock' | 'audit' | 'identity'> & {
  profiles: Pick<ProfileService, 'importMany'>;
};

/** How far an import has come: records of the file, by what became of them. */
export interface ImportProgress {
  position: number;
  created: number;
  existing: number;
  refused: number;
  reportBytes: number;
  completedAt: Date | null;
}

export interface Import {
  /** SHA-256 of the file, hexadecimal: the same file goes on where it was interrupted. */
  digest: string;
  records: AsyncIterable<FileRecord>;
  report: ImportReport | null;
  /** Looks at everything and writes nothing but the report. */
  dryRun: boolean;
  progressed?: (progress: ImportProgress) => void;
}

const BATCH = 250;
/** Nobody waits for a batch, and a database that is busy may take its time; each statement has its own bound. */
const PATIENCE = { timeout: MINUTE };
const NOTHING: ImportProgress = {
  position: 0,
  created: 0,
  existing: 0,
  refused: 0,
  reportBytes: 0,
  completedAt: null,
};
const COLUMNS = {
  position: true,
  created: true,
  existing: true,
  refused: true,
  reportBytes: true,
  completedAt: true,
};

type Read = { line: number; account: AccountRecord } | Extract<RecordOutcome, { outcome: 'refused' }>;

/** Another process imports the same file at this moment. */
export class ImportRunsElsewhere extends Error {
  constructor() {
    super('This file is being imported by another process.');
  }
}

/** Brings accounts from files in: docs/moving-accounts.md. */
export function createImportUsers({ db, clock, audit, identity, profiles }: TransferParts) {
  /** How far the file with this digest has come; nothing when it is new. */
  async function find(digest: string): Promise<ImportProgress> {
    const row = await db.userImport.findUnique({ where: { digest }, select: COLUMNS });
    return row ? { ...row, reportBytes: Number(row.reportBytes) } : NOTHING;
  }

  /**
   * Imports the records of a file, a few hundred a transaction: accounts, audit events and the place to go on from
   * are written together. A record that cannot be used is reported, and the others go on.
   */
  async function run({ digest, records, report, dryRun, progressed }: Import): Promise<ImportProgress> {
    let progress = dryRun ? NOTHING : await find(digest);
    if (progress.completedAt) return progress;
    const skip = progress.position;
    let seen = 0;
    let batch: Read[] = [];
    const flush = async () => {
      progress = await take(batch, { digest, report, dryRun }, progress);
      batch = [];
      progressed?.(progress);
    };
    for await (const record of records) {
      seen += 1;
      if (seen <= skip) continue;
      batch.push(readRecord(record));
      if (batch.length === BATCH) await flush();
    }
    if (batch.length > 0) await flush();
    if (dryRun) return progress;
    const done = { completedAt: clock.now() };
    await db.userImport.upsert({ where: { digest }, update: done, create: { digest, ...done } });
    return { ...progress, ...done };
  }

  function readRecord(record: FileRecord): Read {
    const { line } = record;
    if ('problem' in record) return { line, outcome: 'refused', problems: { record: record.problem } };
    try {
      const account = readAccount(record.value, clock.now());
      if (account.passwordHash) identity.imports.requirePasswordHash(account.passwordHash, 'passwordHash');
      return { line, account };
    } catch (error) {
      if (!(error instanceof AppError) || !error.fields) throw error;
      return { line, outcome: 'refused', problems: { ...error.fields } };
    }
  }

  type Target = Pick<Import, 'digest' | 'report' | 'dryRun'>;

  /** Somebody may take an address at the same moment: the batch is tried in halves, the record in question again. */
  async function take(batch: Read[], target: Target, progress: ImportProgress): Promise<ImportProgress> {
    try {
      return await write(batch, target, progress);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    if (batch.length === 1) return write(batch, target, progress);
    const middle = Math.ceil(batch.length / 2);
    return take(batch.slice(middle), target, await take(batch.slice(0, middle), target, progress));
  }

  async function write(
    batch: Read[],
    { digest, report, dryRun }: Target,
    before: ImportProgress,
  ): Promise<ImportProgress> {
    return db.$transaction(async (tx) => {
      const accounts = batch.flatMap((read) => ('account' in read ? [read.account] : []));
      const taken = await identity.imports.findTaken(tx, accounts);
      const fresh = leaveOutTwins(accounts, taken);
      const outcomes = batch.map((read) =>
        'account' in read ? outcomeOf(read.line, read.account, fresh) : read,
      );
      const counts = countOutcomes(outcomes, before);
      if (dryRun) {
        const reportBytes = (await report?.append(outcomes, before.reportBytes)) ?? 0;
        return { ...counts, reportBytes };
      }
      await identity.imports.importMany(
        tx,
        [...fresh].map(({ profile: _, ...account }) => account),
      );
      await profiles.importMany(
        tx,
        [...fresh].map(({ id: userId, profile }) => ({ userId, ...profile })),
      );
      await audit.recordMany(
        tx,
        [...fresh].map(({ id }) => ({
          action: 'user.imported' as const,
          actorId: null,
          subjectId: id,
          data: { import: digest },
        })),
      );
      const reportBytes = (await report?.append(outcomes, before.reportBytes)) ?? 0;
      await move(tx, digest, before, { ...counts, reportBytes });
      return { ...counts, reportBytes };
    }, PATIENCE);
  }

  /** From where this run believes the import to stand; who stands elsewhere is another process. */
  async function move(
    tx: Transaction,
    digest: string,
    from: ImportProgress,
    to: ImportProgress,
  ): Promise<void> {
    const { completedAt: _, ...data } = to;
    if (from.position === 0) {
      await tx.userImport.createMany({ data: [{ digest }], skipDuplicates: true });
    }
    const { count } = await tx.userImport.updateMany({ where: { digest, position: from.position }, data });
    if (count !== 1) throw new ImportRunsElsewhere();
  }

  return { find, run };
}

/** The accounts that are new here; of two with the same address, id or provider's account in one batch the first. */
function leaveOutTwins(
  accounts: readonly AccountRecord[],
  taken: ReadonlySet<AccountRecord>,
): Set<AccountRecord> {
  const seen = new Set<string>();
  const fresh = new Set<AccountRecord>();
  for (const account of accounts) {
    if (taken.has(account)) continue;
    const names = [
      `id ${account.id}`,
      `email ${account.email.toLowerCase().normalize('NFC')}`,
      ...account.socialLogins.map(({ provider, providerId }) => `login ${provider} ${providerId}`),
    ];
    if (names.some((name) => seen.has(name))) continue;
    for (const name of names) seen.add(name);
    fresh.add(account);
  }
  return fresh;
}

function outcomeOf(line: number, account: AccountRecord, fresh: ReadonlySet<AccountRecord>): RecordOutcome {
  return fresh.has(account)
    ? { line, outcome: 'created', userId: account.id }
    : { line, outcome: 'existing' };
}

function countOutcomes(outcomes: readonly RecordOutcome[], before: ImportProgress): ImportProgress {
  const counts = { ...before, position: before.position + outcomes.length };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
