/**
 * What appending to the audit log costs beside plain inserts of the same rows: `npm run bench:audit`. An embedded
 * PostgreSQL of this run, with its disk guarantees on; one event a transaction, with its origin sealed, and then 50 a
 * transaction, as when staff look at a page of accounts; the sealer
 * runs in this process as it does in the server. The plain contestant writes rows made beforehand into tables of
 * the same columns, indexes and constraints, through the same driver and as many connections, in turns with the log.
 * Ends with 1 when a rate or a ratio misses its bound.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../src/clock.js';
import { createDatabase } from '../src/database/client.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { applyMigrations } from '../src/database/migrations/migrations.js';
import { ensureServerRole, grantServerRights } from '../src/database/server-role.js';
import { createLog } from '../src/log.js';
import { generateKeyRing, loadKeyRing } from '../src/privacy/key-ring.js';
import { createPrivacy } from '../src/privacy/privacy.js';
import { createAuditService } from '../src/services/audit/audit.service.js';
import { createAuditLog } from '../src/services/audit/verification/audit-log.js';
import { createCheckpointKeys } from '../src/services/audit/checkpoints/checkpoint-key.js';
import { createLogFolder } from '../src/services/audit/checkpoints/log-folder.js';
import { createRecordFirstKey } from '../src/services/audit/checkpoints/rotate-checkpoint-key.js';
import { createPublisher } from '../src/services/audit/checkpoints/publish-checkpoints.js';
import { createSealer } from '../src/services/audit/sealing/sealer.js';
import { printMachine, printVerdict } from './report.js';
import { median } from './statistics.js';

const CONNECTIONS = 24;
const [ROUNDS = 8, SECONDS = 4] = process.argv.slice(2).map(Number);
const USERS = 500;
const ORIGIN = {
  ipAddress: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101',
};

const PLAIN_TABLES = `
  CREATE TABLE plain_events (LIKE audit_events INCLUDING INDEXES INCLUDING CONSTRAINTS);
  CREATE TABLE plain_origins (LIKE audit_origins INCLUDING INDEXES INCLUDING CONSTRAINTS);
  ALTER TABLE plain_origins ADD FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE`;
const PLAIN_INSERT = `WITH event AS (
    INSERT INTO plain_events (id, at, action, actor_id, subject_id, origin_commitment, data, transaction_id)
    VALUES ($1::uuid, $2::timestamptz, $3, $4::uuid, $5::uuid, $6::bytea, $7::json, pg_current_xact_id()))
  INSERT INTO plain_origins (event_id, user_id, at, origin)
  VALUES ($1::uuid, $4::uuid, $2::timestamptz, to_jsonb($8::text))`;
const PAGE = 50;
const PLAIN_PAGE = `INSERT INTO plain_events (id, at, action, actor_id, subject_id, data, transaction_id)
  SELECT e.id, e.at, e.action, e.actor_id, e.subject_id, e.data::json, pg_current_xact_id()
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], $6::text[])
      AS e(id, at, action, actor_id, subject_id, data)`;

type Transact = (client: pg.Client) => Promise<void>;

const log = createLog('silent');
const dataDir = await mkdtemp(join(tmpdir(), 'custodia-audit-'));
const postgres = await startEmbeddedPostgres({ dataDir, log });
try {
  await applyMigrations({ url: postgres.url, migrationsDir: 'prisma/migrations', log });
  await runOn(postgres.url, PLAIN_TABLES);
  const url = await ensureServerRole(postgres.url);
  await grantServerRights({ ownerUrl: postgres.url, serverUrl: url });
  await measure(url);
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(url: string): Promise<void> {
  const keyRing = loadKeyRing(generateKeyRing());
  const privacy = createPrivacy({ keyRing });
  const db = createDatabase({ url, privacy, poolSize: 2, log });
  const { encryption } = keyRing;
  const publicUrl = 'https://id.example.com';
  const audit = createAuditService({ clock: systemClock, privacy });
  const recordFirst = createRecordFirstKey(audit);
  const keys = createCheckpointKeys({ db, encryption, clock: systemClock, publicUrl, recordFirst });
  const openKeys = keys.open;
  const folder = createLogFolder(join(dataDir, 'audit'));
  const publisher = createPublisher({
    destinations: ['file'],
    webhookUrl: null,
    folder,
    print: () => undefined,
    log,
  });
  const sealer = createSealer({ url, openKeys, publisher, log });
  sealer.start();
  const users: string[] = [];
  for (let made = 0; made < USERS; made += 1) {
    const email = `${made}@example.com`;
    users.push((await db.user.create({ data: { email }, select: { id: true } })).id);
  }
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const transactions = new Map(clients.map((client) => [client, overClient(client)]));
  const txOf = (client: pg.Client) => transactions.get(client) ?? overClient(client);
  const pick = () => users[Math.floor(Math.random() * users.length)] ?? '';

  let recorded = 1; // that the log has its first key
  const append = async (client: pg.Client) => {
    const userId = pick();
    const data = { sessionId: randomUUID(), amr: ['pwd'] };
    const people = { actorId: userId, subjectId: userId };
    await audit.record(txOf(client), { action: 'session.created', ...people, origin: ORIGIN, data });
    recorded += 1;
  };
  const envelope = `c1.1.${'A'.repeat(250)}`;
  const plain = async (client: pg.Client) => {
    const userId = pick();
    const data = `{"amr":["pwd"],"sessionId":"${randomUUID()}"}`;
    const values = [
      randomUUID(),
      new Date().toISOString(),
      'session.created',
      userId,
      userId,
      Buffer.alloc(32),
      data,
      envelope,
    ];
    await client.query({ name: 'plain', text: PLAIN_INSERT, values });
  };

  const appendPage = async (client: pg.Client) => {
    const [actorId, data] = [pick(), { sessionId: randomUUID(), operations: ['users'] }];
    const page = Array.from({ length: PAGE }, () => ({ actorId, subjectId: pick(), data }));
    const looks = page.map((each) => ({ action: 'pii.viewed' as const, ...each }));
    await audit.recordMany(txOf(client), looks);
    recorded += PAGE;
  };
  const plainPage = async (client: pg.Client) => {
    const data = `{"operations":["users"],"sessionId":"${randomUUID()}"}`;
    const [actor, at] = [pick(), new Date().toISOString()];
    const column = <T>(make: () => T): T[] => Array.from({ length: PAGE }, make);
    const rows = [randomUUID, () => at, () => 'pii.viewed', () => actor, pick, () => data].map(column);
    await client.query({ name: 'plain page', text: PLAIN_PAGE, values: rows });
  };

  const untilAllSealed = () => untilSealed(clients[0] as pg.Client, recorded);
  printMachine();
  console.log(`\n${CONNECTIONS} connections, ${ROUNDS} pairs of ${SECONDS} s; the sealer runs`);
  console.log('\none event a transaction, origins sealed');
  await compete({ clients, size: 1, append, plain, untilAllSealed });
  console.log(`\n${PAGE} events a transaction`);
  await compete({ clients, size: PAGE, append: appendPage, plain: plainPage, untilAllSealed });
  const started = performance.now();
  const { intact, eventsChecked } = await createAuditLog({ url, privacy, folder, openKeys }).verify();
  const seconds = (performance.now() - started) / 1_000;
  await Promise.all(clients.map((client) => client.end()));
  await sealer.stop();
  await db.$disconnect();
  const rate = (eventsChecked / seconds).toFixed(0);
  console.log(`\nverified ${eventsChecked} events in ${seconds.toFixed(1)} s (${rate}/s): intact ${intact}`);
}

interface Contest {
  clients: pg.Client[];
  /** Events, or rows, of one transaction. */
  size: number;
  append: Transact;
  plain: Transact;
  untilAllSealed: () => Promise<number>;
}

