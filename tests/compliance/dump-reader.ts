import { createDatabase, type Database } from '../../src/database/client.js';
import { createKeyDatabase } from '../../src/database/data-keys/key-database.js';
import { SEALED_TABLES } from '../../src/database/re-sealing/sealed-tables.js';
import { createLog } from '../../src/log.js';
import { loadKeyRing } from '../../src/privacy/key-ring.js';
import { createPrivacy } from '../../src/privacy/privacy.js';

/** What somebody can use who has a dump (restored at `url`), the key ring, and the key database as it is now. */
export function openDump({ url, keyUrl, ring }: { url: string; keyUrl: string; ring: string }) {
  const log = createLog('silent');
  const keys = createKeyDatabase({ url: keyUrl, log });
  const privacy = createPrivacy({ keyRing: loadKeyRing(ring), separateKeys: keys });
  const db = createDatabase({ url, privacy, poolSize: 2, log });
  return {
    db,
    async close(): Promise<void> {
      await db.$disconnect();
      await keys.close();
    },
  };
}

type Model = { findMany(args: object): Promise<object[]> };

/** What can be read of a person in tables with sealed columns: by model, the rows or why not. */
export async function readEverything(
  db: Database,
  userId: string,
): Promise<Record<string, object[] | string>> {
  const found: Record<string, object[] | string> = {};
  for (const { model } of SEALED_TABLES) {
    const delegate = db[`${model[0]!.toLowerCase()}${model.slice(1)}` as 'session'] as unknown as Model;
    const where = model === 'User' ? { id: userId } : { userId };
    found[model] = await delegate.findMany({ where }).catch((error: unknown) => String(error));
  }
  return found;
}

/** The same as one text. */
export const textOf = (found: object) =>
  JSON.stringify(found, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
