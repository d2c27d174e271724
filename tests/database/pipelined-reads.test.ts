import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { createPipelinedReads, type PipelinedReads } from '../../src/database/hot-reads/pipelined-reads.js';
import type { ReadStatement } from '../../src/database/hot-reads/read-query.js';
import { createLog } from '../../src/log.js';
import { createEmptyDatabase } from '../setup/test-database.js';

const log = createLog('silent');
const BY_ID: ReadStatement = { name: 'by_id', text: 'SELECT id, word FROM words WHERE id = $1' };
const SLOW: ReadStatement = { name: 'slow', text: 'SELECT pg_sleep($1::float8)::text' };
const COUNT = 200;

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let admin: pg.Client;
let reads: PipelinedReads;

beforeAll(async () => {
  database = await createEmptyDatabase();
  admin = new pg.Client(database.url);
  await admin.connect();
  await admin.query('CREATE TABLE words (id int PRIMARY KEY, word text, seen timestamptz)');
  await admin.query(
    `INSERT INTO words SELECT n, 'word ' || n, '2026-01-02T03:04:05.6Z' FROM generate_series(1, ${COUNT}) n`,
  );
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

beforeEach(() => {
  reads = createPipelinedReads({ url: database.url, log });
});

afterEach(() => reads.close());

const numbers = Array.from({ length: COUNT }, (_, index) => String(index + 1));

test('many reads at once each get their own row', async () => {
  const rows = await Promise.all(numbers.map((id) => reads.read(BY_ID, [id])));
  expect(rows).toEqual(numbers.map((id) => [id, `word ${id}`]));
});

test('a key without a row answers null', async () => {
  await expect(reads.read(BY_ID, ['0'])).resolves.toBeNull();
});

test('null, empty and non-ASCII text arrive as they are', async () => {
  await admin.query("INSERT INTO words VALUES (1001, NULL), (1002, ''), (1003, 'Zoë 🙂')");
  const read = (id: string) => reads.read(BY_ID, [id]);
  expect(await Promise.all(['1001', '1002', '1003'].map(read))).toEqual([
    ['1001', null],
    ['1002', ''],
    ['1003', 'Zoë 🙂'],
  ]);
});

test('timestamps come in UTC and ISO whatever the database is set to', async () => {
  await admin.query(
    `ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET TimeZone = 'Asia/Kolkata'`,
  );
  const statement = { name: 'seen', text: 'SELECT seen FROM words WHERE id = $1' };
  await expect(reads.read(statement, ['1'])).resolves.toEqual(['2026-01-02 03:04:05.6+00']);
});

test('an error goes to its own caller and to nobody else', async () => {
  const results = await Promise.allSettled(
    numbers.map((id, index) => reads.read(BY_ID, [index % 10 === 3 ? 'not a number' : id])),
  );
  for (const [index, result] of results.entries()) {
    if (index % 10 === 3) expect(result).toMatchObject({ status: 'rejected', reason: { code: '22P02' } });
    else
      expect(result).toMatchObject({ status: 'fulfilled', value: [String(index + 1), `word ${index + 1}`] });
  }
});

test('a statement that does not parse fails for every caller and spoils no other', async () => {
  const broken = { name: 'broken', text: 'SELECT nothing_of_that_name FROM words WHERE id = $1' };
  for (let attempt = 0; attempt < 2; attempt++) {
    const results = await Promise.allSettled([reads.read(broken, ['1']), reads.read(broken, ['2'])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(reads.read(BY_ID, ['5'])).resolves.toEqual(['5', 'word 5']);
  }
});

test('it cannot write', async () => {
  const writing = { name: 'writing', text: 'UPDATE words SET word = word WHERE id = $1 RETURNING id' };
  await expect(reads.read(writing, ['1'])).rejects.toMatchObject({ code: '25006' });
});

test('a statement that takes too long is cancelled and those behind it still answer', async () => {
  const hurried = createPipelinedReads({ url: database.url, log, connections: 1, statementTimeoutMs: 100 });
  const slow = hurried.read(SLOW, ['30']);
  const behind = hurried.read(BY_ID, ['7']);
  await expect(slow).rejects.toMatchObject({ code: '57014' });
  await expect(behind).resolves.toEqual(['7', 'word 7']);
  await hurried.close();
});

test('more reads than may be pending are refused with OVERLOADED', async () => {
  const bounded = createPipelinedReads({ url: database.url, log, maxPending: 10 });
  const results = await Promise.allSettled(numbers.slice(0, 15).map((id) => bounded.read(BY_ID, [id])));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect(results[14]).toMatchObject({ reason: { code: 'OVERLOADED', retryAfterSeconds: 1 } });
  await expect(bounded.read(BY_ID, ['1'])).resolves.toEqual(['1', 'word 1']);
  await bounded.close();
});

test('reads under way survive that their backends are killed, again and again', async () => {
  await reads.read(BY_ID, ['1']);
  let isRunning = true;
  let answered = 0;
  const wrong: unknown[] = [];
  const callers = numbers.slice(0, 20).map(async (id) => {
    while (isRunning) {
      const row = await reads.read(BY_ID, [id]).catch((error: unknown) => error);
      if (JSON.stringify(row) === JSON.stringify([id, `word ${id}`])) answered += 1;
      else wrong.push(row);
    }
  });
  for (let kill = 0; kill < 3; kill++) {
    const before = answered;
    while (answered < before + 100) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await killOthers()).toBeGreaterThan(0);
  }
  const before = answered;
  while (answered < before + 100) await new Promise((resolve) => setTimeout(resolve, 5));
  isRunning = false;
  await Promise.all(callers);
  expect(wrong).toEqual([]);
});

test('a statement that the server has forgotten is prepared again', async () => {
  const single = createPipelinedReads({ url: database.url, log, connections: 1 });
  await single.read(BY_ID, ['1']);
  await admin.query('ALTER TABLE words ALTER COLUMN word TYPE varchar(300)'); // changes the result's type: 0A000
  await expect(single.read(BY_ID, ['2'])).resolves.toEqual(['2', 'word 2']);
  await single.close();
});

test('while the database is away reads wait, then give up with OVERLOADED, and work when it is back', async () => {
  const gate = await openGate(database.url);
  const distant = createPipelinedReads({ url: gate.url, log, connections: 1, maxWaitMs: 300 });
  await distant.read(BY_ID, ['1']);
  gate.shut();
  await expect(distant.read(BY_ID, ['2'])).rejects.toMatchObject({ code: 'OVERLOADED' });
  gate.open();
  let row: unknown = null;
  while (row === null) row = await distant.read(BY_ID, ['3']).catch(() => null);
  expect(row).toEqual(['3', 'word 3']);
  await distant.close();
  await gate.close();
});

test('a connection that went silent is replaced and its reads are sent again', async () => {
  const gate = await openGate(database.url);
  const hurried = createPipelinedReads({ url: gate.url, log, connections: 1, statementTimeoutMs: 100 });
  await hurried.read(BY_ID, ['1']);
  gate.silence();
  await expect(hurried.read(BY_ID, ['2'])).resolves.toEqual(['2', 'word 2']);
  await hurried.close();
  await gate.close();
});

test('close lets reads under way finish and refuses later ones', async () => {
  const under = Promise.all(numbers.map((id) => reads.read(BY_ID, [id])));
  await reads.read(BY_ID, ['1']);
  const closed = reads.close();
  await expect(reads.read(BY_ID, ['1'])).rejects.toThrow('closed');
  await expect(under).resolves.toHaveLength(COUNT);
  await closed;
  const { rows } = await admin.query<{ count: string }>(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
  );
  expect(rows[0]?.count).toBe('0');
});

async function killOthers(): Promise<number> {
  const { rowCount } = await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%FROM words%'",
  );
  return rowCount ?? 0;
}

/** A way to the database that can be shut: what is open breaks, and nobody comes in. */
async function openGate(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isShut = false;
  const server: Server = createServer((socket) => {
    if (isShut) return void socket.destroy();
    const onward = connect({ host: hostname, port: Number(port) });
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => undefined);
      end.on('close', () => sockets.delete(end));
    }
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => onward.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    shut() {
      isShut = true;
      for (const socket of sockets) socket.destroy();
    },
    open() {
      isShut = false;
    },
    /** What is open stays open and carries nothing any more. */
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(closed));
    },
  };
}
