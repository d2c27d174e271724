import { open } from 'node:fs/promises';

/** What became of a record. It names the line, and nothing of what stands there. */
export type RecordOutcome =
  | { line: number; outcome: 'created'; userId: string }
  | { line: number; outcome: 'existing' }
  | { line: number; outcome: 'refused'; problems: Readonly<Record<string, string>> };

export interface ImportReport {
  /**
   * Writes outcomes behind the first `length` bytes and sees them on the disk; what stood there belonged to a
   * transaction that failed.
   * @returns the length of the report by then, in bytes
   */
  append(outcomes: readonly RecordOutcome[], length: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens the report of an import, JSON Lines, one line a record. What stands beyond `length` was written by a run
 * that was interrupted before its accounts were there, and is cut off.
 */
export async function openImportReport(path: string, length: number): Promise<ImportReport> {
  const file = await open(path, length === 0 ? 'w' : 'r+', 0o600);
  const { size } = await file.stat();
  if (size < length) {
    await file.close();
    throw new Error(`${path} is not the report of the run that is to go on: it is shorter. Name that one.`);
  }
  return {
    async append(outcomes, from) {
      const text = Buffer.from(outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
      await file.truncate(from);
      await file.write(text, 0, text.length, from);
      await file.datasync();
      return from + text.length;
    },
    close: () => file.close(),
  };
}
