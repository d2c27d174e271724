import pg from 'pg';
import { createLog } from '../../src/log.js';
import { createPublisher } from '../../src/services/audit/checkpoints/publish-checkpoints.js';
import { createSealer } from '../../src/services/audit/sealing/sealer.js';
import { eventually } from '../setup/eventually.js';
import { createAuditSetup, type AuditSetup } from './audit-setup.js';

let it: AuditSetup;
beforeEach(async () => {
  it = await createAuditSetup();
});
afterEach(() => it.close());

const INSERT = "INSERT INTO audit_events (id, action) VALUES (gen_random_uuid(), 'user.registered')";

async function openClients(count: number): Promise<pg.Client[]> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: it.databaseUrl }));
  await Promise.all(clients.map((client) => client.connect()));
  return clients;
}

async function countOf(table: string): Promise<number> {
  const { rows } = await it.superuser.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
  return Number(rows[0]?.count);
}

function startSealer(interval: number) {
  const log = createLog('silent');
  const publisher = createPublisher({
    destinations: ['file'],
    webhookUrl: null,
    folder: it.folder,
    print: () => undefined,
    log,
  });
  const sealer = createSealer({ url: it.databaseUrl, openKeys: it.openKeys, publisher, log, interval });
  sealer.start();
  return sealer;
}

test('events of transactions that commit in another order than they began are all sealed, each once', async () => {
  const [early, late] = (await openClients(2)) as [pg.Client, pg.Client];
  await early.query('BEGIN');
  await early.query(INSERT);
  await late.query(INSERT);
  // The later one is there already, but an earlier one may still come.
  expect(await it.seal()).toBe(0);
  await early.query('COMMIT');
  expect(await it.seal()).toBe(2);
  expect(await it.seal()).toBe(0);
  await Promise.all([early.end(), late.end()]);
});

test('a transaction that never commits leaves nothing, and holds up nothing once it is over', async () => {
  const [lost] = (await openClients(1)) as [pg.Client];
  await lost.query('BEGIN');
  await lost.query(INSERT);
  await it.record(null);
  expect(await it.seal()).toBe(0);
  await lost.query('ROLLBACK');
  expect(await it.seal()).toBe(1);
  await lost.end();
});

test('two sealers beside many writers, long transactions and rollbacks seal every event once', async () => {
  const sealers = [startSealer(5), startSealer(5)];
  const clients = await openClients(6);
  let committed = 0;
  await Promise.all(
    clients.map(async (client, writer) => {
      for (let round = 0; round < 25; round += 1) {
        await client.query('BEGIN');
        await client.query(INSERT);
        if (writer === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        await client.query(INSERT);
        const keep = (round + writer) % 5 !== 0;
        await client.query(keep ? 'COMMIT' : 'ROLLBACK');
        if (keep) committed += 2;
      }
    }),
  );
  await Promise.all(clients.map((client) => client.end()));
  await eventually(async () => expect(await countOf('audit_leaves')).toBe(committed));
  await Promise.all(sealers.map((sealer) => sealer.stop()));
  expect(await countOf('audit_events')).toBe(committed);
  expect(await it.auditLog.verify()).toMatchObject({ intact: true, eventsChecked: committed });
});

test('the next sealer goes on where one was killed, and brings the copies outside up to date', async () => {
  const first = startSealer(5);
  await it.record(null);
  await eventually(async () => expect(await countOf('audit_leaves')).toBe(1));
  await it.superuser.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'custodia-sealer' AND datname = current_database()`,
  );
  await it.record(null);
  await eventually(async () => expect(await countOf('audit_leaves')).toBe(2));
  await first.stop();
  // Sealed and committed, then killed before anything was published.
  await it.record(null);
  const lonely = startSealer(5);
  await eventually(async () => expect(await it.folder.lastSize()).toBe(3));
  await lonely.stop();
  expect(await it.folder.countLeaves()).toBe(3);
  expect(await it.auditLog.verify()).toMatchObject({ intact: true, eventsChecked: 3 });
});

test('events restored from another server, whose transactions are still to come here, are sealed too', async () => {
  await it.attack(
    `INSERT INTO audit_events (id, action, transaction_id)
     SELECT gen_random_uuid(), 'user.registered', (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + n)::text::xid8
     FROM generate_series(0, 9) n`,
  );
  await it.record(null);
  let sealed = 0;
  for (let round = 0; round < 3; round += 1) sealed += await it.seal();
  expect(sealed).toBe(11);
  for (let made = 0; made < 15; made += 1) await it.record(null);
  for (let round = 0; round < 3; round += 1) sealed += await it.seal();
  expect(sealed).toBe(26);
  expect(await it.auditLog.verify()).toMatchObject({ intact: true, eventsChecked: 26 });
});

test('events restored to a server that has not come to the transactions of the last checkpoint are sealed too', async () => {
  await it.fill(4);
  await it.attack("UPDATE audit_checkpoints SET sealed_below = '4611686018427387904'");
  expect(await it.auditLog.verify()).toMatchObject({ intact: true });
  await it.record(null);
  expect(await it.auditLog.verify()).toMatchObject({ intact: true, eventsChecked: 4 });
  it.startAnew();
  expect(await it.seal()).toBe(1);
  expect(await it.auditLog.verify()).toMatchObject({ intact: true, eventsChecked: 5 });
});

test('nothing is sealed upon a checkpoint that this server did not sign', async () => {
  await it.fill(4);
  await it.attack('UPDATE audit_checkpoints SET root = root || root, frontier = frontier');
  await it.attack("UPDATE audit_checkpoints SET note = replace(note, 'id.example.com', 'xx.example.com')");
  await it.record(null);
  await expect(it.seal()).rejects.toThrow('broken');
  expect(await countOf('audit_leaves')).toBe(4);
});
