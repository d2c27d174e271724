import { randomUUID } from 'node:crypto';
import { EventEmitter, once as onceEmitted } from 'node:events';
import pg from 'pg';
import { DAY, systemClock } from '../../src/clock.js';
import { createLog } from '../../src/log.js';
import { createIdempotentRequests } from '../../src/security/requests/idempotent-requests.js';
import { signInAs } from '../admin/staff.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { testKeyRing } from '../setup/test-keys.js';

const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { userId message } }';
const LOGIN =
  'mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { tokens { accessToken } } } }';
const UPDATE =
  'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { profile { fullName } } } }';

let server: FullServer;
let owner: pg.Client;
beforeAll(async () => {
  server = await startFullServer();
  owner = new pg.Client(server.ownerUrl);
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await server.stop();
});

interface Answer {
  status: number;
  isReplayed: boolean;
  cookies: string[];
  deviceToken: string | null;
  body: Record<string, unknown> & { errors?: { extensions: { code: string; hint?: string } }[] };
}

async function send(
  path: string,
  key: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    isReplayed: response.headers.get('idempotency-replayed') === 'true',
    cookies: response.headers.getSetCookie(),
    deviceToken: response.headers.get('x-device-token'),
    body: (await response.json()) as Answer['body'],
  };
}

const graphql = (key: string, query: string, input: object, headers?: Record<string, string>) =>
  send('/graphql', key, { query, variables: { input } }, headers);
const newAddress = () => `${randomUUID()}@example.com`;
const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code ?? (body.code as string | undefined);

async function signedIn(): Promise<Record<string, string>> {
  const email = newAddress();
  await graphql(randomUUID(), REGISTER, { email, password: PASSWORD });
  const { body } = await graphql(randomUUID(), LOGIN, { email, password: PASSWORD });
  const { accessToken } = (body.data as { login: { tokens: { accessToken: string } } }).login.tokens;
  return { authorization: `Bearer ${accessToken}` };
}

test('the same key and body get the stored answer, and nothing happens twice', async () => {
  const [key, input] = [randomUUID(), { email: newAddress(), password: PASSWORD }];
  const first = await graphql(key, REGISTER, input);
  expect([first.status, first.isReplayed, first.body.errors]).toEqual([200, false, undefined]);
  for (let time = 0; time < 3; time += 1) {
    expect(await graphql(key, REGISTER, input)).toEqual({ ...first, isReplayed: true });
  }
  expect(codeOf(await graphql(randomUUID(), REGISTER, input))).toBe('EMAIL_TAKEN');
  expect((await graphql(`"${key}"`, REGISTER, input)).isReplayed).toBe(true);
});

test('over REST too, with its status', async () => {
  const [key, body] = [randomUUID(), { email: newAddress(), password: PASSWORD }];
  const first = await send('/api/v1/auth/register', key, body);
  expect(first.status).toBe(201);
  expect(await send('/api/v1/auth/register', key, body)).toEqual({ ...first, isReplayed: true });
  const other = await send('/api/v1/auth/register', key, { ...body, email: newAddress() });
  expect([other.status, codeOf(other)]).toEqual([409, 'CONFLICT']);
});

test('another body is CONFLICT', async () => {
  const [key, input] = [randomUUID(), { email: newAddress(), password: PASSWORD }];
  await graphql(key, REGISTER, input);
  const other = await graphql(key, REGISTER, { ...input, fullName: 'Ada' });
  expect([other.status, codeOf(other), other.body.errors?.[0]?.extensions.hint]).toEqual([
    409,
    'CONFLICT',
    'This Idempotency-Key was used for another request.',
  ]);
});

test('twenty at once are carried out once; those with another body are CONFLICT', async () => {
  const [key, input] = [randomUUID(), { email: newAddress(), password: PASSWORD }];
  const answers = await Promise.all(Array.from({ length: 20 }, () => graphql(key, REGISTER, input)));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1);
  expect(answers[0]?.body.errors).toBeUndefined();

  const second = randomUUID();
  const names = Array.from({ length: 10 }, () => newAddress());
  const mixed = await Promise.all(
    names.map((email) => graphql(second, REGISTER, { email, password: PASSWORD })),
  );
  expect(mixed.map(codeOf).sort()).toEqual([...Array<string>(9).fill('CONFLICT'), undefined]);
});

