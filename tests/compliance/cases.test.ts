import { after, DAY } from '../../src/clock.js';
import { REGISTER } from '../../src/privacy/register.js';
import { addMonths, dueDate, extendedDueDate } from '../../src/services/compliance/cases/case-deadline.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { readyExport, signUp, type Person } from './export-setup.js';

let server: FullServer;
let officer: Person;
let person: Person;

beforeAll(async () => {
  server = await startFullServer();
  [officer, person] = [await signUp(server), await signUp(server)];
  await server.app.db.userRole.create({ data: { userId: officer.id, role: 'PRIVACY_OFFICER' } });
});
afterAll(() => server?.stop());

const CASE = 'id userId type status overdue receivedAt dueAt extensionReason decision evidence closedAt';
const OPEN = `mutation ($input: OpenCaseInput!) { openCase(input: $input) { dataSubjectRequest { ${CASE} } } }`;
const EXTEND = `mutation ($id: ID!, $reason: String!) { extendCase(id: $id, reason: $reason) { dataSubjectRequest { ${CASE} } } }`;
const CLOSE = `mutation ($input: CloseCaseInput!) { closeCase(input: $input) { dataSubjectRequest { ${CASE} } } }`;
const LIST = `query ($first: Int, $after: String, $status: [DataSubjectRequestStatus!], $overdue: Boolean!) {
  dataSubjectRequests(first: $first, after: $after, status: $status, overdueOnly: $overdue) {
    nodes { ${CASE} } pageInfo { hasNextPage endCursor } totalCount } }`;

interface Case {
  id: string;
  dueAt: string;
  status: string;
  overdue: boolean;
}

async function openCase(receivedAt: Date, type = 'ERASURE'): Promise<Case> {
  const input = {
    userId: person.id,
    type,
    channel: 'letter',
    receivedAt: receivedAt.toISOString(),
    identityProof: 'ID card',
  };
  const { data, errors } = await server.graphql(OPEN, { input }, officer.token);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data?.openCase as { dataSubjectRequest: Case }).dataSubjectRequest;
}

