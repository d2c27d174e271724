import { after, DAY } from '../../../src/clock.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { erasuresOf, requestIn, signUp, type Person } from './erasure-people.js';

let server: FullServer;
let officer: Person;
let late: Person;
let lateId: string;
let inTimeId: string;

beforeAll(async () => {
  server = await startFullServer();
  const erasures = erasuresOf(server);
  officer = await signUp(server, ['PRIVACY_OFFICER']);
  const inTime = await signUp(server);
  late = await signUp(server);
  inTimeId = requestIn(await erasures.request(inTime.token)).id;
  lateId = requestIn(await erasures.request(late.token)).id;
  await erasures.hold(officer.token, late.id); // which is what makes one late
  await server.app.db.dataSubjectRequest.updateMany({
    where: { reference: lateId },
    data: { dueAt: after(new Date(), -DAY) },
  });
});
afterAll(() => server?.stop());

async function list(variables: object) {
  const { data, errors } = await server.graphql(
    `query ($overdueOnly: Boolean, $first: Int, $status: [ErasureStatus!]) {
      erasureRequests(overdueOnly: $overdueOnly, first: $first, status: $status) {
        totalCount nodes { id overdue } pageInfo { hasNextPage } } }`,
    variables,
    officer.token,
  );
  expect(errors).toBeUndefined();
  return data?.erasureRequests as { totalCount: number; nodes: { id: string; overdue: boolean }[] };
}

test('a request whose case is open past its date is overdue, for officers and for its subject', async () => {
  expect((await list({})).nodes).toEqual([
    { id: lateId, overdue: true },
    { id: inTimeId, overdue: false },
  ]);
  const { data } = await server.graphql('{ viewer { erasureRequest { overdue } } }', {}, late.token);
  expect(data?.viewer).toEqual({ erasureRequest: { overdue: true } });
});

test('the list can be narrowed to those, with every other condition', async () => {
  const found = { totalCount: 1, nodes: [{ id: lateId, overdue: true }] };
  expect(await list({ overdueOnly: true })).toMatchObject(found);
  expect(await list({ overdueOnly: true, status: ['ON_HOLD'], first: 1 })).toMatchObject(found);
  expect(await list({ overdueOnly: true, status: ['SCHEDULED'] })).toMatchObject({
    totalCount: 0,
    nodes: [],
  });
});

test('a request that is taken back is no longer overdue', async () => {
  await erasuresOf(server).cancel(late.token, lateId);
  expect(await list({ overdueOnly: true })).toMatchObject({ totalCount: 0, nodes: [] });
  expect((await list({})).nodes[0]).toEqual({ id: lateId, overdue: false });
});
