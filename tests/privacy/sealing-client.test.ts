import pg from 'pg';
import { createDatabase, type Database } from '../../src/database/client.js';
import { createPrivacy } from '../../src/privacy/privacy.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { testKeyRing } from '../setup/test-keys.js';

let testDatabase: TestDatabase;
let db: Database;
let raw: pg.Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const privacy = createPrivacy({ keyRing: testKeyRing() });
  db = createDatabase({ url: testDatabase.url, privacy, poolSize: 1 });
  raw = new pg.Client({ connectionString: testDatabase.url });
  await raw.connect();
});

afterAll(async () => {
  await raw.end();
  await db.$disconnect();
  await testDatabase.drop();
});

test('a user written in plaintext lies sealed and reads back', async () => {
  const made = await db.user.create({
    data: {
      email: 'Ada@Example.com',
      passwordHash: 'hash',
      profile: { create: { fullName: 'Ada', preferences: { theme: 'dark' } } },
    },
    include: { profile: true },
  });
  expect(made).toMatchObject({ email: 'Ada@Example.com', passwordHash: 'hash' });
  expect(made.profile).toMatchObject({ fullName: 'Ada', phoneNumber: null, preferences: { theme: 'dark' } });
  expect(Object.keys(made)).not.toContain('emailIndex');
  expect(Object.keys(made)).not.toContain('dataKey');
  expect(Object.keys(made.profile!)).not.toContain('user');
  const found = await db.user.findUnique({ where: { email: 'ada@example.com' }, select: { email: true } });
  expect(found).toEqual({ email: 'Ada@Example.com' });
  const row = await raw.query('select * from users');
  expect(JSON.stringify(row.rows)).not.toMatch(/ada/i);
  await expect(db.user.create({ data: { email: 'ADA@example.com' } })).rejects.toMatchObject({
    code: 'P2002',
  });
});

test('interactive transaction', async () => {
  const id = await db.$transaction(async (tx) => {
    const user = await tx.user.create({ data: { email: 'bob@example.com' } });
    await tx.userProfile.create({ data: { userId: user.id, fullName: 'Bob' } });
    await tx.session.create({
      data: { userId: user.id, expiresAt: new Date(), authTime: new Date(), ipAddress: '10.0.0.1' },
    });
    await tx.user.update({ where: { id: user.id }, data: { email: 'bobby@example.com' } });
    await tx.userProfile.upsert({
      where: { userId: user.id },
      create: { userId: user.id },
      update: { fullName: 'Bobby' },
    });
    await tx.userProfile.update({ where: { userId: user.id }, data: { phoneNumber: '+491' } });
    return user.id;
  });
  const user = await db.user.findUniqueOrThrow({
    where: { email: 'bobby@example.com' },
    include: { profile: true, sessions: { include: { user: { select: { email: true } } } } },
  });
  expect(user.id).toBe(id);
  expect(user.profile).toMatchObject({ fullName: 'Bobby', phoneNumber: '+491' });
  expect(user.sessions[0]).toMatchObject({ ipAddress: '10.0.0.1', user: { email: 'bobby@example.com' } });
  expect(user.sessions[0]!.user).toEqual({ email: 'bobby@example.com' });
});