async function list(variables: object) {
  const { data } = await server.graphql(LIST, { overdue: false, ...variables }, officer.token);
  return data?.dataSubjectRequests as {
    nodes: Case[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
    totalCount: number;
  };
}

test.each([
  ['2026-01-31T10:00:00.000Z', 1, '2026-02-28T10:00:00.000Z'],
  ['2028-01-31T10:00:00.000Z', 1, '2028-02-29T10:00:00.000Z'],
  ['2026-11-30T23:59:59.999Z', 3, '2027-02-28T23:59:59.999Z'],
  ['2026-12-15T00:00:00.000Z', 1, '2027-01-15T00:00:00.000Z'],
])('%s and %i months is %s', (from, months, to) => {
  expect(addMonths(new Date(from), months).toISOString()).toBe(to);
});

test('dates are those of the law: a month and two more, 45 days and 45 more, 15 business days and none', () => {
  const monday = new Date('2026-11-23T12:00:00.000Z');
  expect(dueDate('ACCESS', monday)).toEqual(new Date('2026-12-23T12:00:00.000Z'));
  expect(extendedDueDate('ACCESS', monday)).toEqual(new Date('2027-02-23T12:00:00.000Z'));
  expect(dueDate('CCPA_KNOW', monday)).toEqual(after(monday, 45 * DAY));
  expect(extendedDueDate('CCPA_DELETE', monday)).toEqual(after(monday, 90 * DAY));
  expect(dueDate('CCPA_OPT_OUT', monday)).toEqual(after(monday, 21 * DAY));
  expect(extendedDueDate('CCPA_OPT_OUT', monday)).toBeNull();
});

test('an export opens a case and closes it with evidence', async () => {
  const { id } = await readyExport(server, person);
  const found = await server.app.db.dataSubjectRequest.findFirstOrThrow({ where: { reference: id } });
  expect(found).toMatchObject({
    userId: person.id,
    type: 'ACCESS',
    channel: 'self-service',
    status: 'CLOSED',
    decision: 'GRANTED',
  });
  expect(found.identityProof).toContain('pwd');
  expect(found.evidence).toContain(id);
});

test('a restriction opens a case that is settled at once; lifting it opens none', async () => {
  const RESTRICT = 'mutation ($on: Boolean!) { setProcessingRestriction(restricted: $on) { user { id } } }';
  const subject = await signUp(server);
  for (const on of [true, true, false]) {
    expect((await server.graphql(RESTRICT, { on }, subject.token)).errors).toBeUndefined();
  }
  const found = await server.app.db.dataSubjectRequest.findMany({ where: { userId: subject.id } });
  expect(found).toEqual([
    expect.objectContaining({ type: 'RESTRICTION', status: 'CLOSED', decision: 'GRANTED' }),
  ]);
});

test('a letter is entered, extended once with a reason, and answered once with evidence', async () => {
  const receivedAt = after(new Date(), -20 * DAY);
  const opened = await openCase(receivedAt);
  expect(opened).toMatchObject({
    status: 'OPEN',
    overdue: false,
    dueAt: addMonths(receivedAt, 1).toISOString(),
  });
  const { id } = opened;
  const extend = (reason: string) => server.graphql(EXTEND, { id, reason }, officer.token);
  expect(codeOf(await extend(''))).toBe('BAD_USER_INPUT');
  const extended = await extend('Many requests at once');
  expect(extended.data?.extendCase).toMatchObject({
    dataSubjectRequest: { dueAt: addMonths(receivedAt, 3).toISOString() },
  });
  expect(codeOf(await extend('Again'))).toBe('CONFLICT');

  const close = (input: object) =>
    server.graphql(CLOSE, { input: { id, evidence: 'Letter of today', ...input } }, officer.token);
  expect(codeOf(await close({ decision: 'REFUSED' }))).toBe('BAD_USER_INPUT');
  const closed = await close({ decision: 'REFUSED', reason: 'Manifestly unfounded' });
  expect(closed.data?.closeCase).toMatchObject({
    dataSubjectRequest: { status: 'CLOSED', decision: 'REFUSED' },
  });
  expect(codeOf(await close({ decision: 'GRANTED' }))).toBe('CONFLICT');
  expect(codeOf(await extend('Too late'))).toBe('CONFLICT');
  const events = await server.app.db.auditEvent.findMany({
    where: { subjectId: person.id, actorId: officer.id, action: { startsWith: 'case.' } },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });
  expect(events.map(({ action }) => action)).toEqual(['case.opened', 'case.extended', 'case.closed']);
});

test('overdue cases come first, can be asked for alone, cannot be extended, and show in the metrics', async () => {
  const late = await openCase(after(new Date(), -60 * DAY), 'RECTIFICATION');
  await openCase(new Date(), 'CCPA_CORRECT');
  expect(late.overdue).toBe(true);
  expect((await list({ overdue: true })).nodes).toEqual([
    expect.objectContaining({ id: late.id, overdue: true }),
  ]);
  expect(codeOf(await server.graphql(EXTEND, { id: late.id, reason: 'Late' }, officer.token))).toBe(
    'CONFLICT',
  );
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('\ncustodia_cases_overdue 1\n');
  expect(metrics).toMatch(/\ncustodia_cases_open [2-9]\n/);

  const first = await list({ first: 1, status: ['OPEN'] });
  expect(first.nodes[0]!.id).toBe(late.id);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const rest = await list({ first: 50, after: first.pageInfo.endCursor, status: ['OPEN'] });
  expect(rest.nodes.map(({ id }) => id)).not.toContain(late.id);
  expect(rest.nodes.length + 1).toBe(first.totalCount);
});

test('unknown ids, bad dates, tampered cursors and those without the permission are refused', async () => {
  const input = {
    userId: person.id,
    type: 'ACCESS',
    channel: 'letter',
    receivedAt: new Date().toISOString(),
  };
  const refused = async (changes: object, token = officer.token) =>
    codeOf(await server.graphql(OPEN, { input: { ...input, ...changes } }, token));
  expect(await refused({ userId: '3e9f3a9e-1c7a-4e1c-9a44-1d3c5f1f6a11' })).toBe('NOT_FOUND');
  expect(await refused({ userId: 'nobody' })).toBe('NOT_FOUND');
  expect(await refused({ receivedAt: after(new Date(), DAY).toISOString() })).toBe('BAD_USER_INPUT');
  expect(await refused({ receivedAt: '1999-01-01T00:00:00Z' })).toBe('BAD_USER_INPUT');
  expect(await refused({ channel: '' })).toBe('BAD_USER_INPUT');
  expect(await refused({}, person.token)).toBe('FORBIDDEN');
  for (const id of ['nobody', '3e9f3a9e-1c7a-4e1c-9a44-1d3c5f1f6a11']) {
    expect(codeOf(await server.graphql(EXTEND, { id, reason: 'x' }, officer.token))).toBe('NOT_FOUND');
  }
  const { pageInfo } = await list({ first: 1 });
  const tampered = { overdue: false, first: 1, after: `${pageInfo.endCursor}A` };
  expect(codeOf(await server.graphql(LIST, tampered, officer.token))).toBe('BAD_USER_INPUT');
  expect(codeOf(await server.graphql(LIST, { overdue: false }, person.token))).toBe('FORBIDDEN');
});

test('officers read the inventory: every personal column of the register', async () => {
  const query = '{ dataInventory { model field category encrypted searchable exported } }';
  const { data } = await server.graphql(query, {}, officer.token);
  const personal = Object.values(REGISTER).flatMap(({ columns }) =>
    Object.values(columns).filter((column) => column.personal),
  );
  expect(data?.dataInventory).toHaveLength(personal.length);
  const row = { model: 'User', field: 'email', encrypted: true, searchable: true, exported: true };
  expect(data?.dataInventory).toContainEqual(expect.objectContaining(row));
  expect((await server.graphql(query, {}, person.token)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
