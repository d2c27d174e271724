import pg from 'pg';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { testServer } from '../setup/test-database.js';
import { createAccount, eventsAbout, signInAs, type Person } from './staff.js';

let server: FullServer;
let support: Person;

beforeAll(async () => {
  server = await startFullServer();
  support = await signInAs(server, ['SUPPORT']);
});
afterAll(() => server.stop());

async function looksAt(id: string) {
  return (await eventsAbout(server, id)).filter(({ action }) => action === 'pii.viewed');
}

test('reading the account of somebody is recorded once a request: who looked at whom', async () => {
  const { id } = await createAccount(server);
  const query =
    'query ($id: ID!) { one: user(id: $id) { email profile { fullName } } two: user(id: $id) { isVerified } }';
  await server.graphql(query, { id }, support.token);
  expect(await looksAt(id)).toEqual([
    {
      action: 'pii.viewed',
      actorId: support.id,
      data: { operations: ['user'], sessionId: expect.any(String) as string },
    },
  ]);
  await server.graphql(
    'query ($id: ID!) { node(id: $id) { ... on User { lastLoginAt } } }',
    { id },
    support.token,
  );
  expect(await looksAt(id)).toHaveLength(2);
});

test('a list is a look at each account in it', async () => {
  const accounts = await Promise.all([createAccount(server), createAccount(server), createAccount(server)]);
  await server.graphql('{ users(first: 3) { nodes { email } } }', {}, support.token);
  for (const { id } of accounts) expect(await looksAt(id)).toHaveLength(1);
});

test('ids alone, the own account, and what is refused are no looks', async () => {
  const { id } = await createAccount(server);
  const nobody = await signInAs(server);
  await server.graphql('{ users(first: 5) { totalCount nodes { id } } }', {}, support.token);
  await server.graphql('query ($id: ID!) { user(id: $id) { email } }', { id }, nobody.token);
  await server.graphql('query ($id: ID!) { user(id: $id) { email } }', { id: support.id }, support.token);
  expect(await looksAt(id)).toEqual([]);
  expect(await looksAt(support.id)).toEqual([]);
});

test('who is searched for by an address was looked at, though an id or a number is all that is answered', async () => {
  const other = await createAccount(server);
  const { token } = await signInAs(server, ['SUPPORT']);
  const all = await server.graphql('{ users(last: 1) { edges { cursor } } }', {}, token);
  const [{ cursor }] = (all.data?.users as { edges: [{ cursor: string }] }).edges;
  const count =
    'query ($f: UserFilter, $a: String) { users(first: 0, after: $a, filter: $f) { totalCount } }';
  const questions: [string, object, object?][] = [
    ['query ($f: UserFilter) { users(filter: $f) { nodes { id } } }', {}],
    [count, {}],
    [count, {}, { a: cursor }],
    // That somebody with this address is not suspended says that there is one, or something about them.
    [count, { status: ['SUSPENDED'] }],
  ];
  for (const [query, further, variables] of questions) {
    const { id, email } = await createAccount(server);
    const f = { email, ...further };
    expect((await server.graphql(query, { f, ...variables }, token)).errors).toBeUndefined();
    expect(await looksAt(id)).toMatchObject([{ data: { operations: ['users'] } }]);
  }
  expect(await looksAt(other.id)).toEqual([]);
});

test('whoever is found by the domain of their address was looked at', async () => {
  const found = await createAccount(server);
  const { db } = server.app;
  const email = 'ada@found.example.com';
  await db.user.update({ where: { id: found.id }, data: { email }, select: { id: true } });
  const list = '{ users(first: 1, filter: { emailDomain: "found.example.com" }) { totalCount } }';
  expect((await server.graphql(list, {}, support.token)).data?.users).toEqual({ totalCount: 1 });
  expect(await looksAt(found.id)).toHaveLength(1);
  const own = 'query ($email: EmailAddress) { users(filter: { email: $email }) { nodes { id } } }';
  await server.graphql(own, { email: support.email }, support.token);
  expect(await looksAt(support.id)).toEqual([]);
});

test('what staff do to an account shows it to them, and is recorded as a look too', async () => {
  const { id } = await createAccount(server);
  const query = 'mutation ($id: ID!) { suspendUser(userId: $id, reason: "x") { user { email } } }';
  await server.graphql(query, { id }, support.token);
  expect(await looksAt(id)).toMatchObject([{ data: { operations: ['suspendUser'] } }]);
});

test('that and why somebody is to be erased is their data: staff who read it looked at them', async () => {
  const officer = await signInAs(server, ['PRIVACY_OFFICER']);
  const person = await signInAs(server);
  const asked = await server.graphql(
    'mutation { requestErasure(reason: "canary-reason") { erasureRequest { id reason } } }',
    {},
    person.token,
  );
  const { id } = (asked.data?.requestErasure as { erasureRequest: { id: string } }).erasureRequest;
  // Without the reason too: the list of cases, which tells the same, is a look.
  await server.graphql('{ erasureRequests { nodes { id userId status } } }', {}, officer.token);
  const node = 'query ($id: ID!) { node(id: $id) { ... on ErasureRequest { reason } } }';
  expect(JSON.stringify(await server.graphql(node, { id }, officer.token))).toContain('canary-reason');
  const cancel = 'mutation ($id: ID!) { cancelErasure(id: $id) { erasureRequest { status } } }';
  await server.graphql(cancel, { id }, officer.token);
  await server.graphql(node, { id }, person.token);
  expect(await looksAt(person.id)).toMatchObject(
    ['erasureRequests', 'node', 'cancelErasure'].map((operation) => ({
      actorId: officer.id,
      data: { operations: [operation] },
    })),
  );
});

