import { signInAs, type Person as Staff } from '../../admin/staff.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { fetchArchive, readyExport, signUp, type Person } from '../export-setup.js';

// Somebody of the staff looks at a person. The person may know of the look, and nothing of the session that looked.

let server: FullServer;
let officer: Staff;
let person: Person;
let sessionId: string;

interface Event {
  id: string;
  action: string;
  data: Record<string, unknown>;
}

beforeAll(async () => {
  server = await startFullServer();
  officer = await signInAs(server, ['PRIVACY_OFFICER']);
  person = await signUp(server);
  const look = 'query ($id: ID!) { user(id: $id) { email } }';
  expect((await server.graphql(look, { id: person.id }, officer.token)).errors).toBeUndefined();
  const { id } = await server.app.db.session.findFirstOrThrow({
    where: { userId: officer.id },
    select: { id: true },
  });
  sessionId = id;
});
afterAll(() => server?.stop());

const FIELDS = 'id action data';

async function ownEvents(token: string): Promise<Event[]> {
  const { data } = await server.graphql(`{ viewer { auditEvents { nodes { ${FIELDS} } } } }`, {}, token);
  return (data?.viewer as { auditEvents: { nodes: Event[] } }).auditEvents.nodes;
}

test('the person reads of the look without the session of whoever looked, in the list and by id', async () => {
  const look = (await ownEvents(person.token)).find(({ action }) => action === 'pii.viewed');
  expect(look?.data).toEqual({ operations: ['user'] });
  const node = `query ($id: ID!) { node(id: $id) { ... on AuditEvent { ${FIELDS} } } }`;
  const { data } = await server.graphql(node, { id: look!.id }, person.token);
  expect((data?.node as Event).data).toEqual({ operations: ['user'] });
});

test('what was recorded has it, for who reads the log and for whoever it is of', async () => {
  const list = `query ($id: ID!) {
    auditEvents(filter: { subjectId: $id, action: "pii.viewed" }) { nodes { ${FIELDS} } } }`;
  const { data } = await server.graphql(list, { id: person.id }, officer.token);
  expect((data?.auditEvents as { nodes: Event[] }).nodes[0]?.data).toMatchObject({ sessionId });
  const own = (await ownEvents(officer.token)).find(({ action }) => action === 'session.created');
  expect(own?.data).toMatchObject({ sessionId });
});

test('the export tells of the look, of sessions of the person, and of none of anybody else', async () => {
  const { downloadUrl } = await readyExport(server, person);
  const { data, text, page } = await fetchArchive(server, downloadUrl ?? '');
  const events = data.records.AuditEvent as unknown as Event[];
  expect(events.find(({ action }) => action === 'pii.viewed')?.data).toEqual({ operations: ['user'] });
  expect(events.find(({ action }) => action === 'session.created')?.data).toHaveProperty('sessionId');
  for (const content of [text, page]) {
    expect(content).not.toContain(sessionId);
    expect(content).not.toContain(officer.id);
  }
});