/** A B, B A, …: what the machine does beside it, and its slowing down, fall on both alike. */
async function compete({ clients, size, append, plain, untilAllSealed }: Contest): Promise<void> {
  const ratios: number[] = [];
  const micros: { log: number[]; plain: number[] } = { log: [], plain: [] };
  const rates: { log: number[]; plain: number[]; lag: number[] } = { log: [], plain: [], lag: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const insert = () => busy(async () => size * (await rateOf(clients, plain)));
    const first = round % 2 === 0 ? await insert() : null;
    let lag = 0;
    const log = await busy(async () => {
      const rate = size * (await rateOf(clients, append));
      lag = await untilAllSealed();
      return rate;
    });
    const other = first ?? (await insert());
    if (round < 0) continue;
    rates.log.push(log.rate);
    rates.plain.push(other.rate);
    rates.lag.push(lag);
    ratios.push(log.rate / other.rate);
    micros.log.push(log.micros);
    micros.plain.push(other.micros);
  }
  console.log(`audit log     ${median(rates.log).toFixed(0)} events/s`);
  console.log(
    `plain inserts ${median(rates.plain).toFixed(0)} rows/s (same columns, indexes and constraints)`,
  );
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(`ratio ${median(ratios).toFixed(2)} (median of ${ratios.length} pairs of rounds, ${range})`);
  const [cost, limit] = [median(micros.log), median(micros.plain)];
  console.log(
    `processor time of Node and PostgreSQL, sealing included: ${cost.toFixed(0)} µs an event, ` +
      `${limit.toFixed(0)} µs a plain row (${(limit / cost).toFixed(2)})`,
  );
  console.log(`all sealed ${median(rates.lag).toFixed(1)} s after a round`);
  printVerdict('events a second', median(rates.log), { atLeast: 5_000 });
  printVerdict('ratio to plain inserts', median(ratios), { atLeast: 0.7 });
}

