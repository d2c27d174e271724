import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../../src/database/generated/client.js';
import { openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

// What sealing costs in statements: those of each read are counted where they leave for PostgreSQL, and compared with
// the same read by a plain client of the same database.

let it: SealedDatabase;
let plain: PrismaClient;
let userId: string;
let statements: string[] = [];
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this` below
const original = pg.Client.prototype.query;

beforeAll(async () => {
  // Before any connection is made: the pool of the product keeps the method that it finds.
  pg.Client.prototype.query = function counted(this: pg.Client, ...args: Parameters<typeof original>) {
    const [first] = args as unknown as [string | { text: string }];
    statements.push(typeof first === 'string' ? first : first.text);
    return original.apply(this, args);
  } as typeof original;
  it = await openSealedDatabase();
  plain = new PrismaClient({ adapter: new PrismaPg({ connectionString: it.url }) });
  for (let n = 0; n < 100; n += 1) {
    const email = `person${n}@example.com`;
    const sessions = { create: { ipAddress: '192.0.2.1', ...sessionTimes() } };
    const profile = { create: { fullName: `Person ${n}` } };
    userId = (await it.db.user.create({ data: { email, profile, sessions } })).id;
  }
});
afterAll(async () => {
  pg.Client.prototype.query = original;
  await plain.$disconnect();
  await it.close();
});

/** How many statements a read takes. */
async function count(read: () => Promise<unknown>): Promise<number> {
  statements = [];
  await read();
  return statements.filter((text) => /^\s*(WITH|SELECT)/i.test(text)).length;
}

interface Reader {
  user: { findUnique(args: object): Promise<unknown>; findMany(args: object): Promise<unknown> };
  userProfile: Reader['user'];
  session: Reader['user'];
}

const READS: [string, (db: Reader) => Promise<unknown>][] = [
  ['one account', (db) => db.user.findUnique({ where: { id: userId } })],
  ['two of its columns', (db) => db.user.findUnique({ where: { id: userId }, select: { email: true } })],
  [
    'an account with its profile',
    (db) => db.user.findUnique({ where: { id: userId }, include: { profile: true } }),
  ],
  ['a profile', (db) => db.userProfile.findUnique({ where: { userId } })],
  ['the sessions of one account', (db) => db.session.findMany({ where: { userId } })],
  ['a list of 100 accounts', (db) => db.user.findMany({ take: 100 })],
  ['the same with profiles', (db) => db.user.findMany({ take: 100, include: { profile: true } })],
];

test.each(READS)('%s takes no statement more', async (_what, read) => {
  const bare = await count(() => read(plain));
  const sealed = await count(() => read(it.db));
  expect(bare).toBeGreaterThan(0);
  expect({ sealed, bare }).toEqual({ sealed: bare, bare });
});