test('whoever reads from where somebody acted looked at them, and not only at whom it concerned', async () => {
  const officer = await signInAs(server, ['PRIVACY_OFFICER']);
  const actor = await signInAs(server, ['SUPPORT']);
  const { id } = await createAccount(server);
  const suspend = 'mutation ($id: ID!) { suspendUser(userId: $id, reason: "x") { user { id } } }';
  await server.graphql(suspend, { id }, actor.token);
  const read = (fields: string, by: Person) =>
    server.graphql(
      `query ($id: ID!) { auditEvents(filter: { subjectId: $id, action: "user.suspended" }) { nodes { ${fields} } } }`,
      { id },
      by.token,
    );
  await read('action actorId', officer);
  expect(await looksAt(actor.id)).toEqual([]);
  for (const field of ['ipAddress', 'userAgent']) {
    const { data } = await read(field, officer);
    expect(data?.auditEvents).toEqual({ nodes: [{ [field]: expect.any(String) as string }] });
  }
  const look = { actorId: officer.id, data: { operations: ['auditEvents'] } };
  expect(await looksAt(actor.id)).toMatchObject([look, look]);
  expect(await looksAt(id)).toHaveLength(3);
  // The own address is nothing that one looks at.
  await server.graphql(suspend, { id: (await createAccount(server)).id }, officer.token);
  await server.graphql(
    'query ($id: ID!) { auditEvents(filter: { actorId: $id }) { nodes { ipAddress } } }',
    { id: officer.id },
    officer.token,
  );
  expect(await looksAt(officer.id)).toEqual([]);
});

test('a list of cases is a look at each person in it', async () => {
  const officer = await signInAs(server, ['PRIVACY_OFFICER']);
  const person = await signInAs(server);
  const restrict = 'mutation { setProcessingRestriction(restricted: true) { user { id } } }';
  expect((await server.graphql(restrict, {}, person.token)).errors).toBeUndefined();
  const { data } = await server.graphql('{ dataSubjectRequests { nodes { userId } } }', {}, officer.token);
  expect(JSON.stringify(data)).toContain(person.id);
  expect(await looksAt(person.id)).toMatchObject([
    { actorId: officer.id, data: { operations: ['dataSubjectRequests'] } },
  ]);
});

describe.each([
  ['erasureRequests', 'userId', ''],
  ['dataSubjectRequests', 'userId', ''],
  ['auditEvents', 'subjectId', ', filter: { action: "erasure.requested" }'],
])('%s', (list, field, filter) => {
  let officer: Person;
  beforeAll(async () => {
    officer = await signInAs(server, ['PRIVACY_OFFICER']);
    const another = await signInAs(server, ['PRIVACY_OFFICER']);
    const ask = 'mutation { requestErasure { erasureRequest { id } } }';
    for (let person = 0; person < 2; person += 1) {
      const { token } = await signInAs(server);
      expect((await server.graphql(ask, {}, token)).errors).toBeUndefined();
    }
    const two = await read(another, 2);
    expect(new Set(two.nodes.map((node) => node[field])).size).toBe(2);
  });

  async function read(by: Person, first: number) {
    const query = `{ ${list}(first: ${first}${filter}) { nodes { ${field} } pageInfo { hasNextPage } } }`;
    const { data } = await server.graphql(query, {}, by.token);
    return data?.[list] as { nodes: Record<string, string>[]; pageInfo: { hasNextPage: boolean } };
  }

  async function lookedAt(): Promise<(string | null)[]> {
    const where = { action: 'pii.viewed', actorId: officer.id };
    const select = { subjectId: true } as const;
    const looks = await server.app.db.auditEvent.findMany({ where, orderBy: { id: 'asc' }, select });
    return looks.map(({ subjectId }) => subjectId);
  }

  test('who stands behind the end of a page was not looked at', async () => {
    const { nodes, pageInfo } = await read(officer, 1);
    expect(pageInfo).toEqual({ hasNextPage: true });
    expect(await lookedAt()).toEqual(nodes.map((node) => node[field]));
  });

  test('that there is somebody is a look at them, though a page of none shows it', async () => {
    const [seen] = await lookedAt();
    expect(await read(officer, 0)).toEqual({ nodes: [], pageInfo: { hasNextPage: true } });
    expect(await lookedAt()).toEqual([seen, seen]);
  });
});

test('no event, no data: what cannot be recorded is not shown', async () => {
  const { id, email } = await createAccount(server);
  const trigger = `CREATE FUNCTION refuse_looks() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.action = 'pii.viewed' THEN RAISE 'no'; END IF; RETURN NEW; END $$`;
  await asOwner(trigger);
  await asOwner(
    'CREATE TRIGGER refuse_looks BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_looks()',
  );
  try {
    for (let time = 0; time < 3; time += 1) {
      const answer = await server.graphql(
        'query ($id: ID!) { user(id: $id) { email } }',
        { id },
        support.token,
      );
      expect(JSON.stringify(answer)).not.toContain(email);
      expect(answer).toMatchObject({
        data: null,
        errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      });
    }
  } finally {
    await asOwner('DROP TRIGGER refuse_looks ON audit_events');
  }
});

/** The server itself may not change tables. */
async function asOwner(sql: string): Promise<void> {
  const url = new URL(testServer().url);
  url.pathname = new URL(server.databaseUrl).pathname;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
