import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { startFullServer, type FullServer } from '../setup/full-server.js';

// A user whose every value is a word that stands nowhere else, and then a search for those words wherever
// the server writes: the files of the database, its write-ahead log, a dump of every table, and its own log.

const canary = (name: string) => `canary${name}${randomBytes(6).toString('hex')}`;
const ADDRESS = '203.0.113.77';

let server: FullServer;
let log = '';
const secrets = new Map<string, string>();

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  server = await startFullServer({ LOG_LEVEL: 'trace', TRUSTED_PROXIES: '1' }, sink);
  await liveALife();
});
afterAll(() => server.stop());

async function call(path: string, body: object, token?: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}${path}`, {
    method: path.endsWith('/me') ? 'PUT' : 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': secrets.get('user agent') ?? '',
      'x-forwarded-for': ADDRESS,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok || answer.errors) throw new Error(`${path} answered ${JSON.stringify(answer)}`);
  return answer;
}

const graphql = (query: string, variables: object, token?: string) =>
  call('/graphql', { query, variables }, token);

/** Registers, verifies, signs in, refreshes, updates, and asks for a new address and a new password. */
async function liveALife(): Promise<void> {
  for (const name of ['password', 'name', 'preference', 'user agent', 'path', 'local', 'other']) {
    secrets.set(name, canary(name.replace(' ', '')));
  }
  const read = (name: string) => secrets.get(name) ?? '';
  const email = `${read('local')}@example.com`;
  const password = `${read('password')} and more`;
  secrets.set('phone number', '+499876501234');
  await call('/api/v1/auth/register', {
    email,
    password,
    full_name: read('name'),
    phone_number: read('phone number'),
    avatar_url: `https://example.com/${read('path')}`,
    preferences: { note: read('preference') },
  });
  secrets.set('verification token', await server.mailedToken('verify-email'));
  await call('/api/v1/auth/verify-email', { token: read('verification token') });
  const login = await call('/api/v1/auth/login', { email, password });
  secrets.set('refresh token', String(login.refresh_token));
  const refreshed = await call('/api/v1/auth/refresh', { refresh_token: login.refresh_token });
  secrets.set('second refresh token', String(refreshed.refresh_token));
  const token = String(refreshed.access_token);
  secrets.set('access token', token.split('.')[2] ?? '');
  secrets.set('changed name', canary('changed'));
  await call('/api/v1/users/me', { full_name: read('changed name') }, token);
  await graphql(
    'mutation ($to: EmailAddress!, $password: String!) { requestEmailChange(newEmail: $to, password: $password) { success } }',
    { to: `${read('other')}@example.com`, password },
    token,
  );
  secrets.set('change token', await server.mailedToken('confirm-email-change'));
  await call('/api/v1/auth/reset-password', { email });
  secrets.set('reset token', await server.mailedToken('reset-password'));
  secrets.set('address', ADDRESS);
  secrets.set('password hash', '$argon2id$');
}

/** Every form in which a value could lie about: as it is, as bytes in hex (bytea), in base64. */
function formsOf(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  const texts = [value, value.toUpperCase(), bytes.toString('hex')];
  // Base64 depends on where the value starts; the middle of each of the three alignments is fixed.
  for (const lead of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replaceAll('=', '');
    texts.push(encoded.slice(4, -4), encoded.slice(4, -4).replaceAll('+', '-').replaceAll('/', '_'));
  }
  return texts.filter((text) => text.length >= 6).map((text) => Buffer.from(text));
}

function findCanaries(content: Buffer): string[] {
  return [...secrets]
    .filter(([, value]) => formsOf(value).some((form) => content.includes(form)))
    .map(([name]) => name);
}

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Searches a file piece by piece, with an overlap so that nothing hides on a seam. */
async function findInFile(path: string): Promise<string[]> {
  const found = new Set<string>();
  let tail = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 })) {
    const piece = Buffer.concat([tail, chunk as Buffer]);
    for (const name of findCanaries(piece)) found.add(name);
    tail = piece.subarray(-512);
  }
  return [...found];
}

async function findInFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(0);
  return (await Promise.all(files.map(findInFile))).flat();
}

describe('of a registered, signed-in, updated user', () => {
  test('the search finds what is there: the folder of mails is full of it', async () => {
    const found = await findInFolder(join(server.dataDir, 'mail'));
    expect(found).toEqual(expect.arrayContaining(['local', 'verification token', 'reset token']));
  });

  test('nothing stands in the files of the database after a checkpoint', async () => {
    const [place] = await query<{ folder: string; oid: string }>(
      `SELECT current_setting('data_directory') AS folder, oid::text FROM pg_database WHERE datname = current_database()`,
    );
    await query('CHECKPOINT');
    expect(await findInFolder(join(place?.folder ?? '', 'base', place?.oid ?? ''))).toEqual([]);
  });

  test('nothing stands in the write-ahead log', async () => {
    const [place] = await query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    expect(await findInFolder(join(place?.folder ?? '', 'pg_wal'))).toEqual([]);
  });

  test('nothing stands in a dump of every table of every schema', async () => {
    const tables = await query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['public.users', 'pgboss.job']));
    for (const { name } of tables) {
      const rows = await query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
      expect({ name, found: findCanaries(Buffer.from(rows.map(({ line }) => line).join('\n'))) }).toEqual({
        name,
        found: [],
      });
    }
  });

  test('nothing stands in the server’s log, at its most talkative', () => {
    expect(log).toContain('"level"');
    expect(findCanaries(Buffer.from(log))).toEqual([]);
  });
});
