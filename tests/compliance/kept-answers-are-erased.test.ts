import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { DAY, systemClock } from '../../src/clock.js';
import { createLog } from '../../src/log.js';
import { createIdempotentRequests } from '../../src/security/requests/idempotent-requests.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { testKeyRing } from '../setup/test-keys.js';

// Answers that are kept so that a request can be repeated say something about an account, also those that made it or signed
// in to it: they go with it.

const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { userId message } }';
const LOGIN =
  'mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { tokens { accessToken } } } }';

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
    body: (await response.json()) as Answer['body'],
  };
}

const graphql = (key: string, query: string, input: object, headers?: Record<string, string>) =>
  send('/graphql', key, { query, variables: { input } }, headers);
const newAddress = () => `${randomUUID()}@example.com`;
const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code ?? (body.code as string | undefined);

test('what was answered before anybody was signed in goes with the account too', async () => {
  const live = async () => {
    const email = newAddress();
    const credentials = { email, password: PASSWORD };
    const keys = [randomUUID(), randomUUID(), randomUUID(), randomUUID()] as const;
    const answers = [
      await graphql(keys[0], REGISTER, credentials),
      await graphql(keys[1], LOGIN, credentials),
      await send('/api/v1/auth/login', keys[2], credentials),
    ];
    const refresh_token = String(answers[2]?.body.refresh_token);
    answers.push(await send('/api/v1/auth/refresh', keys[3], { refresh_token }));
    const { id } = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
    expect(answers.map(({ status, isReplayed }) => [status, isReplayed])).toEqual(
      Array(4).fill([200, false]),
    );
    expect((await graphql(keys[1], LOGIN, credentials)).isReplayed).toBe(true);
    return { id, credentials, keys };
  };
  const kept = async (id: string) =>
    (await owner.query('SELECT 1 FROM idempotent_requests WHERE user_id = $1', [id])).rowCount;
  const [gone, stays] = [await live(), await live()];
  expect([await kept(gone.id), await kept(stays.id)]).toEqual([4, 4]);
  const before = (await owner.query('SELECT 1 FROM idempotent_requests')).rowCount ?? 0;

  const order = { userId: gone.id, reason: 'asked by letter', immediately: true };
  const { id } = await server.app.erasures.erase(null, order);
  await server.app.erasures.carryOut(id, 'destroy');
  expect([await kept(gone.id), await kept(stays.id)]).toEqual([0, 4]);
  expect((await owner.query('SELECT 1 FROM idempotent_requests')).rowCount).toBe(before - 4);
  expect(codeOf(await graphql(gone.keys[1], LOGIN, gone.credentials))).toBe('INVALID_CREDENTIALS');
  expect((await graphql(stays.keys[1], LOGIN, stays.credentials)).isReplayed).toBe(true);
});

test('an answer about an account that was erased meanwhile is not kept', async () => {
  const { db, erasures } = server.app;
  const email = newAddress();
  await graphql(randomUUID(), REGISTER, { email, password: PASSWORD });
  const { id: userId } = await db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  const { once } = createIdempotentRequests({
    db, secrets: testKeyRing().searchIndex, clock: systemClock, ttl: DAY, log: createLog('silent'),
  }); // prettier-ignore
  const before = await db.idempotentRequest.count();
  await once({ key: randomUUID(), userId: null, caller: 'a', request: 'b' }, async () => {
    const order = { userId, reason: 'asked by letter', immediately: true };
    await erasures.carryOut((await erasures.erase(null, order)).id, 'destroy');
    return { answer: 'done', kept: 'done', ending: 'done', userId };
  });
  expect(await db.idempotentRequest.count()).toBe(before - 1); // that of the registration
});
