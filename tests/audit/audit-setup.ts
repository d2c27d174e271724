import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../src/clock.js';
import { createDatabase } from '../../src/database/client.js';
import { createLog } from '../../src/log.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createAuditLog } from '../../src/services/audit/verification/audit-log.js';
import { createAuditService } from '../../src/services/audit/audit.service.js';
import { createCheckpointKeys } from '../../src/services/audit/checkpoints/checkpoint-key.js';
import { createLogFolder } from '../../src/services/audit/checkpoints/log-folder.js';
import { createPublisher } from '../../src/services/audit/checkpoints/publish-checkpoints.js';
import {
  FROM_THE_START,
  sealEvents,
  type SealPosition,
} from '../../src/services/audit/sealing/seal-events.js';
import { readSealedHistory } from '../../src/services/audit/sealing/sealed-history.js';
import { eventually } from '../setup/eventually.js';
import { createTestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

export const ORIGIN = { ipAddress: '192.0.2.7', userAgent: 'tests/1.0' };

// Transaction ids count for the whole server: one that runs in another test's database holds the sealer up too.
const RUNNING_ELSEWHERE = `SELECT pid, backend_xid::text AS id FROM pg_stat_activity
  WHERE datname <> current_database() AND backend_xid IS NOT NULL`;

/** Waits until every transaction is over that runs now in another database of the server. */
async function othersAreThrough(superuser: pg.Client): Promise<void> {
  const read = async () =>
    ((await superuser.query(RUNNING_ELSEWHERE)).rows as { id: string }[]).map(({ id }) => id);
  const before = new Set(await read());
  await eventually(async () => expect((await read()).filter((id) => before.has(id))).toEqual([]));
}

export type AuditSetup = Awaited<ReturnType<typeof createAuditSetup>>;

/** The audit log on a database of its own, sealed when a test says so, and a superuser to attack it with. */
export async function createAuditSetup() {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'custodia-audit-'));
  const keyRing = testKeyRing();
  const privacy = createPrivacy({ keyRing });
  const log = createLog('silent');
  const db = createDatabase({ url: database.url, privacy, poolSize: 5, log });
  const audit = createAuditService({ clock: systemClock, privacy });
  const folder = createLogFolder(join(dataDir, 'audit'));
  const publicUrl = 'https://id.example.com';
  const keys = createCheckpointKeys({
    db,
    encryption: keyRing.encryption,
    clock: systemClock,
    publicUrl,
    // The log begins with what a test fills it with.
    recordFirst: () => Promise.resolve(),
  });
  const openKeys = keys.open;
  const publisher = createPublisher({
    destinations: ['file'],
    webhookUrl: null,
    folder,
    print: () => undefined,
    log,
  });
  const sealing = new pg.Client({ connectionString: database.url });
  const superuser = new pg.Client({ connectionString: database.ownerUrl });
  for (const client of [sealing, superuser]) {
    client.on('error', () => undefined);
    await client.connect();
  }
  await publisher.catchUp((await openKeys()).verifiers, readSealedHistory(sealing));
  let position: SealPosition = FROM_THE_START;

  /** One round of the sealer; returns how many events it sealed. What tests beside this one do can't hold it up. */
  async function seal(): Promise<number> {
    await othersAreThrough(superuser);
    const outcome = await sealEvents(sealing, await openKeys(), position);
    position = outcome.position;
    if (outcome.sealed) await publisher.publish(outcome.sealed);
    return outcome.sealed?.leafHashes.length ?? 0;
  }

  return {
    /** What comes next is sealed by a process that has just started. */
    startAnew: () => void (position = FROM_THE_START),
    db,
    audit,
    privacy,
    folder,
    dataDir,
    keys,
    openKeys,
    databaseUrl: database.url,
    ownerUrl: database.ownerUrl,
    auditLog: createAuditLog({ url: database.url, privacy, folder, openKeys }),
    seal,
    /** A log of its own reader, that knows nothing of the copies outside. */
    logWithoutCopies: () =>
      createAuditLog({
        url: database.url,
        privacy,
        folder: createLogFolder(join(dataDir, 'nowhere')),
        openKeys,
      }),
    async createUser(email = `${Math.random().toString(36).slice(2)}@example.com`): Promise<string> {
      return (await db.user.create({ data: { email }, select: { id: true } })).id;
    },
    record: (subjectId: string | null, data = {}) =>
      db.$transaction((tx) =>
        audit.record(tx, { action: 'session.created', actorId: subjectId, subjectId, origin: ORIGIN, data }),
      ),
    /** Seals `count` events in checkpoints of four. */
    async fill(count: number): Promise<string> {
      const subjectId = await this.createUser();
      for (let made = 0; made < count; made += 1) {
        await this.record(subjectId, { number: made });
        if (made % 4 === 3 || made === count - 1) await seal();
      }
      return subjectId;
    },
    /** SQL as superuser, with the triggers that protect the log switched off. */
    async attack(sql: string, values: unknown[] = []) {
      await superuser.query('SET session_replication_role = replica');
      try {
        return (await superuser.query(sql, values)).rows as Record<string, unknown>[];
      } finally {
        await superuser.query('RESET session_replication_role');
      }
    },
    superuser,
    async close(): Promise<void> {
      await sealing.end();
      await superuser.end();
      await db.$disconnect();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
