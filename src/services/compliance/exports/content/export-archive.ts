import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';

export interface ArchiveEntry {
  name: string;
  /** Called when the entries before it are written. */
  content: () => AsyncIterable<string> | Iterable<string>;
}

/** A zip archive as a stream that makes each entry only as fast as it is read. An entry that fails breaks the stream. */
export function streamArchive(entries: readonly ArchiveEntry[], mtime: Date): Readable {
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.on('error', (error: Error) => output.destroy(error));
  for (const { name, content } of entries) {
    zip.addReadStreamLazy(name, { mtime, mode: 0o100600 }, (use) => {
      const source = Readable.from(content(), { objectMode: false });
      source.on('error', (error) => output.destroy(error)); // yazl does not listen
      output.once('close', () => source.destroy());
      use(null, source);
    });
  }
  zip.end();
  zip.outputStream.pipe(output);
  return output;
}
