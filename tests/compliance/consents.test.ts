import pg from 'pg';
import { signInAs } from '../admin/staff.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { signUp, type Person } from './export-setup.js';

let server: FullServer;
let person: Person;

beforeAll(async () => {
  server = await startFullServer();
});
beforeEach(async () => {
  person = await signUp(server);
});
afterAll(() => server?.stop());

/** What stands in the database itself, beneath the client that opens it. */
async function beneath<Row extends pg.QueryResultRow>(sql: string, ...values: string[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const FIELDS = 'consents { purpose granted policyVersion recordedAt }';
const SET = `mutation ($input: ConsentInput!) { setConsent(input: $input) { ${FIELDS} } }`;
const OBJECT = `mutation ($input: ObjectionInput!) { objectToProcessing(input: $input) { ${FIELDS} } }`;

const set = (input: object, token = person.token) => server.graphql(SET, { input }, token);
const newsletter = (granted: boolean, policyVersion = '2026-01') => ({
  purpose: 'newsletter',
  granted,
  policyVersion,
});
const proofs = () =>
  server.app.db.auditEvent.findMany({
    where: { subjectId: person.id, action: 'consent.recorded' },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });

test('withdrawing is the same call as giving; the latest decision counts, all are kept and proved', async () => {
  await set(newsletter(true));
  await set({ ...newsletter(true), purpose: 'analytics' });
  const { data } = await set(newsletter(false, '2026-02'));
  expect(data?.setConsent).toEqual({
    consents: [
      expect.objectContaining({ purpose: 'analytics', granted: true }),
      expect.objectContaining(newsletter(false, '2026-02')),
    ],
  });
  const shown = await server.graphql(`{ viewer { ${FIELDS} } }`, {}, person.token);
  expect(shown.data?.viewer).toEqual(data?.setConsent);
  const rows = await server.app.db.consent.findMany({ where: { userId: person.id, purpose: 'newsletter' } });
  expect(rows.map(({ granted }) => granted).sort()).toEqual([false, true]);
  const events = await proofs();
  expect(events.map(({ data: proof }) => proof)).toContainEqual(newsletter(false, '2026-02'));
  expect(events.every(({ actorId }) => actorId === person.id)).toBe(true);
  expect(
    await server.app.db.auditOrigin.count({ where: { eventId: { in: events.map(({ id }) => id) } } }),
  ).toBe(3);
});

test('an objection counts as refused and opens a case that is due in a month', async () => {
  const input = { purpose: 'profiling', policyVersion: '1', grounds: 'My situation: Grounds-Canary' };
  const { data } = await server.graphql(OBJECT, { input }, person.token);
  expect(data?.objectToProcessing).toEqual({
    consents: [expect.objectContaining({ purpose: 'profiling', granted: false })],
  });
  const [found] = await server.app.db.dataSubjectRequest.findMany({ where: { userId: person.id } });
  expect(found).toMatchObject({
    type: 'OBJECTION',
    status: 'OPEN',
    details: expect.stringContaining('Grounds-Canary') as string,
  });
  const stored = await beneath<{ details: string }>(
    'SELECT details FROM data_subject_requests WHERE id = $1',
    found!.id,
  );
  expect(stored[0]!.details).not.toContain('Canary');

  const officer = await signInAs(server, ['PRIVACY_OFFICER']);
  const close = `mutation ($input: CloseCaseInput!) {
    closeCase(input: $input) { dataSubjectRequest { details evidence } } }`;
  const answer = { id: found!.id, decision: 'GRANTED', evidence: 'Profiling ended.' };
  expect((await server.graphql(close, { input: answer }, officer.token)).data?.closeCase).toEqual({
    dataSubjectRequest: {
      details: expect.stringContaining('Grounds-Canary') as string,
      evidence: 'Profiling ended.',
    },
  });
});

test('bad input leaves nothing behind, and strangers are turned away', async () => {
  for (const input of [
    { ...newsletter(true), purpose: '' },
    { ...newsletter(true), purpose: 'x'.repeat(101) },
    { ...newsletter(true), policyVersion: 'a\u0000b' },
    { ...newsletter(true), policyVersion: '9'.repeat(51) },
  ]) {
    expect(codeOf(await set(input))).toBe('BAD_USER_INPUT');
  }
  expect(codeOf(await server.graphql(SET, { input: newsletter(true) }))).toBe('UNAUTHENTICATED');
  const input = { purpose: 'profiling', policyVersion: '1', grounds: 'x'.repeat(2_001) };
  expect(codeOf(await server.graphql(OBJECT, { input }, person.token))).toBe('BAD_USER_INPUT');
  expect(await server.app.db.consent.count({ where: { userId: person.id } })).toBe(0);
  expect(await server.app.db.dataSubjectRequest.count({ where: { userId: person.id } })).toBe(0);
});

test('what somebody corrects in their profile leaves no old value in clear, not even in the record of events', async () => {
  const UPDATE =
    'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { profile { fullName } } } }';
  const before = 'Wrong-Name-Canary';
  await server.graphql(UPDATE, { input: { fullName: before } }, person.token);
  const { data } = await server.graphql(UPDATE, { input: { fullName: 'Right Name' } }, person.token);
  expect(data?.updateProfile).toEqual({ user: { profile: { fullName: 'Right Name' } } });
  const tables = await beneath<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const [hit] = await beneath<{ hits: number }>(
      `SELECT count(*)::int AS hits FROM "${name}" t WHERE t::text LIKE '%' || $1 || '%'`,
      before,
    );
    expect({ name, hits: hit!.hits }).toEqual({ name, hits: 0 });
  }
});
