import { randomUUID } from 'node:crypto';
import { signInAs, type Person } from '../admin/staff.js';
import { codeOf, logIn } from '../auth/signed-in.js';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
let officer: Person;
let ada: Person;
let bo: Person;
beforeAll(async () => {
  server = await startFullServer();
  officer = await signInAs(server, ['PRIVACY_OFFICER']);
  ada = await signInAs(server);
  bo = await signInAs(server);
});
afterAll(() => server.stop());

interface Event {
  id: string;
  sequence: string | null;
  at: string;
  action: string;
  actorId: string | null;
  subjectId: string | null;
  ipAddress: string | null;
  userAgent: string | null;
}
interface Page {
  nodes: Event[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const FIELDS =
  'nodes { id sequence at action actorId subjectId ipAddress userAgent data } pageInfo { hasNextPage endCursor }';
const LIST = `query ($first: Int, $after: String, $filter: AuditEventFilter) {
  auditEvents(first: $first, after: $after, filter: $filter) { ${FIELDS} } }`;

async function list(variables: object, by: Person = officer): Promise<Page> {
  const { data, errors } = await server.graphql(LIST, variables, by.token);
  expect(errors ?? []).toEqual([]);
  return data?.auditEvents as Page;
}

test('a user reads what happened to the own account, with the own address', async () => {
  const { data } = await server.graphql(`{ viewer { auditEvents { ${FIELDS} } } }`, {}, ada.token);
  const { nodes } = (data?.viewer as { auditEvents: Page }).auditEvents;
  expect(nodes.map(({ action }) => action)).toEqual(['session.created', 'user.registered']);
  for (const event of nodes) expect(event).toMatchObject({ subjectId: ada.id, ipAddress: '127.0.0.1' });
});

test('of what somebody else did to the account, the user does not read from where', async () => {
  for (const operation of [
    'placeLegalHold(userId: $id, reason: "claim 7")',
    'releaseLegalHold(userId: $id)',
  ]) {
    const query = `mutation ($id: ID!) { ${operation} { user { id } } }`;
    expect((await server.graphql(query, { id: ada.id }, officer.token)).errors).toBeUndefined();
  }
  const query = `{ viewer { auditEvents { ${FIELDS} } } }`;
  const { data } = await server.graphql(query, {}, ada.token);
  const { nodes } = (data?.viewer as { auditEvents: Page }).auditEvents;
  const known = { ipAddress: '127.0.0.1', userAgent: expect.any(String) as string };
  for (const action of ['hold.placed', 'hold.released']) {
    const shown = nodes.find((event) => event.action === action);
    expect(shown).toMatchObject({ actorId: officer.id, ipAddress: null, userAgent: null });
    expect((await list({ filter: { subjectId: ada.id, action } })).nodes).toMatchObject([known]);
  }
});

test('every event gets its place in the sealed log', async () => {
  await eventually(async () => {
    const { nodes } = await list({ filter: { subjectId: ada.id } });
    expect(nodes.every(({ sequence }) => sequence !== null)).toBe(true);
  });
  const verified = await server.graphql(
    '{ verifyAuditLog { intact eventsChecked headSequence headHash firstBrokenSequence } }',
    {},
    officer.token,
  );
  const outcome = verified.data?.verifyAuditLog as { eventsChecked: string; headSequence: string };
  expect(outcome).toMatchObject({
    intact: true,
    firstBrokenSequence: null,
    headHash: expect.any(String) as string,
  });
  expect(Number(outcome.headSequence)).toBe(Number(outcome.eventsChecked) - 1);
});

test('pages follow each other without gap or repetition', async () => {
  for (let time = 0; time < 4; time += 1) await logIn(server, ada.email);
  const filter = { subjectId: ada.id, action: 'session.created' };
  const pages: string[][] = [];
  for (let after: string | null = null; pages.length < 4;) {
    const page: Page = await list({ first: 2, after, filter });
    pages.push(page.nodes.map(({ id }) => id));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual((await list({ filter })).nodes.map(({ id }) => id));
});

test('filters narrow the list', async () => {
  const byActor = await list({ filter: { actorId: ada.id } });
  expect(byActor.nodes.length).toBeGreaterThan(0);
  const [newest] = byActor.nodes as [Event];
  expect((await list({ filter: { actorId: ada.id, after: newest.at } })).nodes.map(({ id }) => id)).toContain(
    newest.id,
  );
  expect(
    (await list({ filter: { actorId: ada.id, before: newest.at } })).nodes.map(({ id }) => id),
  ).not.toContain(newest.id);
  expect((await list({ filter: { subjectId: randomUUID() } })).nodes).toEqual([]);
});

test('below a list of accounts each has its own page, and goes on from the same cursor', async () => {
  const below = async (variables: object): Promise<Map<string, Event[]>> => {
    const query = `query ($first: Int, $after: String) { users { nodes { id auditEvents(first: $first, after: $after) {
      nodes { id action subjectId at } } } } }`;
    const { data, errors } = await server.graphql(query, variables, officer.token);
    expect(errors).toBeUndefined();
    const { nodes } = data?.users as { nodes: { id: string; auditEvents: Page }[] };
    return new Map(nodes.map(({ id, auditEvents }) => [id, auditEvents.nodes]));
  };
  const alone = async (id: string, variables: object) =>
    (await list({ ...variables, filter: { subjectId: id } })).nodes.map((event) => event.id);
  const first = await below({ first: 2 });
  expect([...first.keys()].sort()).toEqual([ada.id, bo.id, officer.id].sort());
  for (const [id, events] of first) {
    expect(events).toHaveLength(2);
    expect(events.every(({ subjectId }) => subjectId === id)).toBe(true);
    expect(await alone(id, { first: 100 })).toEqual(expect.arrayContaining(events.map((event) => event.id)));
  }
  const { pageInfo } = await list({ first: 3, filter: { subjectId: bo.id } });
  const next = await below({ first: 4, after: pageInfo.endCursor });
  expect([...next.values()].flat().length).toBeGreaterThan(4);
  for (const [id, events] of next)
    expect(await alone(id, { first: 4, after: pageInfo.endCursor })).toEqual(events.map((event) => event.id));
});

test('without audit:read nobody reads or verifies the log, and node() finds own events only', async () => {
  for (const query of ['{ auditEvents { nodes { id } } }', '{ verifyAuditLog { intact } }']) {
    expect(codeOf(await server.graphql(query, {}, ada.token))).toBe('FORBIDDEN');
    expect(codeOf(await server.graphql(query))).toBe('UNAUTHENTICATED');
  }
  const [event] = (await list({ filter: { subjectId: ada.id } })).nodes as [Event];
  const node = async (by?: Person) =>
    (await server.graphql('query ($id: ID!) { node(id: $id) { id } }', { id: event.id }, by?.token)).data
      ?.node;
  expect(await node(ada)).toEqual({ id: event.id });
  expect(await node(officer)).toEqual({ id: event.id });
  expect(await node(bo)).toBeNull();
  expect(await node()).toBeNull();
});

test('bad input is refused', async () => {
  const refused = async (variables: object) => codeOf(await server.graphql(LIST, variables, officer.token));
  expect(await refused({ first: -1 })).toBe('BAD_USER_INPUT');
  expect(await refused({ after: 'W10' })).toBe('BAD_USER_INPUT');
  expect(await refused({ filter: { subjectId: 'me' } })).toBe('BAD_USER_INPUT');
  expect(await refused({ filter: { action: 'x'.repeat(61) } })).toBe('BAD_USER_INPUT');
  const backwards = { after: '2026-01-02T00:00:00Z', before: '2026-01-01T00:00:00Z' };
  expect(await refused({ filter: backwards })).toBe('BAD_USER_INPUT');
});

test('the address is gone once the person is erased or the origin was deleted, and the log is intact', async () => {
  await server.app.db.auditOrigin.deleteMany({ where: { userId: bo.id } });
  for (const event of (await list({ filter: { subjectId: bo.id } })).nodes)
    expect(event.ipAddress).toBeNull();
  const erased = await server.graphql(
    'mutation ($userId: ID!) { eraseUser(userId: $userId, reason: "test", immediately: true) { erasureRequest { id } } }',
    { userId: ada.id },
    officer.token,
  );
  expect(erased.errors ?? []).toEqual([]);
  await eventually(async () => {
    const { nodes } = await list({ filter: { subjectId: ada.id } });
    expect(nodes.map(({ ipAddress }) => ipAddress)).toEqual(nodes.map(() => null));
  });
  expect(await server.app.auditParts.auditLog.verify()).toMatchObject({ intact: true });
});

test('a look at the events about others is an event itself', async () => {
  await list({ filter: { subjectId: bo.id } });
  const looks = await server.app.db.auditEvent.count({
    where: { action: 'pii.viewed', actorId: officer.id, subjectId: bo.id },
  });
  expect(looks).toBeGreaterThan(0);
});