test('a refusal is not stored: nothing was changed, and the next attempt may go well', async () => {
  const [key, email] = [randomUUID(), newAddress()];
  for (let time = 0; time < 2; time += 1) {
    expect(codeOf(await graphql(key, REGISTER, { email, password: 'short' }))).toBe('PASSWORD_TOO_SHORT');
  }
  expect((await graphql(key, REGISTER, { email, password: PASSWORD })).body.errors).toBeUndefined();
});

test('a key means nothing to another caller', async () => {
  const [key, ada, bo] = [randomUUID(), await signedIn(), await signedIn()];
  const input = { fullName: 'Ada' };
  expect((await graphql(key, UPDATE, input, ada)).isReplayed).toBe(false);
  expect((await graphql(key, UPDATE, input, bo)).isReplayed).toBe(false);
  expect((await graphql(key, UPDATE, { fullName: 'Bo' }, bo)).status).toBe(409);
  expect((await graphql(key, UPDATE, input, ada)).isReplayed).toBe(true);
  expect(codeOf(await graphql(key, UPDATE, input, { authorization: 'Bearer none' }))).toBe('UNAUTHENTICATED');
});

test('what shows accounts of others is answered once; a repetition reads the present state instead', async () => {
  const [admin, person] = [await signInAs(server, ['ADMIN']), await signInAs(server)];
  const headers = { authorization: `Bearer ${admin.token}` };
  const suspend = (key: string, fields: string) =>
    send(
      '/graphql',
      key,
      {
        query: `mutation ($id: ID!) { suspendUser(userId: $id, reason: "spam") { user { ${fields} } } }`,
        variables: { id: person.id },
      },
      headers,
    );
  const key = randomUUID();
  expect((await suspend(key, 'email')).body.data).toEqual({ suspendUser: { user: { email: person.email } } });
  const again = await suspend(key, 'email');
  expect([again.status, codeOf(again)]).toEqual([409, 'CONFLICT']);
  expect(again.body.errors?.[0]?.extensions.hint).toContain('was carried out');
  expect(JSON.stringify(again)).not.toContain(person.email);
  expect(codeOf(await suspend(key, 'status'))).toBe('CONFLICT');

  const [idOnly, other] = [randomUUID(), await signInAs(server)];
  const suspendBlindly = (id: string) => ({
    query: 'mutation ($id: ID!) { suspendUser(userId: $id, reason: "spam") { user { id } } }',
    variables: { id },
  });
  await send('/graphql', idOnly, suspendBlindly(other.id), headers);
  expect((await send('/graphql', idOnly, suspendBlindly(other.id), headers)).isReplayed).toBe(true);
});

test('a cookie that was lost with the answer comes with its repetition', async () => {
  const [key, email, cookieMode] = [randomUUID(), newAddress(), { 'x-auth-transport': 'cookie' }];
  await graphql(randomUUID(), REGISTER, { email, password: PASSWORD });
  const first = await graphql(key, LOGIN, { email, password: PASSWORD }, cookieMode);
  expect(first.cookies.map((cookie) => cookie.split('=')[0])).toEqual([
    '__Host-custodia_refresh',
    '__Host-custodia_device',
  ]);
  expect(await graphql(key, LOGIN, { email, password: PASSWORD }, cookieMode)).toEqual({
    ...first,
    isReplayed: true,
  });
  expect((await graphql(key, LOGIN, { email, password: PASSWORD })).status).toBe(409);
});

test('so does the token by which the device is known, and nobody reads it in the database', async () => {
  const [key, email] = [randomUUID(), newAddress()];
  await graphql(randomUUID(), REGISTER, { email, password: PASSWORD });
  const first = await graphql(key, LOGIN, { email, password: PASSWORD });
  expect(first.deviceToken).toMatch(/^cst_dv_/);
  expect(await graphql(key, LOGIN, { email, password: PASSWORD })).toEqual({ ...first, isReplayed: true });
  const { rows } = await owner.query<{ text: string }>(
    'SELECT to_jsonb(r)::text AS text FROM idempotent_requests r',
  );
  expect(rows.map(({ text }) => text).join()).not.toContain('cst_dv_');
});

test('a query is answered anew each time', async () => {
  const [key, headers] = [randomUUID(), await signedIn()];
  const body = { query: '{ viewer { id } }' };
  expect((await send('/graphql', key, body, headers)).isReplayed).toBe(false);
  expect((await send('/graphql', key, body, headers)).isReplayed).toBe(false);
});

