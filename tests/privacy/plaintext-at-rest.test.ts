import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
let userId: string;
beforeAll(async () => {
  it = await openSealedDatabase();
  userId = (await it.db.user.create({ data: { email: freshEmail(), profile: { create: {} } } })).id;
});
afterAll(() => it.close());

const rawRows = async () =>
  JSON.stringify([
    await it.sql('SELECT * FROM users WHERE id = $1', [userId]),
    await it.sql('SELECT * FROM user_profiles WHERE user_id = $1', [userId]),
  ]);

async function writeAndRead(text: string, json: unknown) {
  await it.db.user.update({
    where: { id: userId },
    data: {
      passwordHash: text,
      profile: { update: { fullName: text, avatarUrl: text, preferences: json as object } },
    },
  });
  const { passwordHash, profile } = await it.db.user.findUniqueOrThrow({
    where: { id: userId },
    include: { profile: true },
  });
  return { texts: [passwordHash, profile!.fullName, profile!.avatarUrl], preferences: profile!.preferences };
}

test('whatever is written reads back equal, and the raw rows hold none of it', async () => {
  const wellFormed = fc.string({ unit: 'binary', maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(wellFormed, fc.jsonValue(), fc.uuid(), async (text, value, canary) => {
      const json = { value, canary } as object;
      const back = await writeAndRead(text + canary, json);
      expect(back.texts).toEqual([text + canary, text + canary, text + canary]);
      expect(JSON.stringify(back.preferences)).toBe(JSON.stringify(json));
      const raw = await rawRows();
      for (const spelling of [
        canary,
        Buffer.from(canary).toString('base64url').slice(2, 40),
        Buffer.from(canary).toString('hex'),
      ]) {
        expect(raw).not.toContain(spelling);
      }
    }),
    { numRuns: 150 },
  );
});

test('any address is found again by itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), async (local) => {
      const email = `${local}@example.com`;
      await it.db.user.update({ where: { id: userId }, data: { email } });
      expect(await it.db.user.findUnique({ where: { email } })).toMatchObject({ id: userId, email });
    }),
    { numRuns: 100 },
  );
});

const path = '../shared/vectors/naughty-strings.json';
if (!existsSync(path)) console.warn(`Skipped: ${path} is not there`);
(existsSync(path) ? test : test.skip)('naughty strings come back as they went', async () => {
  const strings = [
    ...(JSON.parse(readFileSync(path, 'utf8')) as string[]),
    '',
    '\0',
    'a\0b',
    '\u2028',
    '\ufeff',
    '\u202e',
    '😀',
  ];
  expect(strings.length).toBeGreaterThan(500);
  await it.db.session.createMany({
    data: strings.map((userAgent, n) => ({ userId, ipAddress: `${n}`, userAgent, ...sessionTimes() })),
  });
  const sessions = await it.db.session.findMany({ where: { userId } });
  const byNumber = new Map(sessions.map((session) => [Number(session.ipAddress), session.userAgent]));
  strings.forEach((text, n) => expect(byNumber.get(n)).toBe(text));
  for (const text of strings.slice(0, 60)) {
    expect(await writeAndRead(text, [text])).toEqual({ texts: [text, text, text], preferences: [text] });
  }
});

test.each(['\ud800', 'a\udc00b', '\udbff\ud800'])(
  'the lone surrogate %j is refused and changes nothing',
  async (text) => {
    const before = await rawRows();
    await expect(writeAndRead(text, {})).rejects.toThrow(/well-formed/);
    expect(await rawRows()).toBe(before);
  },
);

test('equal values in two columns, rows or users look different at rest', async () => {
  const email = freshEmail();
  const { id } = await it.db.user.create({
    data: { email, passwordHash: email, profile: { create: { fullName: email, avatarUrl: email } } },
  });
  await it.db.socialLogin.create({ data: { userId: id, provider: 'p', providerId: email } });
  const values = (
    await it.sql<Record<string, string>>(
      `SELECT email, email_index, password_hash, full_name, avatar_url, provider_id, provider_id_index
         FROM users JOIN user_profiles ON user_id = id JOIN social_logins s ON s.user_id = users.id WHERE users.id = $1`,
      [id],
    )
  ).flatMap((row) => Object.values(row));
  expect(new Set(values).size).toBe(7);
});
