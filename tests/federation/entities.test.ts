import { randomUUID } from 'node:crypto';
import { graphql } from 'graphql';
import { createApiSchema } from '../../src/app/schema.js';
import { addFederation } from '../../src/graphql/schema/federation.js';
import { createFindVisibleUser } from '../../src/services/identity/identity.resolver.js';
import { createGraphqlContext } from '../../src/graphql/context.js';
import { createCursors } from '../../src/graphql/lists/cursor.js';
import { createRequestContext } from '../../src/security/requests/request-context.js';
import { createAccount, eventsAbout, signInAs, type Person } from '../admin/staff.js';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { testKeyRing } from '../setup/test-keys.js';

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on User { id email } }
}`;

let server: FullServer;
let reader: Person;
let support: Person;

beforeAll(async () => {
  server = await startFullServer();
  reader = await signInAs(server);
  support = await signInAs(server, ['SUPPORT']);
});
afterAll(() => server.stop());

const USER = { type: 'User', is: () => true, find: async () => null };

const user = (id: unknown) => ({ __typename: 'User', id });

async function entities(representations: object[], token?: string) {
  const answer = await server.graphql(ENTITIES, { representations }, token);
  return { ...answer, found: answer.data?._entities as ({ id: string; email: string | null } | null)[] };
}

test('entities come in the order of their keys: null where there is none, twice where asked twice', async () => {
  const unknown = randomUUID();
  const { found, errors } = await entities(
    [support.id, unknown, support.id.toUpperCase(), 'no uuid'].map(user),
    support.token,
  );
  const self = { id: support.id, email: support.email };
  expect(errors).toBeUndefined();
  expect(found).toEqual([self, null, self, null]);
});

test('of others nothing but the id, and each refusal stands at its own place', async () => {
  const representations = [user(support.id), user(reader.id)];
  const { found, errors } = await entities(representations, reader.token);
  expect(found).toEqual([
    { id: support.id, email: null },
    { id: reader.id, email: reader.email },
  ]);
  expect(errors).toMatchObject([{ path: ['_entities', 0, 'email'], extensions: { code: 'FORBIDDEN' } }]);
  const anonymous = await entities(representations);
  expect(anonymous.errors?.map((error) => error.extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});

test('a look of staff is recorded, once a request and account', async () => {
  const { id, email } = await createAccount(server);
  const { found } = await entities([user(id), user(id)], support.token);
  expect(found).toEqual([
    { id, email },
    { id, email },
  ]);
  const looks = (await eventsAbout(server, id)).filter(({ action }) => action === 'pii.viewed');
  expect(looks).toMatchObject([{ actorId: support.id, data: { operations: ['_entities'] } }]);
});

test('deleted accounts are there for staff only, restricted people for privacy officers only', async () => {
  const deleted = await createAccount(server);
  const restricted = await createAccount(server);
  const { db } = server.app;
  const select = { id: true };
  await db.user.update({
    where: { id: deleted.id },
    data: { status: 'DELETED', deletedAt: new Date() },
    select,
  });
  await db.user.update({
    where: { id: restricted.id },
    data: { processingRestrictedAt: new Date() },
    select,
  });
  const officer = await signInAs(server, ['PRIVACY_OFFICER']);
  const both = [user(deleted.id), user(restricted.id)];
  const emails = async (token?: string) =>
    (await entities(both, token)).found.map((each) => each && each.email);
  expect(await emails(officer.token)).toEqual([deleted.email, restricted.email]);
  expect(await emails(support.token)).toEqual([deleted.email, null]);
  expect(await emails(reader.token)).toEqual([null, null]);
  // Of accounts that are not deleted either, others get the id only.
  const [gone] = (await entities(both, reader.token)).found;
  expect(gone).toEqual({ id: deleted.id, email: null });
});

test('what names no entity is refused at its place, and the others answer', async () => {
  const representations = [
    { __typename: 'Session', id: randomUUID() },
    user(reader.id),
    { __typename: 'User' },
    user({ a: 1 }),
    { id: reader.id },
  ];
  const { found, errors } = await entities(representations, reader.token);
  expect(found).toEqual([null, { id: reader.id, email: reader.email }, null, null, null]);
  expect(
    errors?.map(({ extensions }) => [extensions.code, Object.keys(extensions.fields as object)[0]]),
  ).toEqual([
    ['BAD_USER_INPUT', 'representations.0.__typename'],
    ['BAD_USER_INPUT', 'representations.2.id'],
    ['BAD_USER_INPUT', 'representations.3.id'],
    ['BAD_USER_INPUT', 'representations.4.__typename'],
  ]);
  const noObject = await server.graphql(ENTITIES, { representations: ['User'] }, reader.token);
  expect(codeOf(noObject)).toBe('BAD_USER_INPUT');
});

test('a hundred entities are answered, more are refused before anything is read', async () => {
  const many = (count: number) => Array.from({ length: count }, () => user(reader.id));
  expect((await entities(many(100), reader.token)).found).toHaveLength(100);
  const wide = await send({ query: ENTITIES, variables: { representations: many(101) } });
  expect(wide).toMatchObject({ status: 400, code: 'QUERY_TOO_COMPLEX' });
  const literal = `{__typename: "User", id: "${reader.id}"}`;
  const inline = await send({
    query: `{ _entities(representations: [${literal.repeat(101)}]) { __typename } }`,
  });
  expect(inline).toMatchObject({ status: 400, code: 'QUERY_TOO_COMPLEX' });
});

async function send(body: object) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${reader.token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, code: codeOf((await response.json()) as Parameters<typeof codeOf>[0]) };
}

test('a hundred entities are one read, and none for who may not read them', async () => {
  const accounts = [reader.id, support.id, ...Array.from({ length: 98 }, () => randomUUID())];
  const { identity } = server.app.services;
  for (const roles of [[], ['SUPPORT']] as const) {
    const reads: number[] = [];
    const counted =
      <R>(find: (ids: readonly string[]) => Promise<R>) =>
      (ids: readonly string[]): Promise<R> => {
        reads.push(ids.length);
        return find(ids);
      };
    const findVisibleUser = createFindVisibleUser({
      findUsers: counted(identity.findUsers),
      findAnyUsers: counted(identity.findAnyUsers),
    });
    const viewer = {
      userId: randomUUID(),
      sessionId: randomUUID(),
      authTime: new Date(),
      amr: [],
      scope: [],
    };
    const request = await createRequestContext(
      { authenticate: () => viewer, rolesOf: async () => roles, mfaRequiredRoles: [], trustedProxies: 0 },
      { headers: {}, remoteAddress: undefined, setHeader: () => undefined },
    );
    const context = createGraphqlContext(request, createCursors(testKeyRing().searchIndex));
    const found = await Promise.all(accounts.map((id) => findVisibleUser(id, context)));
    const isStaff = roles.length > 0;
    expect(found.filter((each) => each !== null)).toHaveLength(isStaff ? 2 : 100);
    expect(reads).toEqual(isStaff ? [100] : []);
  }
});

test('the server tells routers its SDL, and not where introspection is off', async () => {
  const { data } = await server.graphql('{ _service { sdl } }');
  const { sdl } = data?._service as { sdl: string };
  expect(sdl).toContain('type User implements Node @key(fields: "id")');
  const closed = addFederation(createApiSchema(), { entities: [USER], printSdl: null });
  const { errors } = await graphql({ schema: closed, source: '{ _service { sdl } }' });
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' });
});
