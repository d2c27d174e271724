import pg from 'pg';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { signInAs, type Person } from './staff.js';

// An account whose sealed values do not open costs the pages it stands on those values, each with an error, and nothing else.

let server: FullServer;
let owner: pg.Client;
let officer: Person;
let sound: Person;
/** Whose data key is damaged. */
let locked: Person;
/** The same, and suspended. */
let barred: Person;
/** Whose address was altered. */
let altered: Person;

beforeAll(async () => {
  server = await startFullServer();
  owner = new pg.Client({ connectionString: server.ownerUrl });
  await owner.connect();
  officer = await signInAs(server, ['ADMIN', 'PRIVACY_OFFICER']);
  sound = await signInAs(server);
  locked = await signInAs(server);
  barred = await signInAs(server);
  altered = await signInAs(server);
  for (const { id, token } of [sound, locked, barred, altered]) {
    await send('mutation { updateProfile(input: { fullName: "Ada" }) { user { id } } }', {}, token);
    await send('mutation { requestErasure(reason: "private") { erasureRequest { id } } }', {}, token);
    await send(OPEN_CASE, { userId: id }, officer.token);
  }
  for (const { id } of [sound, barred])
    await send(
      'mutation ($id: ID!) { suspendUser(userId: $id, reason: "abuse") { user { id } } }',
      { id },
      officer.token,
    );
  for (const { id } of [locked, barred])
    await owner.query(
      `UPDATE data_keys SET wrapped_key = left(wrapped_key, 20) || 'AAAA' || substr(wrapped_key, 25) WHERE user_id = $1`,
      [id],
    );
  await owner.query(`UPDATE users SET email = left(email, -4) || 'AAAA' WHERE id = $1`, [altered.id]);
});
afterAll(async () => {
  await owner?.end();
  await server?.stop();
});

const OPEN_CASE = `mutation ($userId: ID!) { openCase(input: { userId: $userId, type: ACCESS, channel: "letter",
  receivedAt: "${new Date(Date.now() - 60_000).toISOString()}", identityProof: "passport" }) { dataSubjectRequest { id } } }`;

interface Answer {
  data: Record<string, { nodes: Record<string, unknown>[] }>;
  /** The paths of the errors, with the id of the node in place of its number. */
  errors: string[];
}

async function send(query: string, variables: object, token: string) {
  const answer = await server.graphql(query, variables, token);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
}

/** Asks for a page several times: operations that come again are compiled, and have to answer alike. */
async function ask(query: string, variables: object = {}, token = officer.token): Promise<Answer> {
  let told: Answer | null = null;
  for (let round = 0; round < 3; round += 1) {
    const { data, errors = [] } = await server.graphql(query, variables, token);
    expect(JSON.stringify(data)).not.toContain('c1.');
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(errors.length > 0 ? ['INTERNAL_SERVER_ERROR'] : []),
    );
    const paths = errors.map(({ path = [] }) =>
      path.reduce<{ at: unknown; names: string[] }>(
        ({ at, names }, step) => {
          const next = (at as Record<string, unknown> | null)?.[step] as { id?: string } | null;
          return { at: next, names: [...names, typeof step === 'number' ? (next?.id ?? step) : step] };
        },
        { at: data, names: [] },
      ),
    );
    const answer = { data: data as Answer['data'], errors: paths.map(({ names }) => names.join('.')).sort() };
    told ??= answer;
    expect(answer).toEqual(told);
  }
  return told!;
}

const FIELDS = `id email status roles profile { fullName preferences } suspension { reason }
  sessions { totalCount nodes { current ipAddress } } erasureRequest { status reason }
  passkeys { id } mfa { totpEnabled }`;

const byId = (nodes: Record<string, unknown>[]) =>
  new Map(nodes.map((node) => [node.id ?? node.userId, node]));

test('a list of accounts answers everything else, and an error for each field that does not open', async () => {
  const { data, errors } = await ask(`{ users { totalCount nodes { ${FIELDS} } } }`);
  const nodes = byId(data.users!.nodes);
  expect(nodes.size).toBe(5);
  expect(nodes.get(officer.id)).toMatchObject({ email: officer.email, roles: expect.any(Array) as unknown });
  expect(nodes.get(sound.id)).toMatchObject({
    email: sound.email,
    profile: { fullName: 'Ada' },
    suspension: { reason: 'abuse' },
    erasureRequest: { reason: 'private' },
  });
  expect(nodes.get(altered.id)).toMatchObject({
    email: null,
    profile: { fullName: 'Ada' },
    erasureRequest: { reason: 'private' },
    sessions: { nodes: [{ ipAddress: '127.0.0.1' }] },
  });
  expect(nodes.get(locked.id)).toMatchObject({
    email: null,
    status: 'ACTIVE',
    profile: null,
    sessions: { totalCount: 1, nodes: [{ current: false, ipAddress: null }] },
    erasureRequest: { status: 'SCHEDULED', reason: null },
  });
  expect(nodes.get(barred.id)).toMatchObject({ email: null, status: 'SUSPENDED', suspension: null });
  const under = (id: string, ...fields: string[]) => fields.map((field) => `users.nodes.${id}.${field}`);
  const lost = ['email', 'profile.fullName', 'profile.preferences', 'erasureRequest.reason'];
  expect(errors).toEqual(
    [
      ...under(altered.id, 'email'),
      ...under(locked.id, ...lost, 'sessions.nodes.0.ipAddress'),
      ...under(barred.id, ...lost, 'suspension'),
    ].sort(),
  );
});