async function rateOf(clients: pg.Client[], once: Transact): Promise<number> {
  const until = performance.now() + SECONDS * 1_000;
  let count = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (; performance.now() < until; count += 1) await once(client);
    }),
  );
  return count / SECONDS;
}

/** The rate of a round, and the processor time of one event in it, which other work on the machine hardly moves. */
async function busy(work: () => Promise<number>): Promise<{ rate: number; micros: number }> {
  const before = await processorSeconds();
  const rate = await work();
  const seconds = (await processorSeconds()) - before;
  return { rate, micros: (seconds * 1e6) / (rate * SECONDS) };
}

/** Processor time so far of this process and of PostgreSQL's. */
async function processorSeconds(): Promise<number> {
  const { user, system } = process.cpuUsage();
  let ticks = 0;
  for (const entry of await readdir('/proc')) {
    const stat = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '') : '';
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[1]) === postgres.pid) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (user + system) / 1e6 + ticks / 100;
}

/** Seconds until so many events are sealed. */
async function untilSealed(client: pg.Client, count: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { rows } = await client.query<{ sealed: string | null }>(
      'SELECT max(sequence) + 1 AS sealed FROM audit_leaves',
    );
    if (Number(rows[0]?.sealed) >= count) return (performance.now() - started) / 1_000;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The audit service over one connection, as it runs over a transaction of Prisma's. */
function overClient(client: pg.Client) {
  const names = new Map<string, string>();
  const named = (text: string, values: unknown[]) => {
    const name = names.get(text) ?? `statement ${names.size}`;
    names.set(text, name);
    return { name, text, values };
  };
  return {
    $queryRawUnsafe: async <T>(text: string, ...values: unknown[]) =>
      (await client.query(named(text, values))).rows as T,
    $executeRawUnsafe: async (text: string, ...values: unknown[]) =>
      (await client.query(named(text, values))).rowCount ?? 0,
  };
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
