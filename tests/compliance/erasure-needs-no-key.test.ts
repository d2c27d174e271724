import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
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

const CANCEL = 'mutation ($id: ID!) { cancelErasure(id: $id) { erasureRequest { id status } } }';

/** The mails that were delivered about an account. */
async function mailsTo(id: string): Promise<string[]> {
  const files = await readdir(join(server.dataDir, 'mail'));
  return files
    .filter((name) => name.includes(id))
    .map((name) => name.slice(name.indexOf(id) + id.length + 1, -4));
}

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

  test.each(['an officer', 'its owner'])('has its erasure taken back by %s, without a mail', async (who) => {
    const person = await signUp(server);
    const { id } = requestIn(await erasures.request(person.token, 'I am leaving'));
    await breakKey(person.id);
    const { token } = who === 'an officer' ? officer : person;
    const { data, errors } = await server.graphql(CANCEL, { id }, token);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ cancelErasure: { erasureRequest: { id, status: 'CANCELLED' } } });
    const { db } = server.app;
    const where = { reference: id };
    const columns = { status: true, decision: true } as const;
    expect(await db.dataSubjectRequest.findFirst({ where, select: columns })).toEqual({
      status: 'CLOSED',
      decision: 'WITHDRAWN',
    });
    const mails = { userId: person.id, template: 'erasure-cancelled' };
    expect(await db.outgoingMail.count({ where: mails })).toBe(0);
    expect(await mailsTo(person.id)).not.toContain('erasure-cancelled');
    const events = await db.auditEvent.findMany({
      where: { subjectId: person.id, action: { in: ['erasure.cancelled', 'case.closed'] } },
      select: { action: true, actorId: true },
    });
    expect(events).toHaveLength(2);
    const actorId = who === 'an officer' ? officer.id : person.id;
    expect(events).toContainEqual({ action: 'erasure.cancelled', actorId });
    expect(await rowOf(person.id)).toMatchObject({ status: 'ACTIVE' });
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

test('an account of which only something else does not open gets its mail when its erasure is taken back', async () => {
  const person = await signUp(server);
  const { id } = requestIn(await erasures.request(person.token, 'I am leaving'));
  const owner = new pg.Client({ connectionString: server.ownerUrl });
  await owner.connect();
  await owner.query(`UPDATE users SET password_hash = left(password_hash, -4) || 'AAAA' WHERE id = $1`, [
    person.id,
  ]);
  await owner.end();
  const { errors } = await server.graphql(CANCEL, { id }, officer.token);
  expect(errors).toBeUndefined();
  await eventually(async () => expect(await mailsTo(person.id)).toContain('erasure-cancelled'));
});