const eventsOf = (id: string, action: string) =>
  ask(
    `query ($id: ID!, $action: String!) {
      auditEvents(filter: { subjectId: $id, action: $action }) { nodes { id ipAddress } } }`,
    { id, action },
  );

test('the list of events keeps theirs, without the address they came from', async () => {
  const { data, errors } = await eventsOf(locked.id, 'session.created');
  const [created] = data.auditEvents!.nodes;
  expect(created).toMatchObject({ ipAddress: null });
  expect(errors).toEqual([`auditEvents.nodes.${String(created?.id)}.ipAddress`]);
  // What staff did to the account came from their address, under their key.
  const opened = await eventsOf(locked.id, 'case.opened');
  expect(opened).toMatchObject({
    data: { auditEvents: { nodes: [{ ipAddress: '127.0.0.1' }, { ipAddress: null }] } },
  });
  expect(await eventsOf(sound.id, 'session.created')).toMatchObject({
    data: { auditEvents: { nodes: [{ ipAddress: '127.0.0.1' }] } },
    errors: [],
  });
});

test('so do the events below a list of accounts', async () => {
  const query = '{ users { nodes { id auditEvents { nodes { action ipAddress } } } } }';
  const { data } = await server.graphql(query, {}, officer.token);
  const nodes = byId((data?.users as { nodes: Record<string, unknown>[] }).nodes);
  const created = (person: Person) =>
    (nodes.get(person.id)?.auditEvents as { nodes: { action: string }[] }).nodes.filter(
      ({ action }) => action === 'session.created',
    );
  expect(created(locked)).toEqual([{ action: 'session.created', ipAddress: null }]);
  expect(created(sound)).toEqual([{ action: 'session.created', ipAddress: '127.0.0.1' }]);
});

test.each([
  ['dataSubjectRequests', 'type identityProof', { type: 'ACCESS', identityProof: 'passport' }],
  ['erasureRequests', 'status reason', { status: 'SCHEDULED', reason: 'private' }],
])('the list of %s keeps theirs', async (list, fields, whole) => {
  const { data, errors } = await ask(`{ ${list} { nodes { id userId ${fields} } } }`);
  const of = ({ id }: Person) => data[list]!.nodes.filter(({ userId }) => userId === id);
  const [text] = fields.split(' ').slice(-1);
  expect(of(sound)).toContainEqual(expect.objectContaining(whole));
  expect(of(altered)).toContainEqual(expect.objectContaining(whole));
  for (const person of [locked, barred]) {
    const node = of(person).find((each) =>
      Object.entries(whole).some(([name, value]) => each[name] === value),
    );
    expect(node).toMatchObject({ ...whole, [text!]: null });
    expect(errors).toContain(`${list}.nodes.${String(node?.id)}.${text}`);
  }
});

test('the account itself answers alike, to staff and to its owner', async () => {
  const staff = await ask(`query ($id: ID!) { user(id: $id) { ${FIELDS} } node(id: $id) { id } }`, {
    id: locked.id,
  });
  expect(staff.data.user).toMatchObject({
    id: locked.id,
    email: null,
    erasureRequest: { status: 'SCHEDULED' },
  });
  expect(staff.errors).toContain('user.email');
  const own = await ask('{ viewer { id email profile { fullName preferences } } }', {}, locked.token);
  expect(own.data.viewer).toEqual({ id: locked.id, email: null, profile: null });
  expect(own.errors).toEqual(['viewer.email', 'viewer.profile.fullName', 'viewer.profile.preferences']);
  const rest = await server.rest('GET', '/api/v1/users/me', undefined, locked.token);
  expect(rest.status).toBe(500);
});

test('a change that needs nothing of what does not open is answered with the rest', async () => {
  const { data, errors } = await ask(
    'mutation { updateProfile(input: { fullName: "Ada L." }) { user { id email profile { fullName } } } }',
    {},
    altered.token,
  );
  const user = { id: altered.id, email: null, profile: { fullName: 'Ada L.' } };
  expect(data.updateProfile).toEqual({ user });
  expect(errors).toEqual(['updateProfile.user.email']);
});

test('what did not open is reported', async () => {
  await eventually(async () => {
    const { data } = await server.graphql(
      '{ auditEvents(first: 100, filter: { action: "pii.open_failed" }) { nodes { subjectId data } } }',
      {},
      officer.token,
    );
    const { nodes } = data?.auditEvents as { nodes: { subjectId: string; data: object }[] };
    for (const [person, model, field] of [
      [locked, 'DataKey', 'wrappedKey'],
      [barred, 'DataKey', 'wrappedKey'],
      [altered, 'User', 'email'],
    ] as const)
      expect(nodes).toContainEqual({ subjectId: person.id, data: { model, field, rowId: person.id } });
  });
});
