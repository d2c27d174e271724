import { parse } from 'csv-parse/sync';
import { MAX_RECORD, type FileLine } from './lines.js';

/** One record of a CSV file, at the line where it ends: its cells, or the line that is broken. */
export type CsvRow = { line: number } & ({ cells: string[] } | { problem: string });

type TextLine = Extract<FileLine, { text: string }>;

/**
 * The records of a CSV file (RFC 4180). A quoted cell may go on for lines. Where it does not end as it must, or makes
 * the record longer than any, its first line is broken and reading goes on with the second: a stray quote costs its own
 * line, not what follows.
 */
export async function* readCsvRows(lines: AsyncIterable<FileLine>): AsyncIterable<CsvRow> {
  /** To be read, perhaps again. */
  const waiting: FileLine[] = [];
  /** Those of a record whose end has not been found. */
  let held: TextLine[] = [];
  let quoteIsOpen = false;
  let length = 0;

  for await (const line of lines) {
    waiting.push(line);
    yield* settle();
  }
  while (held.length > 0) {
    yield giveUp();
    yield* settle();
  }

  function* settle(): Iterable<CsvRow> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if ('problem' in next) {
        if (held.length === 0) yield next;
        else {
          waiting.unshift(next);
          yield giveUp();
        }
        continue;
      }
      if (held.length === 0 && next.text === '') continue;
      hold(next);
      if (quoteIsOpen && length <= MAX_RECORD) continue;
      const cells = quoteIsOpen ? null : parseRow(held.map(({ text }) => text).join('\n'));
      if (cells) release();
      yield cells ? { line: next.line, cells } : giveUp();
    }
  }

  function hold(line: TextLine): void {
    held.push(line);
    length += Buffer.byteLength(line.text) + 1;
    for (let at = line.text.indexOf('"'); at >= 0; at = line.text.indexOf('"', at + 1))
      quoteIsOpen = !quoteIsOpen;
  }

  function release(): void {
    held = [];
    quoteIsOpen = false;
    length = 0;
  }

  /** The first of the lines held is broken; those behind it are read anew. */
  function giveUp(): CsvRow {
    const [first, ...rest] = held;
    release();
    waiting.unshift(...rest);
    return { line: first?.line ?? 0, problem: 'is not CSV (RFC 4180)' };
  }
}

/** The cells of one record, or null where its quotes stand wrongly. */
function parseRow(text: string): string[] | null {
  if (!text.includes('"')) return text.split(',');
  try {
    const rows: string[][] = parse(text, { relax_column_count: true, record_delimiter: '\n' });
    return rows.length === 1 && rows[0] ? rows[0] : null;
  } catch {
    return null;
  }
}
