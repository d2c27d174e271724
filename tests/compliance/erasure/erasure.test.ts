import { createHash, createPublicKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { eventually } from '../../setup/eventually.js';
import { PASSWORD, startFullServer, type FullServer } from '../../setup/full-server.js';
import {
  codeOf,
  erasuresOf,
  requestIn,
  signIn,
  signUp,
  type Person,
  type RequestAnswer,
} from './erasure-people.js';

let server: FullServer;
let erasures: ReturnType<typeof erasuresOf>;
let officer: Person;

beforeAll(async () => {
  server = await startFullServer();
  erasures = erasuresOf(server);
  officer = await signUp(server, ['PRIVACY_OFFICER']);
});
afterAll(() => server.stop());

async function eraseNow(person: Person): Promise<RequestAnswer> {
  const { id } = requestIn(await erasures.erase(officer.token, person.id));
  let found: RequestAnswer | null = null;
  await eventually(async () => {
    found = await erasures.find(officer.token, id);
    expect(found?.status).toBe('COMPLETED');
  });
  return found as unknown as RequestAnswer;
}

async function rowOf(userId: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  const { rows } = await client.query('SELECT * FROM users WHERE id = $1', [userId]);
  await client.end();
  return rows[0] as Record<string, unknown> | undefined;
}

describe('asking for the erasure of one’s own account', () => {
  test('schedules it for the end of the grace period; until then the account works and the request can be taken back', async () => {
    const person = await signUp(server);
    const request = requestIn(await erasures.request(person.token, 'I am leaving'));
    expect(request).toMatchObject({
      status: 'SCHEDULED',
      requestedBy: person.id,
      reason: 'I am leaving',
      receipt: null,
    });
    const days = (Date.parse(request.scheduledFor) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(26.9); // in a February
    expect(days).toBeLessThan(30.1);

    const token = await signIn(server, person.email);
    const viewer = await server.graphql('{ viewer { erasureRequest { id status } } }', {}, token);
    expect(viewer.data?.viewer).toEqual({ erasureRequest: { id: request.id, status: 'SCHEDULED' } });
    expect(requestIn(await erasures.cancel(token, request.id)).status).toBe('CANCELLED');
    expect(codeOf(await erasures.cancel(token, request.id))).toBe('CONFLICT');
    const after = await server.graphql('{ viewer { status erasureRequest { id } } }', {}, token);
    expect(after.data?.viewer).toEqual({ status: 'ACTIVE', erasureRequest: null });
  });

  test('twice, also at the same moment, opens one request', async () => {
    const person = await signUp(server);
    const answers = await Promise.all([1, 2, 3].map(() => erasures.request(person.token)));
    expect(answers.map((answer) => codeOf(answer) ?? 'opened').sort()).toEqual([
      'CONFLICT',
      'CONFLICT',
      'opened',
    ]);
    const refused = answers.find((answer) => codeOf(answer) === 'CONFLICT');
    expect(refused?.errors?.[0]?.extensions).toMatchObject({ satisfiedBy: 'cancelErasure' });
    expect(await server.app.db.erasureRequest.count({ where: { userId: person.id } })).toBe(1);
  });

  test('needs a sign-in younger than ten minutes, and a reason of at most 500 characters', async () => {
    const person = await signUp(server);
    const [session] = await server.app.db.session.findMany({ where: { userId: person.id } });
    const stale = await staleToken(person.id, session?.id ?? '');
    expect(codeOf(await erasures.request(stale))).toBe('STEP_UP_REQUIRED');
    expect(codeOf(await erasures.request(person.token, 'x'.repeat(501)))).toBe('BAD_USER_INPUT');
    expect(await server.app.db.erasureRequest.count({ where: { userId: person.id } })).toBe(0);
  });

  test('foreign and unknown requests answer alike', async () => {
    const [owner, stranger] = [await signUp(server), await signUp(server)];
    const { id } = requestIn(await erasures.request(owner.token));
    for (const wanted of [id, crypto.randomUUID(), 'no uuid', '']) {
      expect(codeOf(await erasures.cancel(stranger.token, wanted))).toBe('NOT_FOUND');
      expect(await erasures.find(stranger.token, wanted)).toBeNull();
    }
    expect(codeOf(await erasures.cancel(undefined, id))).toBe('UNAUTHENTICATED');
    expect(codeOf(await erasures.list(owner.token))).toBe('FORBIDDEN');
    expect(codeOf(await erasures.erase(stranger.token, owner.id))).toBe('FORBIDDEN');
  });

  test('is carried out when the grace period is over, and not a moment before', async () => {
    const person = await signUp(server);
    const { id } = requestIn(await erasures.request(person.token));
    await server.app.erasures.runDue();
    expect((await erasures.find(officer.token, id))?.status).toBe('SCHEDULED');
    await server.app.db.erasureRequest.update({ where: { id }, data: { scheduledFor: new Date() } });
    await server.app.erasures.runDue();
    await eventually(async () => expect((await erasures.find(officer.token, id))?.status).toBe('COMPLETED'));
  });
});

describe('an account that an officer erases at once', () => {
  let person: Person;
  let request: RequestAnswer;

  beforeAll(async () => {
    person = await signUp(server);
    request = await eraseNow(person);
  });

  test('keeps its id, its status and its dates, and nothing else', async () => {
    const row = await rowOf(person.id);
    const left = Object.entries(row ?? {}).filter(([, value]) => value !== null);
    expect(Object.fromEntries(left)).toEqual({
      id: person.id,
      status: 'ERASED',
      is_verified: false,
      created_at: expect.any(Date),
      deleted_at: expect.any(Date),
    });
  });

  test('has no sessions any more: its access token is refused at once', async () => {
    expect(codeOf(await server.graphql('{ viewer { id } }', {}, person.token))).toBe('UNAUTHENTICATED');
  });

  test('cannot be signed in to, and its address is free', async () => {
    const { body } = await server.rest('POST', '/api/v1/auth/login', {
      email: person.email,
      password: PASSWORD,
    });
    expect(body?.code).toBe('INVALID_CREDENTIALS');
    const again = await server.rest('POST', '/api/v1/auth/register', {
      email: person.email,
      password: PASSWORD,
    });
    expect(again.status).toBe(201);
    expect(again.body?.id).not.toBe(person.id);
  });

  test('has a receipt that verifies offline with the published keys and names nobody', async () => {
    const { receipt } = request;
    const jwks = (await server.rest('GET', '/.well-known/jwks.json')).body as {
      keys: (object & { kid: string })[];
    };
    const { header, payload } = jwt.decode(receipt?.jws ?? '', { complete: true }) ?? {};
    const key = jwks.keys.find(({ kid }) => kid === header?.kid);
    const publicKey = createPublicKey({ format: 'jwk', key: key as never });
    expect(jwt.verify(receipt?.jws ?? '', publicKey, { algorithms: ['ES256'] })).toEqual(payload);
    expect(header).toMatchObject({ alg: 'ES256', typ: 'erasure-receipt+jwt' });
    expect(payload).toMatchObject({ jti: receipt?.id, audit_sequence: receipt?.auditSequence });
    const hash = createHash('sha256').update(`${receipt?.id}:${person.id}`).digest('base64url');
    expect(receipt?.subjectHash).toBe(hash);
    expect(receipt?.destroyed).toEqual(expect.arrayContaining(['data_keys', 'user_profiles', 'users.email']));
    expect(JSON.stringify(payload)).not.toContain(person.id);
    expect(codeOf(await server.graphql('{ viewer { id } }', {}, receipt?.jws))).toBe('UNAUTHENTICATED');
  });

  test('names the audit event of the erasure by its place in the sealed log', async () => {
    const [event] = await server.app.db.$queryRaw<{ action: string; subject_id: string }[]>`
      SELECT e.action, e.subject_id::text FROM audit_events e JOIN audit_leaves l ON l.event_id = e.id
       WHERE l.sequence = ${BigInt(request.receipt?.auditSequence ?? -1)}`;
    expect(event).toEqual({ action: 'user.erased', subject_id: person.id });
  });

  test('cannot be erased again, held, restored or have its erasure cancelled: the answer says why', async () => {
    const admin = await signUp(server, ['ADMIN']);
    const restore = await server.graphql(
      'mutation ($id: ID!) { restoreUser(userId: $id) { user { id } } }',
      { id: person.id },
      admin.token,
    );
    for (const answer of [
      await erasures.erase(officer.token, person.id),
      await erasures.hold(officer.token, person.id),
      await erasures.cancel(officer.token, request.id),
    ]) {
      expect(codeOf(answer)).toBe('CONFLICT');
      expect(answer.errors?.[0]?.extensions.hint).toMatch(/erased/);
    }
    expect(codeOf(restore)).toBe('CONFLICT');
  });

  test('stands in the list of officers, which can be filtered and read page by page', async () => {
    const read = async (variables: object) =>
      (await erasures.list(officer.token, variables)).data?.erasureRequests as {
        totalCount: number;
        nodes: { id: string; status: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    const page = await read({ first: 1, status: ['COMPLETED'] });
    expect(page.nodes).toEqual([{ id: expect.any(String), status: 'COMPLETED' }]);
    expect(page.totalCount).toBeGreaterThan(0);

    for (let more = 0; more < 2; more += 1) await erasures.request((await signUp(server)).token);
    const first = await read({ first: 2 });
    const rest = await read({ first: 100, after: first.pageInfo.endCursor });
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    const ids = [...first.nodes, ...rest.nodes].map(({ id }) => id);
    expect(ids).toHaveLength(first.totalCount);
    expect(new Set(ids).size).toBe(first.totalCount);
    const tampered = `${page.pageInfo.endCursor.slice(0, -2)}AA`;
    expect(codeOf(await erasures.list(officer.token, { after: tampered }))).toBe('BAD_USER_INPUT');
    expect(codeOf(await erasures.list(officer.token, { first: 101 }))).toBe('QUERY_TOO_COMPLEX');
  });
});

test('an officer cannot erase an account above their own, nor the last administrator, nor one that is not there', async () => {
  const admin = await server.app.db.userRole.findFirst({
    where: { role: 'ADMIN' },
    select: { userId: true },
  });
  expect(codeOf(await erasures.erase(officer.token, admin?.userId ?? ''))).toBe('FORBIDDEN');
  for (const unknown of [crypto.randomUUID(), 'no uuid']) {
    expect(codeOf(await erasures.erase(officer.token, unknown))).toBe('NOT_FOUND');
  }
  const last = await signUp(server, ['ADMIN']);
  await server.app.db.userRole.deleteMany({ where: { role: 'ADMIN', userId: { not: last.id } } });
  expect(codeOf(await erasures.request(last.token))).toBe('CONFLICT');
});

test('of administrators who all want to go the last one stays until there is another', async () => {
  const { db } = server.app;
  await db.userRole.deleteMany({ where: { role: 'ADMIN' } });
  const [one, other] = [await signUp(server, ['ADMIN']), await signUp(server, ['ADMIN'])];
  const [first, second] = await Promise.all([erasures.request(one.token), erasures.request(other.token)]);
  expect([codeOf(first) ?? 'opened', codeOf(second) ?? 'opened'].sort()).toEqual(['CONFLICT', 'opened']);
  const [leaving, staying] = codeOf(first) === undefined ? [one, other] : [other, one];
  const { id } = requestIn(codeOf(first) === undefined ? first : second);
  // Who is about to go no longer counts, and so cannot remove the one who stays.
  const SUSPEND = 'mutation ($id: ID!) { suspendUser(userId: $id, reason: "test") { user { id } } }';
  expect(codeOf(await server.graphql(SUSPEND, { id: staying.id }, leaving.token))).toBe('CONFLICT');

  await db.userRole.deleteMany({ where: { userId: staying.id } });
  await db.erasureRequest.update({ where: { id }, data: { scheduledFor: new Date(0) } });
  await server.app.erasures.runDue();
  expect((await erasures.find(officer.token, id))?.status).toBe('SCHEDULED');
  await db.userRole.create({ data: { userId: staying.id, role: 'ADMIN' } });
  await server.app.erasures.runDue();
  await eventually(async () => expect((await erasures.find(officer.token, id))?.status).toBe('COMPLETED'));
});

test('two officers who erase one account at the same moment begin one erasure', async () => {
  const person = await signUp(server);
  const answers = await Promise.all([1, 2].map(() => erasures.erase(officer.token, person.id)));
  expect(answers.map((answer) => codeOf(answer) ?? 'begun').sort()).toEqual(['CONFLICT', 'begun']);
  await eventually(async () => {
    const events = await server.app.db.auditEvent.findMany({
      where: { subjectId: person.id, action: 'user.erased' },
    });
    expect(events).toHaveLength(1);
  });
});

/** A token of a sign-in eleven minutes ago, which the session's own age does not matter for. */
async function staleToken(userId: string, sessionId: string): Promise<string> {
  const { createAccessTokens } = await import('../../../src/security/tokens/access-token.js');
  const { createSigningKeys } = await import('../../../src/security/signing-keys/signing-keys.js');
  const { testKeyRing } = await import('../../setup/test-keys.js');
  const { createLog } = await import('../../../src/log.js');
  const clock = { now: () => new Date() };
  const config = {
    publicUrl: 'http://localhost:4000',
    accessTokenTtl: 600_000,
    signingKeyLifetime: 7_776_000_000,
  };
  const { encryption } = testKeyRing();
  const signingKeys = createSigningKeys({
    db: server.app.db,
    encryption,
    clock,
    config,
    log: createLog('silent'),
    recordChange: () => Promise.reject(new Error('The server has made the key.')),
  });
  await signingKeys.ensure();
  const authTime = new Date(Date.now() - 11 * 60_000);
  const viewer = { userId, sessionId, authTime, amr: ['pwd'], scope: ['account'] };
  return (await createAccessTokens({ signingKeys, clock, config }).issue(viewer)).token;
}
