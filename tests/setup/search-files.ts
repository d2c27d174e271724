import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a search looks for: a name for the report, and the bytes. */
export type Needles = ReadonlyMap<string, readonly Buffer[]>;

const PIECE = 4 * 1024 * 1024;
/** No needle is longer, so that none hides on the seam of two pieces. */
const OVERLAP = 512;

/** Texts to search for as they are, each by its own name. */
export function asNeedles(texts: Iterable<string>): Needles {
  return new Map([...texts].map((text) => [text, [Buffer.from(text)]]));
}

/** The names of what stands in `content`. */
export function searchIn(content: Buffer, needles: Needles): string[] {
  return [...needles]
    .filter(([, forms]) => forms.some((form) => content.includes(form)))
    .map(([name]) => name);
}

/** The names of what stands in the files of a folder and of those in it, each once. */
export async function searchFolder(folder: string, needles: Needles): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw new Error(`There is nothing to search in ${folder}.`);
  const found = new Set<string>();
  const buffer = Buffer.allocUnsafe(PIECE);
  for (const file of files) await searchFile(file, (piece) => searchIn(piece, needles), { found, buffer });
  return [...found];
}

/** One that is gone by now, as PostgreSQL removes its own, holds nothing. */
async function searchFile(
  path: string,
  search: (piece: Buffer) => string[],
  { found, buffer }: { found: Set<string>; buffer: Buffer },
): Promise<void> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return;
  try {
    for (let kept = 0; ;) {
      const { bytesRead } = await file.read(buffer, kept, buffer.length - kept);
      if (bytesRead === 0) return;
      const length = kept + bytesRead;
      for (const name of search(buffer.subarray(0, length))) found.add(name);
      kept = Math.min(OVERLAP, length);
      buffer.copyWithin(0, length - kept, length);
    }
  } finally {
    await file.close();
  }
}
