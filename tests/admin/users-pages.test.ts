import { randomUUID } from 'node:crypto';
import { codeOf } from '../auth/signed-in.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { recordStatements } from '../setup/record-statements.js';
import { createAccount, signInAs, type Person } from './staff.js';

const USERS = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: UserFilter, $orderBy: UserOrder) {
  users(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    totalCount
    nodes { id }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }`;

interface Page {
  totalCount: number;
  nodes: { id: string }[];
  edges: { cursor: string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

let server: FullServer;
let admin: Person;

beforeAll(async () => {
  server = await startFullServer();
  admin = await signInAs(server, ['ADMIN']);
});
afterAll(() => server.stop());

async function usersOf(variables: object): Promise<Page> {
  const { data, errors } = await server.graphql(USERS, variables, admin.token);
  expect(errors).toBeUndefined();
  return data?.users as Page;
}

/** Statements on the tables of accounts. */
const OF_ACCOUNTS = /\b(users|user_profiles|data_keys|sessions|user_roles)\b|INSERT INTO audit_events/;
const idsOf = (page: Page) => page.nodes.map(({ id }) => id);

/** Accounts whose times are equal in groups of three, so that the id has to decide. */
async function createMany(count: number, domain: string, day = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const createdAt = new Date(Date.UTC(2020, 0, day, 0, Math.floor(number / 3)));
    const lastLoginAt = number % 4 === 0 ? null : createdAt;
    const { id } = await server.app.db.user.create({
      data: { email: `${randomUUID()}@${domain}`, createdAt, lastLoginAt },
      select: { id: true },
    });
    ids.push(id);
  }
  return ids;
}

describe('walking the list', () => {
  const filter = { emailDomain: 'walk.example.com' };
  let all: string[];

  beforeAll(async () => {
    all = await createMany(25, 'walk.example.com');
  });

  test.each(['CREATED_AT_DESC', 'CREATED_AT_ASC', 'LAST_LOGIN_AT_DESC'])(
    'forwards and backwards by %s sees each account once, in the same order',
    async (orderBy) => {
      const whole = idsOf(await usersOf({ first: 100, filter, orderBy }));
      expect([...whole].sort()).toEqual([...all].sort());

      const forwards: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const page = await usersOf({ first: 4, after, filter, orderBy });
        expect(page.totalCount).toBe(25);
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        forwards.push(...idsOf(page));
        ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      }
      expect(forwards).toEqual(whole);

      const backwards: string[] = [];
      for (let before: string | null = null, more = true; more;) {
        const page = await usersOf({ last: 4, before, filter, orderBy });
        expect(page.pageInfo.hasNextPage).toBe(before !== null);
        backwards.unshift(...idsOf(page));
        ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
      }
      expect(backwards).toEqual(whole);
    },
  );

  test('never repeats and never skips while others register', async () => {
    const seen: string[] = [];
    const created: Promise<string[]>[] = [];
    for (let after: string | null = null, more = true; more;) {
      created.push(createMany(2, 'walk.example.com', 2), createMany(1, 'walk.example.com', 1));
      const page = await usersOf({ first: 4, after, filter, orderBy: 'CREATED_AT_DESC' });
      seen.push(...idsOf(page));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      await Promise.all(created);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(all));
  });
});

describe('filters', () => {
  test.each([
    ['an address, in any case', (email: string) => ({ email: email.toUpperCase() })],
    ['a domain', () => ({ emailDomain: 'one.EXAMPLE.com' })],
    ['a moment', () => ({ createdAfter: '2021-01-01T00:00:00Z', createdBefore: '2021-01-03T00:00:00Z' })],
    ['verified', () => ({ isVerified: true, emailDomain: 'one.example.com' })],
    ['status', () => ({ status: ['SUSPENDED', 'DELETED'] })],
    ['role', () => ({ role: 'SUPPORT' })],
    [
      'everything at once',
      (email: string) => ({
        email,
        emailDomain: 'one.example.com',
        isVerified: true,
        status: ['SUSPENDED'],
        role: 'SUPPORT',
      }),
    ],
  ])('%s', async (_what, filterFor) => {
    const email = `${randomUUID()}@one.example.com`;
    await server.app.db.user.deleteMany({ where: { email: { endsWith: '@one.example.com' } } });
    const { id } = await server.app.db.user.create({
      data: { email, isVerified: true, status: 'SUSPENDED', createdAt: new Date('2021-01-02T00:00:00Z') },
    });
    await server.app.db.userRole.create({ data: { userId: id, role: 'SUPPORT' } });
    expect(idsOf(await usersOf({ filter: filterFor(email) }))).toEqual([id]);
  });

  test('USER is everybody', async () => {
    const { totalCount } = await usersOf({ filter: { role: 'USER' } });
    expect(totalCount).toBe((await usersOf({})).totalCount);
  });

  test.each(['exa mple.com', '@example.com', '', "' OR 1=1", 'x'.repeat(600)])(
    'what is no domain is refused: %j',
    async (emailDomain) => {
      const answer = await server.graphql(USERS, { filter: { emailDomain } }, admin.token);
      expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      expect(answer.errors?.[0]?.extensions.fields).toHaveProperty(['filter.emailDomain']);
    },
  );
});

describe('cursors', () => {
  async function cursorOf(orderBy = 'CREATED_AT_DESC'): Promise<string> {
    return (await usersOf({ first: 1, orderBy })).pageInfo.endCursor ?? '';
  }

  const TAMPERED: [string, (cursor: string) => string][] = [
    ['one bit of it changed', (cursor) => `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`],
    ['its position rewritten', (cursor) => {
      const bytes = Buffer.from(cursor, 'base64url');
      const text = bytes.subarray(16).toString().replace('20', '19');
      return Buffer.concat([bytes.subarray(0, 16), Buffer.from(text)]).toString('base64url');
    }],
    ['made by hand', () => Buffer.from(JSON.stringify(['2020-01-01T00:00:00.000Z', randomUUID()])).toString('base64url')],
    ['spelt otherwise', (cursor) => `${cursor}=`],
    ['cut short', (cursor) => cursor.slice(0, 10)],
    ['empty', () => ''],
    ['endless', () => 'A'.repeat(5_000)],
  ]; // prettier-ignore

  test.each(TAMPERED)('%s, it is refused', async (_how, tamper) => {
    const cursor = tamper(await cursorOf());
    for (const [name, size] of [
      ['after', 'first'],
      ['before', 'last'],
    ] as const) {
      const answer = await server.graphql(USERS, { [name]: cursor, [size]: 5 }, admin.token);
      expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      expect(answer.errors?.[0]?.extensions.fields).toEqual({ [name]: 'is not a cursor of this list' });
    }
  });

  test('of another order, or of another list, it is refused', async () => {
    const foreign = await cursorOf('CREATED_AT_ASC');
    expect(codeOf(await server.graphql(USERS, { after: foreign }, admin.token))).toBe('BAD_USER_INPUT');
    const sessions = 'query ($after: String) { viewer { sessions(after: $after) { totalCount } } }';
    expect(codeOf(await server.graphql(sessions, { after: await cursorOf() }, admin.token))).toBe(
      'BAD_USER_INPUT',
    );
  });

  test.each([
    [{ first: -1 }, 'BAD_USER_INPUT'],
    [{ last: -1 }, 'BAD_USER_INPUT'],
    [{ first: 101 }, 'QUERY_TOO_COMPLEX'],
    [{ last: 101 }, 'QUERY_TOO_COMPLEX'],
  ])('%j is refused', async (size, code) => {
    expect(codeOf(await server.graphql(USERS, size, admin.token))).toBe(code);
  });
});

describe('fifty users with profile, roles and session counts', () => {
  const FULL = `query ($first: Int) { users(first: $first, orderBy: CREATED_AT_DESC) { totalCount nodes {
    email roles permissions status suspension { reason } profile { fullName } sessions(first: 3) { totalCount nodes { ipAddress } }
  } } }`;

  test('cost as many SQL statements as five', async () => {
    for (let number = 0; number < 50; number += 1) {
      if (number % 10 === 0) await signInAs(server);
      else await createAccount(server);
    }
    const run = async (first: number) => {
      const statements = await recordStatements(OF_ACCOUNTS, async () => {
        const { data, errors } = await server.graphql(FULL, { first }, admin.token);
        expect(errors).toBeUndefined();
        expect((data?.users as Page).nodes).toHaveLength(first);
      });
      return statements;
    };
    await run(50);
    const few = await run(5);
    const many = await run(50);
    expect(few.length).toBeGreaterThan(5);
    expect(many.map((text) => text.slice(0, 60)).sort()).toEqual(few.map((text) => text.slice(0, 60)).sort());
  });
});

test('a request that needs no permission asks for none', async () => {
  const statements = await recordStatements(OF_ACCOUNTS, async () => {
    await server.graphql('{ viewer { email profile { fullName } } }', {}, admin.token);
    await server.graphql('query ($id: ID!) { user(id: $id) { email } }', { id: admin.id }, admin.token);
    await server.graphql('query ($id: ID!) { user(id: $id) { id } }', { id: admin.id });
  });
  expect(statements.length).toBeGreaterThan(1);
  expect(statements.filter((text) => text.includes('user_roles'))).toEqual([]);
});
