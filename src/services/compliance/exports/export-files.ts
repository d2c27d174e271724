import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isUuid } from '../../../input/uuid.js';
import { decryptChunks, encryptChunks } from './export-cipher.js';

export type ExportFiles = ReturnType<typeof createExportFiles>;

interface FileOwner {
  userId: string;
  fileName: string;
}

/**
 * The encrypted copies: `<dataDir>/exports/<user id>/<export id>.<random>`, readable by their owner only. Several
 * processes on several machines share this folder.
 */
export function createExportFiles({ dataDir }: { dataDir: string }) {
  const root = join(dataDir, 'exports');
  const folderOf = (userId: string): string => {
    if (!isUuid(userId)) throw new Error('Not the id of an account.');
    return join(root, userId);
  };
  const pathOf = ({ userId, fileName }: FileOwner): string => {
    if (!isExportName(fileName)) throw new Error('Not the name of an export.');
    return join(folderOf(userId), fileName);
  };

  /**
   * Writes a new file, encrypted under `key`, and returns when it is on the disk. `open` makes the content: only now,
   * so that nothing of it can fail unheard.
   */
  async function write(
    owner: FileOwner,
    key: Buffer,
    open: () => Readable,
    signal?: AbortSignal,
  ): Promise<void> {
    await mkdir(folderOf(owner.userId), { recursive: true, mode: 0o700 });
    const file = createWriteStream(pathOf(owner), { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(open(), encryptChunks(key, owner.fileName), file, signal ? { signal } : {});
  }

  /** The file decrypted, as a stream; null when it is not there. */
  async function read(owner: FileOwner, key: Buffer): Promise<Readable | null> {
    const handle = await open(pathOf(owner), 'r').catch(notThere);
    if (handle === null) return null;
    const source = handle.createReadStream();
    const plain = decryptChunks(key, owner.fileName);
    source.on('error', (error) => plain.destroy(error));
    plain.on('close', () => source.destroy());
    return source.pipe(plain);
  }

  /** Removes a file; one that is not there is no error. */
  async function remove(owner: FileOwner): Promise<void> {
    await rm(pathOf(owner), { force: true });
    await rmdir(folderOf(owner.userId)).catch(() => undefined); // others are still in it, or it is gone
  }

  /** Removes every file of an account. */
  async function removeAllOf(userId: string): Promise<void> {
    await rm(folderOf(userId), { recursive: true, force: true });
  }

  /** The exports last written before `moment`. What else lies there, such as the `.nfs…` of a shared volume, is not ours. */
  async function* listOlderThan(moment: Date): AsyncGenerator<FileOwner> {
    for (const userId of (await readdir(root).catch(notThere)) ?? []) {
      if (!isUuid(userId)) continue;
      for (const fileName of (await readdir(folderOf(userId)).catch(notThere)) ?? []) {
        if (!isExportName(fileName)) continue;
        const found = await stat(join(folderOf(userId), fileName)).catch(notThere);
        if (found && found.mtime < moment) yield { userId, fileName };
      }
    }
  }

  return { write, read, remove, removeAllOf, listOlderThan };
}

function isExportName(fileName: string): boolean {
  return /^[0-9a-f-]{36}\.[0-9a-f-]{36}$/.test(fileName);
}

function notThere(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
