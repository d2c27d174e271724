import { after, DAY } from '../../../src/clock.js';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { erasuresOf, requestIn, signUp, type Person } from './erasure-people.js';

// What does not fit the state of an account or a case is refused with a code and with what to do next.

let server: FullServer;
let staff: Person;

interface Subject extends Person {
  /** The id of an erasure request or a case, where the state has one. */
  id2?: string;
}

const STATES = {
  active: async () => signUp(server),
  suspended: async () => inState({ status: 'SUSPENDED' }),
  deleted: async () => inState({ status: 'DELETED', deletedAt: new Date() }),
  held: async () => {
    const person = await signUp(server);
    await erasuresOf(server).hold(staff.token, person.id);
    return person;
  },
  'to be erased': async () => asked(),
  'no longer to be erased': async () => {
    const person = await asked();
    await erasuresOf(server).cancel(person.token, person.id2);
    return person;
  },
  // As if another process had taken it up: nothing carries it out here for two minutes.
  'being erased': async () => {
    const person = await inState({ status: 'DELETED', deletedAt: new Date() });
    const now = new Date();
    const data = { userId: person.id, status: 'RUNNING', requestedAt: now, requestedBy: person.id } as const;
    const { id: id2 } = await server.app.db.erasureRequest.create({
      data: { ...data, scheduledFor: now, startedAt: now },
      select: { id: true },
    });
    return { ...person, id2 };
  },
  erased: async () => {
    const person = await signUp(server);
    const { id: id2 } = requestIn(await erasuresOf(server).erase(staff.token, person.id));
    await eventually(async () => {
      expect((await erasuresOf(server).find(staff.token, id2))?.status).toBe('COMPLETED');
    });
    return { ...person, id2 };
  },
  'with a closed case': async () => withCase({ status: 'CLOSED', closedAt: new Date() }),
  'with a case extended before': async () => withCase({ extendedAt: new Date() }),
  'with an overdue case': async () =>
    withCase({ receivedAt: after(new Date(), -90 * DAY), dueAt: after(new Date(), -DAY) }),
  'with a case of 15 days': async () => withCase({ type: 'CCPA_OPT_OUT' }),
} satisfies Record<string, () => Promise<Subject>>;

type State = keyof typeof STATES;
const subjects = new Map<State, Subject>();

beforeAll(async () => {
  server = await startFullServer();
  staff = await signUp(server, ['PRIVACY_OFFICER', 'ADMIN']);
  for (const [name, make] of Object.entries(STATES)) subjects.set(name as State, await make());
});
afterAll(() => server.stop());

async function asked() {
  const person = await signUp(server);
  const { id: id2 } = requestIn(await erasuresOf(server).request(person.token));
  return { ...person, id2 };
}

async function inState(data: { status: 'SUSPENDED' | 'DELETED'; deletedAt?: Date }): Promise<Person> {
  const person = await signUp(server);
  await server.app.db.user.update({ where: { id: person.id }, data, select: { id: true } });
  return person;
}

async function withCase(data: object): Promise<Subject> {
  const person = await signUp(server);
  const now = new Date();
  const { id: id2 } = await server.app.db.dataSubjectRequest.create({
    data: {
      userId: person.id,
      type: 'ACCESS',
      status: 'OPEN',
      channel: 'letter',
      receivedAt: now,
      dueAt: after(now, 30 * DAY),
      ...data,
    },
    select: { id: true },
  });
  return { ...person, id2 };
}

const USER = '{ user { id } }';
const OPERATIONS = {
  eraseUser: 'eraseUser(userId: $id, reason: "asked", immediately: true) { erasureRequest { id } }',
  'eraseUser later': 'eraseUser(userId: $id, reason: "asked") { erasureRequest { id } }',
  cancelErasure: 'cancelErasure(id: $id2) { erasureRequest { id } }',
  placeLegalHold: `placeLegalHold(userId: $id, reason: "claim") ${USER}`,
  releaseLegalHold: `releaseLegalHold(userId: $id) ${USER}`,
  softDeleteUser: `softDeleteUser(userId: $id, reason: "asked") ${USER}`,
  restoreUser: `restoreUser(userId: $id) ${USER}`,
  suspendUser: `suspendUser(userId: $id, reason: "abuse") ${USER}`,
  'suspendUser until yesterday': `suspendUser(userId: $id, reason: "abuse", until: "2020-01-01T00:00:00Z") ${USER}`,
  reinstateUser: `reinstateUser(userId: $id) ${USER}`,
  setUserRoles: `setUserRoles(userId: $id, roles: [SUPPORT]) ${USER}`,
  exportUserData: 'exportUserData(userId: $id) { dataExport { id } }',
  openCase: `openCase(input: { userId: $id, type: ACCESS, channel: "letter", receivedAt: "${new Date().toISOString()}" }) { dataSubjectRequest { id } }`,
  extendCase: 'extendCase(id: $id2, reason: "many") { dataSubjectRequest { id } }',
  closeCase:
    'closeCase(input: { id: $id2, decision: GRANTED, evidence: "letter" }) { dataSubjectRequest { id } }',
};
type Operation = keyof typeof OPERATIONS;

