import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RecordOutcome } from '../src/services/admin/transfer/import-report.js';

/** Every so many lines one is broken, each kind in its turn. */
const BROKEN_EVERY = 50;
/** So many bytes in base64, as a salt and a tag have them. */
const SIXTEEN = 'MDAwMDAwMDAwMDAwMDAwMA';

type Broken = { write: (line: number) => string | Buffer } & (
  | { outcome: 'existing' }
  /** The field that the report names, and what it says of it. */
  | { outcome: 'refused'; field: string; problem: RegExp }
);

const BROKEN: Readonly<Record<string, Broken>> = {
  'not JSON': {
    write: (line) => `{"email":"person${line}@example.com",`,
    outcome: 'refused',
    field: 'record',
    problem: /^is not JSON$/,
  },
  'a field that no record has': {
    write: (line) => JSON.stringify({ ...goodRecord(line), colour: 'red' }),
    outcome: 'refused',
    field: 'colour',
    problem: /./,
  },
  'an address that stood in the file before': {
    write: (line) => JSON.stringify({ ...goodRecord(line), email: `Person${firstGood(line)}@example.com` }),
    outcome: 'existing',
  },
  'a hash of unknown form': {
    write: (line) => JSON.stringify({ ...goodRecord(line), passwordHash: `$md5$${SIXTEEN}$${SIXTEEN}` }),
    outcome: 'refused',
    field: 'passwordHash',
    problem: /unknown format/,
  },
  'a hash whose cost is over the limit': {
    write: (line) => JSON.stringify({ ...goodRecord(line), passwordHash: hash(31) }),
    outcome: 'refused',
    field: 'passwordHash',
    problem: /cost is over the limit/,
  },
  'a line that is too long': {
    write: (line) => JSON.stringify({ ...goodRecord(line), profile: { fullName: 'x'.repeat(70_000) } }),
    outcome: 'refused',
    field: 'record',
    problem: /^is longer than/,
  },
  'bytes that are not UTF-8': {
    write: (line) =>
      Buffer.from(JSON.stringify({ ...goodRecord(line), profile: { fullName: 'Jürgen' } }), 'latin1'),
    outcome: 'refused',
    field: 'record',
    problem: /^is not UTF-8$/,
  },
};
const KINDS = Object.keys(BROKEN);

export interface ImportFile {
  lines: number;
  /** How many of them are to be taken. */
  accounts: number;
}

/** Writes JSON Lines with so many accounts that can be taken, and broken lines between them. */
export async function writeImportFile(file: string, accounts: number): Promise<ImportFile> {
  const out = createWriteStream(file);
  let line = 0;
  for (let good = 0; good < accounts;) {
    line += 1;
    const broken = kindOf(line);
    if (broken === null) good += 1;
    const text = broken === null ? JSON.stringify(goodRecord(line)) : (BROKEN[broken]?.write(line) ?? '');
    out.write(text);
    if (!out.write('\n')) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { lines: line, accounts };
}

/**
 * Compares the report of the import with what was written, line by line.
 * @returns how many lines there are of each kind
 * @throws Error naming the first line that became something else
 */
export async function checkImportReport(
  report: string,
  { lines, accounts }: ImportFile,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(report) })) {
    line += 1;
    const outcome = JSON.parse(text) as RecordOutcome;
    const kind = kindOf(line);
    if (outcome.line !== line || !isExpected(outcome, kind)) {
      throw new Error(`Line ${line} (${kind ?? 'an account'}) became ${text}`);
    }
    counts.set(kind ?? 'created', (counts.get(kind ?? 'created') ?? 0) + 1);
  }
  if (line !== lines || counts.get('created') !== accounts) {
    throw new Error(
      `${line} of ${lines} lines are reported, ${counts.get('created')} of ${accounts} created`,
    );
  }
  return counts;
}

function isExpected(outcome: RecordOutcome, kind: string | null): boolean {
  const expected = kind === null ? undefined : BROKEN[kind];
  if (!expected || expected.outcome === 'existing')
    return outcome.outcome === (expected?.outcome ?? 'created');
  if (outcome.outcome !== 'refused') return false;
  return (
    Object.keys(outcome.problems).length === 1 &&
    expected.problem.test(outcome.problems[expected.field] ?? '')
  );
}

/** The kind of broken line that stands there; null for an account. */
function kindOf(line: number): string | null {
  if (line % BROKEN_EVERY !== 0) return null;
  return KINDS[(line / BROKEN_EVERY - 1) % KINDS.length] ?? null;
}

/** Salt and tag at random: what they say does not matter until somebody signs in. */
function hash(cost: number): string {
  return `$2b$${cost}$${randomBytes(53).toString('hex').slice(0, 53)}`;
}

function goodRecord(line: number) {
  const profile = { fullName: `Person ${line}`, phoneNumber: `+49301${String(line).padStart(7, '0')}` };
  return { email: `person${line}@example.com`, isVerified: true, passwordHash: hash(12), profile };
}

/** An earlier line with an account: now the one before, now one at the beginning of the file. */
function firstGood(line: number): number {
  return line % (2 * BROKEN_EVERY) === 0 ? line - 1 : 1;
}
