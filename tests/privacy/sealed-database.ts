import pg from 'pg';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createPrivacy, type Privacy } from '../../src/privacy/privacy.js';
import { createTestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

/** A migrated database with the sealing client on it, and a plain connection that sees what really lies there. */
export interface SealedDatabase {
  url: string;
  db: Database;
  privacy: Privacy;
  /** Runs SQL beneath the client. */
  sql<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export async function openSealedDatabase(poolSize = 4): Promise<SealedDatabase> {
  const { url, drop } = await createTestDatabase();
  const privacy = createPrivacy({ keyRing: testKeyRing() });
  const db = createDatabase({ url, privacy, poolSize });
  const raw = new pg.Client({ connectionString: url });
  await raw.connect();
  return {
    url,
    db,
    privacy,
    sql: async <T>(text: string, values?: unknown[]) => (await raw.query(text, values)).rows as T[],
    async close() {
      await raw.end();
      await db.$disconnect();
      await drop();
    },
  };
}

let counter = 0;

/** An address that no other test of this process uses. */
export function freshEmail(name = 'user'): string {
  counter += 1;
  return `${name}${counter}@example.com`;
}

/** Everything a session needs beside what a test is about. */
export function sessionTimes() {
  return { authTime: new Date('2030-01-01'), expiresAt: new Date('2030-02-01') };
}
