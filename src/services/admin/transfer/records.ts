import { Readable } from 'node:stream';
import { parse, type Parser } from 'csv-parse';

/** One record of a file, at the line where it ends: the value that stands there, or why it cannot be read. */
export type FileRecord = { line: number } & ({ value: unknown } | { problem: string });

export type RecordFormat = 'jsonl' | 'csv';

/** A record is never longer, so that a broken file cannot fill the memory; bytes. */
const MAX_RECORD = 64 * 1024;

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
  return format === 'jsonl' ? readJsonLines(bytes) : readCsv(bytes);
}

async function* readJsonLines(bytes: AsyncIterable<Uint8Array>): AsyncIterable<FileRecord> {
  let line = 0;
  for await (const text of splitLines(bytes)) {
    line += 1;
    if (text === null) yield { line, problem: `is longer than ${MAX_RECORD} bytes` };
    else if (text.trim() !== '') yield { line, ...parseLine(text) };
  }
}

function parseLine(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'is not JSON' };
  }
}

/** Lines without their ends; null for one that is too long. */
async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string | null> {
  let kept: Uint8Array[] = [];
  let length = 0;
  const take = (): string | null => {
    const line = length > MAX_RECORD ? null : Buffer.concat(kept).toString('utf8').replace(/\r$/, '');
    kept = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, at));
      yield take();
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield take();

  function keep(part: Uint8Array): void {
    length += part.length;
    if (length <= MAX_RECORD) kept.push(part);
    else kept = [];
  }
}

interface CsvRow {
  record: string[];
  info: { lines: number };
}

async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncIterable<FileRecord> {
  const parser: Parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    max_record_size: MAX_RECORD,
    skip_empty_lines: true,
    skip_records_with_error: true,
    // Pushed among the rows, so that each keeps its place.
    on_skip: (error) => void parser.push({ line: error?.lines, problem: 'is not CSV (RFC 4180)' }),
  });
  const source = Readable.from(bytes);
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  let fields: string[] | null = null;
  for await (const row of parser as AsyncIterable<CsvRow | { line: number; problem: string }>) {
    if ('problem' in row) yield row;
    else if (fields === null) fields = readHeading(row.record);
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
function rowOf(fields: string[], { record: cells, info: { lines: line } }: CsvRow): FileRecord {
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
