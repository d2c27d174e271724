import pg from 'pg';
import { systemClock } from '../../src/clock.js';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createLog } from '../../src/log.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createAuditService } from '../../src/services/audit/audit.service.js';
import { createCheckpointKeys } from '../../src/services/audit/checkpoints/checkpoint-key.js';
import {
  createRecordFirstKey,
  createRotateCheckpointKey,
} from '../../src/services/audit/checkpoints/rotate-checkpoint-key.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

const keyRing = testKeyRing();
const privacy = createPrivacy({ keyRing });
const audit = createAuditService({ clock: systemClock, privacy });

let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.url, privacy, poolSize: 8, log: createLog('silent') });
});
afterEach(async () => {
  await db.$disconnect();
  await database.drop();
});

/** The keys as one process has them. */
const keysOfAProcess = () =>
  createCheckpointKeys({
    db,
    encryption: keyRing.encryption,
    clock: systemClock,
    publicUrl: 'https://id.example.com',
    recordFirst: createRecordFirstKey(audit),
  });

const actions = async () =>
  (await db.auditEvent.findMany({ orderBy: { id: 'asc' } })).map(({ action }) => action);

test('of processes that start at once one makes the key and records it', async () => {
  await Promise.all(Array.from({ length: 6 }, () => keysOfAProcess().open()));
  expect(await actions()).toEqual(['key.published']);
  expect(await db.signingKey.count()).toBe(1);
});

test('a log that gets its first key by a rotation says so', async () => {
  await createRotateCheckpointKey({ db, audit, keys: keysOfAProcess() })();
  expect(await actions()).toEqual(['key.published', 'key.rotation_completed']);
  await keysOfAProcess().open();
  expect(await actions()).toHaveLength(2);
});

test('no event, no key', async () => {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query("ALTER TABLE audit_events ADD CONSTRAINT none CHECK (action <> 'key.published')");
  await owner.end();
  await expect(keysOfAProcess().open()).rejects.toThrow();
  expect(await db.signingKey.count()).toBe(0);
});
