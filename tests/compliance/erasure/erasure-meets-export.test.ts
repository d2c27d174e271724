import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { codeOf, erasuresOf, requestIn, signUp, type Person } from './erasure-people.js';

let server: FullServer;
let officer: Person;
beforeAll(async () => {
  server = await startFullServer();
  officer = await signUp(server, ['PRIVACY_OFFICER']);
});
afterAll(() => server.stop());

const EXPORT = 'mutation { requestDataExport { dataExport { id } } }';

async function signUpWithMuch(): Promise<Person> {
  const person = await signUp(server);
  const consents = Array.from({ length: 1_500 }, (_, index) => ({
    userId: person.id,
    purpose: `purpose-${index}`,
    granted: true,
    policyVersion: '1',
  }));
  await server.app.db.consent.createMany({ data: consents });
  return person;
}

/** How many jobs of an export there are that are not over. */
async function unfinishedJobs(exportId: string): Promise<number> {
  const [row] = await server.app.db.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) FROM pgboss.job
     WHERE name = 'export.run' AND data->>'exportId' = ${exportId} AND state IN ('created', 'active', 'retry')`;
  return Number(row?.count);
}

// Moments from before the export begins to after it has ended: on a machine of any speed some lie within.
test.each([0, 30, 60, 120, 250])(
  'an account that is erased %i ms after it asked for an export: both end, and nothing of either is left',
  async (milliseconds) => {
    const { db } = server.app;
    const person = await signUpWithMuch();
    const { data } = await server.graphql(EXPORT, {}, person.token);
    const { id: exportId } = (data?.requestDataExport as { dataExport: { id: string } }).dataExport;
    await pause(milliseconds);
    const { id } = requestIn(await erasuresOf(server).erase(officer.token, person.id));
    await eventually(async () => {
      expect((await erasuresOf(server).find(officer.token, id))?.status).toBe('COMPLETED');
      expect(await unfinishedJobs(exportId)).toBe(0);
    });

    expect(await db.dataExport.count({ where: { userId: person.id } })).toBe(0);
    expect(await db.outgoingMail.count({ where: { userId: person.id } })).toBe(0);
    expect(await db.consent.count({ where: { userId: person.id } })).toBe(0);
    const cases = await db.dataSubjectRequest.findMany({
      where: { userId: person.id },
      orderBy: { type: 'asc' },
      select: { type: true, decision: true },
    });
    // Which of the two was first decides what became of the request for the export.
    expect(cases).toEqual([
      { type: 'ACCESS', decision: expect.stringMatching(/^(WITHDRAWN|GRANTED)$/) },
      { type: 'ERASURE', decision: 'GRANTED' },
    ]);
    await eventually(async () =>
      expect(await readdir(join(server.dataDir, 'exports')).catch(() => [])).not.toContain(person.id),
    );
    expect(await db.auditEvent.count({ where: { subjectId: person.id, action: 'user.erased' } })).toBe(1);
    expect(await db.auditEvent.count({ where: { subjectId: person.id, action: 'export.failed' } })).toBe(0);
  },
  40_000,
);

test('two erasures at once, by the person and an officer, are one', async () => {
  const person = await signUpWithMuch();
  const erasures = erasuresOf(server);
  const answers = await Promise.all([
    erasures.request(person.token),
    erasures.erase(officer.token, person.id),
    erasures.erase(officer.token, person.id),
  ]);
  for (const code of answers.map(codeOf)) expect([undefined, 'CONFLICT', 'UNAUTHENTICATED']).toContain(code);
  const [request, ...others] = await server.app.db.erasureRequest.findMany({ where: { userId: person.id } });
  expect(others).toEqual([]);
  await eventually(async () =>
    expect((await erasures.find(officer.token, request!.id))?.status).toBe('COMPLETED'),
  );
  const events = await server.app.db.auditEvent.findMany({
    where: { subjectId: person.id, action: { in: ['user.erased', 'erasure.completed'] } },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ action }) => action)).toEqual(['user.erased', 'erasure.completed']);
});
