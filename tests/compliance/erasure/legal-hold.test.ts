import { sealedSql } from '../../../src/database/sealed-sql.js';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { codeOf, erasuresOf, requestIn, signUp, type Person } from './erasure-people.js';

let server: FullServer;
let erasures: ReturnType<typeof erasuresOf>;
let officer: Person;

beforeAll(async () => {
  server = await startFullServer();
  erasures = erasuresOf(server);
  officer = await signUp(server, ['PRIVACY_OFFICER']);
});
afterAll(() => server.stop());

const statusOf = async (id: string) => (await erasures.find(officer.token, id))?.status;

test('a held account is not erased, however long its request waits; once released, it is', async () => {
  const person = await signUp(server);
  const { id } = requestIn(await erasures.request(person.token));
  expect((await erasures.hold(officer.token, person.id)).data?.placeLegalHold).toEqual({
    user: { id: person.id },
  });
  expect(await statusOf(id)).toBe('ON_HOLD');
  await server.app.db.erasureRequest.update({ where: { id }, data: { scheduledFor: new Date(0) } });
  await server.app.erasures.runDue();
  expect(await statusOf(id)).toBe('ON_HOLD');
  const { data } = await server.graphql('{ viewer { email } }', {}, person.token);
  expect(data?.viewer).toEqual({ email: person.email });

  await erasures.release(officer.token, person.id);
  await server.app.erasures.runDue();
  await eventually(async () => expect(await statusOf(id)).toBe('COMPLETED'));
});

test('what a held person asks for waits; what an officer orders is refused and says what to do', async () => {
  const person = await signUp(server);
  await erasures.hold(officer.token, person.id);
  const refused = await erasures.erase(officer.token, person.id);
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'LEGAL_HOLD',
    satisfiedBy: 'releaseLegalHold',
  });
  const { id, status } = requestIn(await erasures.request(person.token));
  expect(status).toBe('ON_HOLD');
  expect(requestIn(await erasures.cancel(person.token, id)).status).toBe('CANCELLED');
});

test('a hold is placed once and released once, by officers only, on accounts that are there', async () => {
  const person = await signUp(server);
  expect(codeOf(await erasures.hold(person.token, person.id))).toBe('FORBIDDEN');
  const [one, other] = await Promise.all([1, 2].map(() => erasures.hold(officer.token, person.id)));
  expect([codeOf(one!), codeOf(other!)].sort()).toEqual(['CONFLICT', undefined]);
  expect(codeOf(await erasures.release(officer.token, person.id))).toBeUndefined();
  expect(codeOf(await erasures.release(officer.token, person.id))).toBe('CONFLICT');
  for (const unknown of [crypto.randomUUID(), 'no uuid']) {
    expect(codeOf(await erasures.hold(officer.token, unknown))).toBe('NOT_FOUND');
    expect(codeOf(await erasures.release(officer.token, unknown))).toBe('NOT_FOUND');
  }
});

test('the reason lies sealed, and each step is in the audit log', async () => {
  const person = await signUp(server);
  await erasures.hold(officer.token, person.id);
  const stored = sealedSql('hot read', 'SELECT reason FROM legal_holds WHERE user_id = $1::uuid');
  const [row] = await server.app.db.$queryRawUnsafe<{ reason: string }[]>(stored, person.id);
  expect(row?.reason).toMatch(/^c1\./);
  const events = await server.app.db.auditEvent.findMany({
    where: { subjectId: person.id, action: 'hold.placed' },
  });
  expect(events).toEqual([expect.objectContaining({ actorId: officer.id })]);
});

describe('a person who has the processing restricted', () => {
  const SET =
    'mutation ($restricted: Boolean!) { setProcessingRestriction(restricted: $restricted) { user { processingRestricted } } }';
  const LIST = '{ users(first: 100) { nodes { id } } }';
  const FIND = 'query ($id: ID!) { user(id: $id) { email } }';

  test('reads the account as before; so do privacy officers, and no other staff', async () => {
    const [person, support] = [await signUp(server), await signUp(server, ['SUPPORT'])];
    const listed = async (reader: Person) => {
      const { data } = await server.graphql(LIST, {}, reader.token);
      return (data?.users as { nodes: { id: string }[] }).nodes.some(({ id }) => id === person.id);
    };
    expect([await listed(support), await listed(officer)]).toEqual([true, true]);
    const set = await server.graphql(SET, { restricted: true }, person.token);
    expect(set.data?.setProcessingRestriction).toEqual({ user: { processingRestricted: true } });

    expect([await listed(support), await listed(officer)]).toEqual([false, true]);
    expect(codeOf(await server.graphql(FIND, { id: person.id }, support.token))).toBe('FORBIDDEN');
    for (const reader of [officer, person]) {
      const { data } = await server.graphql(FIND, { id: person.id }, reader.token);
      expect(data?.user).toEqual({ email: person.email });
    }
    await server.graphql(SET, { restricted: true }, person.token); // changes nothing
    await server.graphql(SET, { restricted: false }, person.token);
    expect(await listed(support)).toBe(true);
    const actions = await server.app.db.auditEvent.findMany({
      where: { subjectId: person.id, action: { startsWith: 'processing.' } },
      orderBy: { id: 'asc' },
    });
    expect(actions.map(({ action }) => action)).toEqual(['processing.restricted', 'processing.unrestricted']);
  });
});