// fetch sends a header as latin1, and Node reads it so: the é arrives as one.
test.each(['', 'a b', 'é', 'x'.repeat(256)])('the key "%s" is none: nothing is done', async (key) => {
  const email = newAddress();
  const { status, body } = await send('/api/v1/auth/register', key, { email, password: PASSWORD });
  expect([status, body]).toMatchObject([
    400,
    { code: 'BAD_USER_INPUT', fields: { 'Idempotency-Key': 'must be 1 to 255 visible ASCII characters' } },
  ]);
  expect(await server.app.db.user.findUnique({ where: { email }, select: { id: true } })).toBeNull();
});

describe('what lies in the database', () => {
  const rows = async () =>
    (await owner.query<Record<string, unknown>>('SELECT * FROM idempotent_requests')).rows;
  beforeEach(() => owner.query('DELETE FROM idempotent_requests'));

  test('opens only with the key that the client holds', async () => {
    const [key, email] = [randomUUID(), newAddress()];
    await graphql(randomUUID(), REGISTER, { email, password: PASSWORD });
    const { body } = await graphql(key, LOGIN, { email, password: PASSWORD });
    const token = (body.data as { login: { tokens: { accessToken: string } } }).login.tokens.accessToken;
    const found = JSON.stringify(await rows());
    expect(found).toContain('"answer":"');
    for (const secret of [key, email, token, 'accessToken', PASSWORD]) {
      expect(found).not.toContain(secret);
      expect(found).not.toContain(Buffer.from(secret).toString('base64url'));
    }
  });

  test('goes with the account', async () => {
    const headers = await signedIn();
    await owner.query('DELETE FROM idempotent_requests');
    await graphql(randomUUID(), UPDATE, { fullName: 'Ada' }, headers);
    const [row] = await rows();
    await owner.query('DELETE FROM users WHERE id = $1', [row?.user_id]);
    expect(await rows()).toEqual([]);
  });

  test('is kept for a day, and forgotten then', async () => {
    const [key, headers] = [randomUUID(), await signedIn()];
    const grow = (older: string) =>
      owner.query('UPDATE idempotent_requests SET created_at = created_at - $1::interval', [older]);
    const isReplayed = async () => (await graphql(key, UPDATE, { fullName: 'Ada' }, headers)).isReplayed;
    expect(await isReplayed()).toBe(false);
    await grow('23 hours 59 minutes');
    expect(await isReplayed()).toBe(true);
    await grow('1 minute 1 second');
    expect(await isReplayed()).toBe(false);
    await grow('24 hours 1 second');
    expect(await server.app.retention.run()).toMatchObject({ repeatableRequests: 3 });
    expect(await rows()).toEqual([]);
  });

  test('is taken over when the process that held it died before it changed anything', async () => {
    const [key, headers] = [randomUUID(), await signedIn()];
    await graphql(key, UPDATE, { fullName: 'Ada' }, headers);
    await owner.query(
      `UPDATE idempotent_requests SET answer = NULL, has_changed = false, locked_until = now() - interval '1 second'`,
    );
    const again = await Promise.all([0, 1, 2].map(() => graphql(key, UPDATE, { fullName: 'Ada' }, headers)));
    expect(again.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1);
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

test('a first request that does not end makes its repetition CONFLICT, with a time to come again', async () => {
  const { once } = createIdempotentRequests({
    db: server.app.db,
    secrets: testKeyRing().searchIndex,
    clock: systemClock,
    ttl: DAY,
    log: createLog('silent'),
    patience: 50,
  });
  const asked = { key: randomUUID(), userId: null, caller: 'a', request: 'b' };
  const steps = new EventEmitter();
  const first = once(asked, async () => {
    steps.emit('began');
    const [answer] = (await onceEmitted(steps, 'end')) as [string];
    return { answer, kept: answer, ending: 'done', userId: null };
  });
  await onceEmitted(steps, 'began');
  await expect(once(asked, () => Promise.reject(new Error('never')))).rejects.toMatchObject({
    code: 'CONFLICT',
    retryAfterSeconds: 1,
  });
  steps.emit('end', 'done');
  expect(await first).toEqual({ answer: 'done', isRepeated: false });
  expect(await once(asked, () => Promise.reject(new Error('never')))).toEqual({
    answer: 'done',
    isRepeated: true,
  });
});
