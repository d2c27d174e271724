import { createServer, type Server } from 'node:net';
import pg from 'pg';
import { checkPostgres } from '../../src/database/postgres-check.js';
import { createEmptyDatabase, type TestDatabase } from '../setup/test-database.js';

let database: TestDatabase;
beforeAll(async () => (database = await createEmptyDatabase()));
afterAll(() => database.drop());

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

async function run(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

test('a database that fits passes', async () => {
  await expect(checkPostgres(database.url)).resolves.toBeUndefined();
});

test('a wrong password is named as such and not repeated', async () => {
  const refusal = checkPostgres(changed((url) => (url.password = 'hunter2-wrong')));
  await expect(refusal).rejects.toThrow(/user or the password in DATABASE_URL is wrong/);
  await expect(refusal).rejects.not.toThrow(/hunter2/);
});

test('a missing database is named', async () => {
  await expect(checkPostgres(changed((url) => (url.pathname = '/no_such')))).rejects.toThrow(
    /no such database: the database no_such on 127\.0\.0\.1:\d+\. Make it with CREATE DATABASE/,
  );
});

test('a server that is not there is named', async () => {
  await expect(checkPostgres('postgresql://u:secret-p@127.0.0.1:1/app')).rejects.toThrow(
    /^Nothing listens there: the database app on 127\.0\.0\.1:1 cannot be reached\. Is PostgreSQL running\?$/,
  );
});

test.each(['', 'nonsense', 'mysql://u:p@host/db', 'postgresql://[::1'])(
  '%j is no connection string',
  async (url) => {
    await expect(checkPostgres(url)).rejects.toThrow(/is not a connection string/);
  },
);

test('a user who may not make tables is told so', async () => {
  await run("CREATE ROLE guest_of_check LOGIN PASSWORD 'pw'");
  const url = changed((address) => Object.assign(address, { username: 'guest_of_check', password: 'pw' }));
  await expect(checkPostgres(url)).rejects.toThrow(/may not make tables in .* owner of the database/);
  await run('DROP ROLE guest_of_check');
});

test('a database that is not in UTF-8 is refused', async () => {
  const name = `latin_${process.pid}`;
  await run(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING LATIN1 LOCALE_PROVIDER libc LOCALE 'C'`);
  await expect(checkPostgres(changed((url) => (url.pathname = `/${name}`)))).rejects.toThrow(/LATIN1.*UTF8/);
  await run(`DROP DATABASE ${name}`);
});

describe('an old server', () => {
  let old: Server;
  // No such PostgreSQL is at hand: this speaks just enough of its protocol to answer one query.
  beforeAll(async () => {
    old = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))]));
        socket.once('data', () => socket.write(oldFacts()));
      });
    });
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => old.close());

  test('is refused with its version and the one that is needed', async () => {
    const address = old.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(checkPostgres(`postgresql://u:p@127.0.0.1:${port}/app`)).rejects.toThrow(
      /the database app on 127\.0\.0\.1:\d+ runs PostgreSQL 14\.2; Custodia needs version 15 or later/,
    );
  });
});

function oldFacts(): Buffer {
  const columns: [string, number, string][] = [
    ['version', 23, '140002'],
    ['version_name', 25, '14.2'],
    ['encoding', 25, 'UTF8'],
    ['may_start', 16, 't'],
  ];
  const described = columns.map(([name, type]) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(0),
      int16(0),
      int32(type),
      int16(-1),
      int32(-1),
      int16(0),
    ]),
  );
  const values = columns.map(([, , value]) => Buffer.concat([int32(value.length), Buffer.from(value)]));
  return Buffer.concat([
    message('T', Buffer.concat([int16(columns.length), ...described])),
    message('D', Buffer.concat([int16(columns.length), ...values])),
    message('C', Buffer.from('SELECT 1\0')),
    message('Z', Buffer.from('I')),
  ]);
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
