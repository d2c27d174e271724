import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { generateKeyRing, loadKeyRing } from '../../../src/privacy/key-ring.js';
import { createExportService } from '../../../src/services/compliance/exports/export.service.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';
import { createExportParts } from './export-workshop.js';

const EVENTS = 20_000;
/** What the details of one event take: all of them together would not fit into the heap below. */
const DETAILS = 'x'.repeat(8_000);
const HEAP_MIB = 128;

const ring = generateKeyRing();
let database: TestDatabase;
let dataDir: string;
let workshop: ReturnType<typeof createExportParts>;

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-export-'));
  await writeFile(join(dataDir, 'ring.json'), ring, { mode: 0o600 });
  workshop = createExportParts({ url: database.url, dataDir, keyRing: loadKeyRing(ring) });
  await workshop.jobs.prepare();
});
afterAll(async () => {
  await workshop?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

test(`160 MB of events are exported by a process that may use ${HEAP_MIB} MiB`, async () => {
  const { db } = workshop.parts;
  const data = { email: 'ada@example.com', profile: { create: { preferences: {} } } };
  const { id: userId } = await db.user.create({ data, select: { id: true } });
  await db.$executeRaw`
    INSERT INTO audit_events (id, at, action, actor_id, subject_id, data)
    SELECT gen_random_uuid(), now() - n * interval '1 second', 'session.created', ${userId}::uuid, ${userId}::uuid,
      json_build_object('details', ${DETAILS}::text)
    FROM generate_series(1, ${EVENTS}::int) AS n`;
  const { id } = await createExportService(workshop.parts).requestByOperator(userId);
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MIB}`,
      'tests/setup/run-typescript.mjs',
      'tests/compliance/exports/export-process.ts',
      database.url,
      dataDir,
      join(dataDir, 'ring.json'),
      id,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [peak, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(0);
  expect(Number(peak)).toBeGreaterThan(0);
  expect(await db.dataExport.findUnique({ where: { id }, select: { status: true } })).toEqual({
    status: 'READY',
  });
});
