import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { erasuresOf, requestIn, signUp, type Person } from './erasure/erasure-people.js';

// Who cannot be read any more has the same right to be erased, and nothing of the way there may need their key.

let server: FullServer;
let officer: Person;
let erasures: ReturnType<typeof erasuresOf>;
beforeAll(async () => {
  server = await startFullServer();
  officer = await signUp(server, ['PRIVACY_OFFICER']);
  erasures = erasuresOf(server);
});
afterAll(() => server?.stop());

const ERASE_NOW = `mutation ($userId: ID!) {
  eraseUser(userId: $userId, reason: "key lost", immediately: true) { erasureRequest { id status } } }`;

async function rowOf(id: string) {
  const [row] = await server.app.db.$queryRaw<{ status: string; index: string | null }[]>`
    SELECT status::text, email_index AS index FROM users WHERE id = ${id}::uuid`;
  return row;
}

describe.each([
  ['is gone', (id: string) => server.app.db.$executeRaw`DELETE FROM data_keys WHERE user_id = ${id}::uuid`],
  [
    'is damaged',
    (id: string) => server.app.db.$executeRaw`
      UPDATE data_keys SET wrapped_key = left(wrapped_key, 20) || 'AAAA' || substr(wrapped_key, 25)
       WHERE user_id = ${id}::uuid`,
  ],
])('an account whose data key %s', (_name, breakKey) => {
  const completed = (id: string) =>
    eventually(async () => {
      const row = await server.app.db.erasureRequest.findUnique({ where: { id }, select: { status: true } });
      expect(row?.status).toBe('COMPLETED');
    });

  test('is erased at the end of its grace like any other, and stands in the list until then', async () => {
    const person = await signUp(server);
    const { id } = requestIn(await erasures.request(person.token, 'I am leaving'));
    await breakKey(person.id);
    const { data, errors } = await erasures.list(officer.token, { status: ['SCHEDULED'] });
    expect(errors).toBeUndefined();
    expect((data?.erasureRequests as { nodes: object[] }).nodes).toContainEqual({ id, status: 'SCHEDULED' });
    await server.app.db.erasureRequest.updateMany({ where: { id }, data: { scheduledFor: new Date() } });
    await server.app.erasures.runDue();
    await completed(id);
    expect(await rowOf(person.id)).toMatchObject({ status: 'ERASED', index: null });
    expect((await erasures.find(officer.token, id))?.receipt).not.toBeNull();
  });

  test('is erased at once when an officer says so, also one whose erasure is scheduled', async () => {
    const [person, leaving] = [await signUp(server), await signUp(server)];
    const scheduled = requestIn(await erasures.request(leaving.token, 'I am leaving'));
    for (const { id } of [person, leaving]) await breakKey(id);
    const answer = await server.graphql(ERASE_NOW, { userId: person.id }, officer.token);
    const { id } = requestIn(answer);
    await completed(id);
    await server.graphql(ERASE_NOW, { userId: leaving.id }, officer.token);
    await completed(scheduled.id);
    for (const each of [person, leaving])
      expect(await rowOf(each.id)).toMatchObject({ status: 'ERASED', index: null });
  });
});
