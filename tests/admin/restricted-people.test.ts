import type { Role } from '../../src/security/rights/permissions.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { createAccount, signInAs, type Person } from './staff.js';

let server: FullServer;

beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

test('somebody whose processing is restricted is there for themselves and for privacy officers only', async () => {
  const { id } = await createAccount(server);
  await server.app.db.user.update({
    where: { id },
    data: { processingRestrictedAt: new Date() },
    select: { id: true },
  });
  const query = `query ($id: ID!) { users(first: 100) { totalCount nodes { id } } user(id: $id) { id email } }`;
  for (const [role, isShown] of [
    ['PRIVACY_OFFICER', true],
    ['ADMIN', false],
    ['SUPPORT', false],
  ] as const) {
    const { token } = await signInAs(server, [role]);
    const { data, errors } = await server.graphql(query, { id }, token);
    const { nodes, totalCount } = data?.users as { nodes: { id: string }[]; totalCount: number };
    expect([role, nodes.some((user) => user.id === id)]).toEqual([role, isShown]);
    expect(nodes).toHaveLength(totalCount);
    expect([role, errors?.[0]?.extensions.code]).toEqual([role, isShown ? undefined : 'FORBIDDEN']);
  }
});

describe('what else is held about them', () => {
  const PERSONAL = 'canary-reason';
  let person: Person;
  let erasureId: string;

  beforeAll(async () => {
    person = await signInAs(server);
    const ask = 'mutation ($reason: String) { requestErasure(reason: $reason) { erasureRequest { id } } }';
    const { data } = await server.graphql(ask, { reason: PERSONAL }, person.token);
    erasureId = (data?.requestErasure as { erasureRequest: { id: string } }).erasureRequest.id;
    const restrict = 'mutation { setProcessingRestriction(restricted: true) { user { id } } }';
    expect((await server.graphql(restrict, {}, person.token)).errors).toBeUndefined();
  });

  async function read(query: string, roles: Role[]) {
    const { token } = await signInAs(server, roles);
    const { data, errors } = await server.graphql(query, { id: person.id, erasureId }, token);
    expect(errors).toBeUndefined();
    return data ?? {};
  }
  const nodesOf = (list: unknown) => (list as { nodes: Record<string, unknown>[] }).nodes;

  test.each<[string, Role[], boolean]>([
    ['an administrator', ['ADMIN'], false],
    ['a privacy officer', ['PRIVACY_OFFICER'], true],
    ['both in one', ['ADMIN', 'PRIVACY_OFFICER'], true],
  ])('%s reads it: %j %j', async (_who, roles, isShown) => {
    const events = 'auditEvents(filter: { subjectId: $id }) { nodes { action ipAddress userAgent } }';
    const { auditEvents } = await read(`query ($id: ID!) { ${events} }`, roles);
    const actions = nodesOf(auditEvents).map(({ action }) => action);
    expect(actions.includes('processing.restricted')).toBe(isShown);
    if (!isShown) expect(actions).toEqual([]);
    const origins = nodesOf(auditEvents).filter((event) => event.ipAddress ?? event.userAgent);
    expect(origins.length > 0).toBe(isShown);

    const lists = '{ userId reason } totalCount } dataSubjectRequests { nodes { userId } totalCount';
    const answer = await read(`{ erasureRequests { nodes ${lists} } }`, roles);
    for (const list of [answer.erasureRequests, answer.dataSubjectRequests]) {
      const { totalCount } = list as { totalCount: number };
      expect(nodesOf(list).some(({ userId }) => userId === person.id)).toBe(isShown);
      expect(nodesOf(list)).toHaveLength(totalCount);
    }
    expect(JSON.stringify(answer).includes(PERSONAL)).toBe(isShown);

    const request = 'node(id: $erasureId) { ... on ErasureRequest { reason } }';
    const { node } = await read(`query ($erasureId: ID!) { ${request} }`, roles);
    expect(node).toEqual(isShown ? { reason: PERSONAL } : null);
  });

  test('the list of all events leaves theirs out and its pages are full; node() finds none of them', async () => {
    const { id } = (await server.app.db.auditEvent.findFirst({
      where: { subjectId: person.id, action: 'processing.restricted' },
      select: { id: true },
    })) as { id: string };
    // The newest events are theirs: a page that is filtered after it was read would be empty.
    const restrict = 'mutation ($to: Boolean!) { setProcessingRestriction(restricted: $to) { user { id } } }';
    const admin = await signInAs(server, ['ADMIN']);
    const officer = await signInAs(server, ['PRIVACY_OFFICER']);
    for (const to of [false, true, false, true]) await server.graphql(restrict, { to }, person.token);
    const page = `query ($id: ID!) { node(id: $id) { id }
      auditEvents(first: 4) { nodes { subjectId } pageInfo { hasNextPage } } }`;
    const ask = async ({ token }: Person) => {
      const { data, errors } = await server.graphql(page, { id }, token);
      expect(errors).toBeUndefined();
      const subjects = nodesOf(data?.auditEvents).map(({ subjectId }) => subjectId);
      return { ...(data as { node: unknown }), subjects };
    };
    const { node, subjects } = await ask(admin);
    expect(node).toBeNull();
    expect(subjects).toHaveLength(4);
    expect(subjects).not.toContain(person.id);
    const read = await ask(officer);
    expect(read.node).toEqual({ id });
    expect(read.subjects).toContain(person.id);
  });

  test('where they acted from is blank for other staff in the events about others', async () => {
    const colleague = await signInAs(server, ['SUPPORT']);
    const admin = await signInAs(server, ['ADMIN']);
    const officer = await signInAs(server, ['PRIVACY_OFFICER']);
    const { id } = await createAccount(server);
    const suspend = 'mutation ($id: ID!) { suspendUser(userId: $id, reason: "x") { user { id } } }';
    expect((await server.graphql(suspend, { id }, colleague.token)).errors).toBeUndefined();
    const list = 'query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { ipAddress } } }';
    const addresses = async ({ token }: Person) => {
      const filter = { actorId: colleague.id, action: 'user.suspended' };
      return nodesOf((await server.graphql(list, { filter }, token)).data?.auditEvents);
    };
    expect(await addresses(admin)).toEqual([{ ipAddress: '127.0.0.1' }]);
    await server.app.db.user.update({
      where: { id: colleague.id },
      data: { processingRestrictedAt: new Date() },
      select: { id: true },
    });
    expect(await addresses(admin)).toEqual([{ ipAddress: null }]);
    expect(await addresses(officer)).toEqual([{ ipAddress: '127.0.0.1' }]);
  });

  test('whoever may not know of such a request cannot take it back', async () => {
    const cancel = 'cancelErasure(id: $erasureId) { erasureRequest { status reason } }';
    const mutation = `mutation ($erasureId: ID!) { ${cancel} }`;
    const { token } = await signInAs(server, ['ADMIN']);
    expect(codeOf(await server.graphql(mutation, { erasureId }, token))).toBe('NOT_FOUND');
    expect(await read(mutation, ['PRIVACY_OFFICER'])).toEqual({
      cancelErasure: { erasureRequest: { status: 'CANCELLED', reason: PERSONAL } },
    });
  });

  test('whoever may not read their cases cannot work on them either', async () => {
    const [{ id }] = (await server.app.db.dataSubjectRequest.findMany({
      where: { userId: person.id, type: 'RESTRICTION' },
      select: { id: true },
    })) as [{ id: string }];
    await server.app.db.dataSubjectRequest.update({
      where: { id },
      data: { status: 'OPEN' },
      select: { id: true },
    });
    const extend = async (roles: Role[]) => {
      const { token } = await signInAs(server, roles);
      const mutation =
        'mutation ($id: ID!) { extendCase(id: $id, reason: "many") { dataSubjectRequest { userId } } }';
      const { data, errors } = await server.graphql(mutation, { id }, token);
      return errors?.[0]?.extensions.code ?? data?.extendCase;
    };
    expect(await extend(['ADMIN'])).toBe('NOT_FOUND');
    expect(await extend(['PRIVACY_OFFICER'])).toEqual({ dataSubjectRequest: { userId: person.id } });
  });

  test('they themselves read all of it', async () => {
    const query = `query ($erasureId: ID!) { node(id: $erasureId) { ... on ErasureRequest { reason } }
      viewer { auditEvents { nodes { ipAddress } } } }`;
    const { data } = await server.graphql(query, { erasureId }, person.token);
    expect(data?.node).toEqual({ reason: PERSONAL });
    const { auditEvents } = data?.viewer as { auditEvents: unknown };
    expect(nodesOf(auditEvents).some(({ ipAddress }) => ipAddress !== null)).toBe(true);
  });
});
