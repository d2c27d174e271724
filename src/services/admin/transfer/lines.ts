/** One line of a file, counted from 1: what stands there without its end, or why it cannot be read. */
export type FileLine = { line: number } & ({ text: string } | { problem: string });

/** A line or record is never longer, so that a broken file cannot fill the memory; bytes. */
export const MAX_RECORD = 64 * 1024;

/**
 * The lines of a file in UTF-8, whatever ends them. One that is too long or holds other bytes is a line too: bytes
 * that stand for nothing are not replaced, since a name would then be another one than in the file.
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncIterable<FileLine> {
  let line = 0;
  let kept: Uint8Array[] = [];
  let length = 0;
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

  function take(): FileLine {
    line += 1;
    const read =
      length > MAX_RECORD ? { problem: `is longer than ${MAX_RECORD} bytes` } : decode(Buffer.concat(kept));
    kept = [];
    length = 0;
    return { line, ...read };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A byte order mark in front says nothing. */
function decode(bytes: Uint8Array): { text: string } | { problem: string } {
  try {
    return { text: utf8.decode(bytes).replace(/\r$/, '') };
  } catch {
    return { problem: 'is not UTF-8' };
  }
}
