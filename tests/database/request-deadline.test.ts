import pg from 'pg';
import { eventually } from '../setup/eventually.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
let owner: pg.Client;
let token: string;
beforeAll(async () => {
  server = await startFullServer({ REQUEST_TIMEOUT: '1s' });
  owner = new pg.Client(server.ownerUrl);
  await owner.connect();
  const input = { email: 'ada@example.com', password: PASSWORD };
  await server.rest('POST', '/api/v1/auth/register', input);
  token = String((await server.rest('POST', '/api/v1/auth/login', input)).body?.access_token);
});
afterAll(async () => {
  await owner.end();
  await server.stop();
});

const UPDATE = `mutation ($name: String) {
  updateProfile(input: { fullName: $name }) { user { profile { fullName } } }
}`;

/** Statements of the server that wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await owner.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return Number(rows[0]?.count);
}

async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  await owner.query('BEGIN');
  await owner.query('LOCK TABLE user_profiles IN ACCESS EXCLUSIVE MODE');
  try {
    return await work();
  } finally {
    await owner.query('ROLLBACK');
  }
}

const viaGraphql = async () => {
  const { errors } = await server.graphql(UPDATE, { name: 'Late' }, token);
  return errors?.[0]?.extensions.code;
};
const viaRest = async () =>
  (await server.rest('PUT', '/api/v1/users/me', { full_name: 'Late' }, token)).body?.code;
const nameNow = async () => {
  const { body } = await server.rest('GET', '/api/v1/users/me', undefined, token);
  return (body?.profile as { full_name: string | null }).full_name;
};

test.each([
  ['GraphQL', viaGraphql],
  ['GraphQL, as compiled code', viaGraphql],
  ['GraphQL, past Apollo Server', viaGraphql],
  ['REST', viaRest],
])('a request that takes too long is stopped, in PostgreSQL too: %s', async (_way, send) => {
  await whileLocked(async () => {
    const code = send();
    await eventually(async () => expect(await waiting()).toBeGreaterThan(0));
    expect(await code).toBe('TIMED_OUT');
    await eventually(async () => expect(await waiting()).toBe(0));
  });
  expect(await nameNow()).toBeNull();
});

test('the connections serve the next requests as before', async () => {
  await whileLocked(() => Promise.all(Array.from({ length: 20 }, viaGraphql)));
  for (let time = 0; time < 20; time += 1) {
    const { errors } = await server.graphql(UPDATE, { name: `Ada ${time}` }, token);
    expect(errors).toBeUndefined();
  }
  expect(await nameNow()).toBe('Ada 19');
});
