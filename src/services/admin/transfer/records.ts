import { readCsvRows } from './csv-rows.js';
import { readLines, type FileLine } from './lines.js';

/** One record of a file, at the line where it ends: the value that stands there, or why it cannot be read. */
export type FileRecord = { line: number } & ({ value: unknown } | { problem: string });

export type RecordFormat = 'jsonl' | 'csv';

/** The columns of a CSV file, each with the field of a record that it holds. */
const CSV_COLUMNS: Readonly<Record<string, string>> = {
  id: 'id',
  email: 'email',
  is_verified: 'isVerified',
  password_hash: 'passwordHash',
  status: 'status',
  created_at: 'createdAt',
  last_login_at: 'lastLoginAt',
  full_name: 'profile.fullName',
  avatar_url: 'profile.avatarUrl',
  phone_number: 'profile.phoneNumber',
  preferences: 'profile.preferences',
};

/** The heading of a CSV file names a column that is not known, or not the address. */
export class HeadingError extends Error {}

/** The records of a file, one after the other: a broken one is a record too, and does not end the file. */
export function readRecords(
  bytes: AsyncIterable<Uint8Array>,
  format: RecordFormat,
): AsyncIterable<FileRecord> {
  const lines = readLines(bytes);
  return format === 'jsonl' ? readJsonLines(lines) : readCsv(lines);
}

async function* readJsonLines(lines: AsyncIterable<FileLine>): AsyncIterable<FileRecord> {
  for await (const read of lines) {
    if ('problem' in read) yield read;
    else if (read.text.trim() !== '') yield { line: read.line, ...parseLine(read.text) };
  }
}

function parseLine(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'is not JSON' };
  }
}

async function* readCsv(lines: AsyncIterable<FileLine>): AsyncIterable<FileRecord> {
  let fields: string[] | null = null;
  for await (const row of readCsvRows(lines)) {
    if (fields === null) fields = readHeading('cells' in row ? row.cells : []);
    else if ('problem' in row) yield row;
    else yield rowOf(fields, row);
  }
}

function readHeading(cells: string[]): string[] {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const unknown = names.filter((name) => !Object.hasOwn(CSV_COLUMNS, name));
  if (unknown.length > 0 || !names.includes('email') || new Set(names).size < names.length) {
    throw new HeadingError(
      `The first line must name the columns: email and, if you like, ${Object.keys(CSV_COLUMNS)
        .filter((name) => name !== 'email')
        .join(', ')}; each once.`,
    );
  }
  return names.map((name) => CSV_COLUMNS[name] ?? '');
}

/** An empty cell says nothing. */
function rowOf(fields: string[], { line, cells }: { line: number; cells: string[] }): FileRecord {
  if (cells.length !== fields.length)
    return { line, problem: `has ${cells.length} cells instead of ${fields.length}` };
  const value: Record<string, unknown> = {};
  const profile: Record<string, unknown> = {};
  for (const [index, field] of fields.entries()) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    if (field === 'isVerified') value[field] = FLAGS[cell.toLowerCase()] ?? cell;
    else if (field === 'profile.preferences') profile.preferences = parsePreferences(cell);
    else if (field.startsWith('profile.')) profile[field.slice('profile.'.length)] = cell;
    else value[field] = cell;
  }
  return { line, value: { ...value, profile } };
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  '1': true,
  '0': false,
  t: true,
  f: false,
};

/** What is no JSON stays a text, which the check of the field then refuses. */
function parsePreferences(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}
