import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

const SEGMENT = /^[0-9A-F]{24}$/;
const ROUNDS = 50;

/**
 * Lets PostgreSQL write over its write-ahead log, as it does in time: a checkpoint removes old segments or gives them a
 * new name to be written over, and each round here fills one. Ends when all that is left was written in full meanwhile.
 *
 * @param query of a superuser
 * @param folder the server's data folder
 */
export async function recycleWal(query: Query, folder: string): Promise<void> {
  const wal = join(folder, 'pg_wal');
  const inode = async (name: string) => (await stat(join(wal, name))).ino;
  const current = async () =>
    inode(String((await query('SELECT pg_walfile_name(pg_current_wal_insert_lsn())'))[0]!.pg_walfile_name));
  const written = new Set<number>();
  // What is left of a segment is filled with zeros when it is switched (CopyXLogRecordToWAL in PostgreSQL's xlog.c).
  await query('SELECT pg_switch_wal()');
  for (let round = 0; round < ROUNDS; round += 1) {
    await query('CHECKPOINT');
    const segments = (await readdir(wal)).filter((name) => SEGMENT.test(name));
    const inodes = await Promise.all(segments.map(inode));
    if (inodes.every((each) => written.has(each))) return;
    const filled = await current();
    await query('SELECT pg_switch_wal()');
    written.add(filled);
  }
  throw new Error(`The write-ahead log in ${wal} was not written over in ${ROUNDS} rounds.`);
}
