/**
 * What a page deep in the list of accounts costs, as a share of the first: `npm run bench:users-listing`. One
 * million accounts are written by SQL into an embedded PostgreSQL of this run. Their addresses are text of the form
 * of an envelope that no key opens; those on the pages that are measured are sealed for real, since listing opens
 * them. Measured is the service's own operation, in turns, and, for comparison, the same page by OFFSET.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, type Database } from '../src/database/client.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { applyMigrations } from '../src/database/migrations/migrations.js';
import { createLog } from '../src/log.js';
import { generateKeyRing, loadKeyRing } from '../src/privacy/key-ring.js';
import { createPrivacy, type Privacy } from '../src/privacy/privacy.js';
import { createSearchUsers, type UserPosition } from '../src/services/identity/accounts/search-users.js';
import { median, quantile } from './statistics.js';

const USERS = 1_000_000;
const PAGE = 50;
const PAGE_NUMBER = 10_000;
const ROUNDS = 300;
const OFFSET_ROUNDS = 5;

const log = createLog('silent');
const dataDir = await mkdtemp(join(tmpdir(), 'custodia-listing-'));
const postgres = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } });
try {
  await applyMigrations({ url: postgres.url, migrationsDir: 'prisma/migrations', log });
  const privacy = createPrivacy({ keyRing: loadKeyRing(generateKeyRing()) });
  const db = createDatabase({ url: postgres.url, privacy, poolSize: 2, log });
  await seed(postgres.url);
  const last = await accountsFrom(db, (PAGE_NUMBER - 1) * PAGE - 1, 1);
  const [edge] = last;
  if (!edge) throw new Error('There are too few accounts.');
  for (const offset of [0, (PAGE_NUMBER - 1) * PAGE]) await sealPage(db, privacy, offset);
  await measure(db, privacy, { moment: edge.created_at, id: edge.id });
  await db.$disconnect();
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function seed(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO users (email, email_index, email_domain_index, created_at, last_login_at)
     SELECT 'c1.1.' || md5(n::text) || md5(n::text), 'k1.' || md5(n::text) || 'abcdefghijk',
            'k1.' || md5((n % 1000)::text) || 'abcdefghijk',
            timestamptz '2020-01-01' + n * interval '1 minute', NULL
       FROM generate_series(1, ${USERS}) AS n`,
  );
  await client.query('VACUUM ANALYZE users');
  await client.end();
}

async function accountsFrom(db: Database, offset: number, count: number) {
  return db.$queryRawUnsafe<{ id: string; created_at: Date }[]>(
    `SELECT id, created_at FROM users ORDER BY created_at DESC, id DESC OFFSET ${offset} LIMIT ${count}`,
  );
}

async function sealPage(db: Database, privacy: Privacy, offset: number): Promise<void> {
  for (const { id } of await accountsFrom(db, offset, PAGE + 1)) {
    const { wrapped } = await privacy.dataKeys.create(id);
    await db.dataKey.create({ data: { userId: id, wrappedKey: wrapped } });
    await db.user.update({ where: { id }, data: { email: `${id}@example.com` }, select: { id: true } });
  }
}

async function measure(db: Database, privacy: Privacy, position: UserPosition): Promise<void> {
  const { searchUsers } = createSearchUsers({ db, privacy });
  const read = (after: UserPosition | null) =>
    timeOf(async () => {
      const page = await searchUsers({
        filter: {},
        order: 'CREATED_AT_DESC',
        limit: PAGE + 1,
        after,
        before: null,
        backward: false,
      });
      if (page.length !== PAGE + 1) throw new Error('The page is not full.');
    });
  const first: number[] = [];
  const deep: number[] = [];
  for (let round = -20; round < ROUNDS; round += 1) {
    const times = [await read(null), await read(position)] as const;
    if (round < 0) continue;
    first.push(times[0]);
    deep.push(times[1]);
  }
  const byOffset: number[] = [];
  for (let round = 0; round < OFFSET_ROUNDS; round += 1) {
    byOffset.push(await timeOf(() => accountsFrom(db, (PAGE_NUMBER - 1) * PAGE, PAGE + 1)));
  }
  report('page 1', first);
  report(`page ${PAGE_NUMBER}`, deep);
  report(`page ${PAGE_NUMBER} by OFFSET, ids only`, byOffset);
  const ratio = median(deep) / median(first);
  console.log(
    `Page ${PAGE_NUMBER} of ${USERS} accounts costs ${ratio.toFixed(2)} times page 1 (bound: 1.50).`,
  );
  if (ratio > 1.5) process.exitCode = 1;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function report(name: string, times: readonly number[]): void {
  const p95 = quantile(times, 0.95);
  console.log(`${name}: median ${median(times).toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`);
}