/** What the answer says beside its code: the field, the hint, or the operation to call first. */
type Next = RegExp | null;

const CONFLICTS: [State, Operation, string, Next][] = [
  ['held', 'eraseUser', 'LEGAL_HOLD', /^releaseLegalHold$/],
  ['held', 'eraseUser later', 'LEGAL_HOLD', /^releaseLegalHold$/],
  ['held', 'placeLegalHold', 'CONFLICT', /^releaseLegalHold$/],
  ['active', 'releaseLegalHold', 'CONFLICT', /nothing to release/],
  ['active', 'restoreUser', 'CONFLICT', /nothing to restore/],
  ['active', 'reinstateUser', 'CONFLICT', /nothing to end/],
  ['active', 'suspendUser until yesterday', 'BAD_USER_INPUT', /must be in the future/],
  ['to be erased', 'eraseUser later', 'CONFLICT', /^cancelErasure$/],
  ['no longer to be erased', 'cancelErasure', 'CONFLICT', /cancelled already/],
  ['being erased', 'cancelErasure', 'CONFLICT', /cannot be taken back/],
  ['being erased', 'eraseUser', 'CONFLICT', /wait for the receipt/],
  ['being erased', 'placeLegalHold', 'CONFLICT', /wait for the receipt/],
  ['being erased', 'restoreUser', 'CONFLICT', /wait for the receipt/],
  ['being erased', 'softDeleteUser', 'CONFLICT', /deleted already/],
  ['being erased', 'exportUserData', 'CONFLICT', /unless it is being erased/],
  ['erased', 'eraseUser', 'CONFLICT', /receipt is among erasureRequests/],
  ['erased', 'cancelErasure', 'CONFLICT', /register anew/],
  ['erased', 'placeLegalHold', 'CONFLICT', /receipt is among erasureRequests/],
  ['erased', 'releaseLegalHold', 'CONFLICT', /nothing to release/],
  ['erased', 'restoreUser', 'CONFLICT', /nothing can bring it back/],
  ['erased', 'softDeleteUser', 'CONFLICT', /nothing can bring it back/],
  ['erased', 'suspendUser', 'CONFLICT', /nothing can bring it back/],
  ['erased', 'reinstateUser', 'CONFLICT', /nothing can bring it back/],
  ['erased', 'setUserRoles', 'CONFLICT', /nothing can bring it back/],
  ['erased', 'exportUserData', 'CONFLICT', /nothing is held/],
  ['erased', 'openCase', 'NOT_FOUND', null],
  ['deleted', 'softDeleteUser', 'CONFLICT', /restoreUser .* eraseUser/],
  ['deleted', 'suspendUser', 'CONFLICT', /restore it first/],
  ['deleted', 'reinstateUser', 'CONFLICT', /restore it first/],
  ['deleted', 'setUserRoles', 'CONFLICT', /restore it first/],
  ['deleted', 'exportUserData', 'CONFLICT', /restoreUser/],
  ['suspended', 'restoreUser', 'CONFLICT', /nothing to restore/],
  ['with a closed case', 'extendCase', 'CONFLICT', /openCase/],
  ['with a closed case', 'closeCase', 'CONFLICT', /openCase/],
  ['with a case extended before', 'extendCase', 'CONFLICT', /once; closeCase/],
  ['with an overdue case', 'extendCase', 'CONFLICT', /overdue; closeCase/],
  ['with a case of 15 days', 'extendCase', 'CONFLICT', /cannot be given more time; closeCase/],
];

/** The rows of the person, as they lie in the database. */
async function rowsOf({ id }: Subject): Promise<string> {
  const rows = await server.app.db.$queryRaw`
    SELECT u.status::text, u.deleted_at, r.status::text AS erasure, h.released_at, c.status::text AS kase, c.due_at
      FROM users u LEFT JOIN erasure_requests r ON r.user_id = u.id LEFT JOIN legal_holds h ON h.user_id = u.id
      LEFT JOIN data_subject_requests c ON c.user_id = u.id WHERE u.id = ${id}::uuid ORDER BY c.id`;
  return JSON.stringify(rows);
}

test.each(CONFLICTS)('an account that is %s: %s answers %s', async (state, operation, code, next) => {
  const subject = subjects.get(state)!;
  const before = await rowsOf(subject);
  const text = OPERATIONS[operation];
  const variables = [text.includes('$id2') ? '$id2: ID!' : '', /\$id\b/.test(text) ? '$id: ID!' : ''].join(
    ' ',
  );
  const { errors } = await server.graphql(`mutation (${variables}) { ${text} }`, subject, staff.token);
  const { fields, hint, satisfiedBy, ...rest } = errors?.[0]?.extensions ?? {};
  expect(rest.code).toBe(code);
  const said = [satisfiedBy, hint, ...Object.values(fields ?? {})].find((each) => each !== undefined);
  if (next) expect(said).toMatch(next);
  else expect(said).toBeUndefined();
  expect(await rowsOf(subject)).toBe(before);
});

test('whoever asks for their own erasure a second time hears which operation takes the first back', async () => {
  const subject = subjects.get('to be erased')!;
  const { errors } = await erasuresOf(server).request(subject.token);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', satisfiedBy: 'cancelErasure' });
});
