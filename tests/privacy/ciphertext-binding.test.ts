import { randomUUID } from 'node:crypto';
import { SealedValueError } from '../../src/privacy/privacy-errors.js';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase();
});
afterAll(() => it.close());

async function makeUser() {
  const { id } = await it.db.user.create({
    data: {
      email: freshEmail(),
      passwordHash: 'hash',
      profile: {
        create: {
          fullName: 'Ada',
          avatarUrl: 'https://a.example.com',
          phoneNumber: '+491',
          preferences: { a: 1 },
        },
      },
      outgoingMails: { create: { template: 't', message: { to: 'x' } } },
      oneTimeTokens: {
        create: {
          purpose: 'VERIFY_EMAIL',
          tokenHash: freshEmail(),
          email: freshEmail(),
          expiresAt: new Date(),
        },
      },
      socialLogins: { create: { provider: 'p', providerId: freshEmail() } },
      sessions: { create: { ipAddress: '10.0.0.1', userAgent: 'UA', ...sessionTimes() } },
      auditOrigins: { create: { eventId: randomUUID(), at: new Date(), origin: { ipAddress: '10.0.0.1' } } },
    },
  });
  return id;
}

const everything = {
  profile: true,
  outgoingMails: true,
  oneTimeTokens: true,
  socialLogins: true,
  sessions: true,
  auditOrigins: true,
} as const;
const read = (id: string) => it.db.user.findUniqueOrThrow({ where: { id }, include: everything });

/** Swaps a stored value for another, checks that reading refuses it, and puts it back. */
async function refusesIn(
  id: string,
  table: string,
  column: string,
  where: string,
  value: string,
  name: RegExp,
) {
  const [before] = await it.sql<{ v: unknown }>(
    `SELECT to_jsonb(${column}) AS v FROM ${table} WHERE ${where}`,
  );
  const cast = ['preferences', 'message', 'origin'].includes(column) ? 'jsonb' : 'text';
  const put = (text: string) =>
    it.sql(`UPDATE ${table} SET ${column} = $1 WHERE ${where}`, [
      cast === 'jsonb' ? JSON.stringify(text) : text,
    ]);
  await put(value);
  await expect(read(id)).rejects.toThrow(SealedValueError);
  await expect(read(id)).rejects.toThrow(name);
  await put(before!.v as string);
  await read(id);
}

const SEALED = [
  ['users', 'email', 'id', 'User.email'],
  ['users', 'password_hash', 'id', 'User.passwordHash'],
  ['user_profiles', 'full_name', 'user_id', 'UserProfile.fullName'],
  ['user_profiles', 'avatar_url', 'user_id', 'UserProfile.avatarUrl'],
  ['user_profiles', 'phone_number', 'user_id', 'UserProfile.phoneNumber'],
  ['user_profiles', 'preferences', 'user_id', 'UserProfile.preferences'],
  ['outgoing_mails', 'message', 'user_id', 'OutgoingMail.message'],
  ['one_time_tokens', 'email', 'user_id', 'OneTimeToken.email'],
  ['social_logins', 'provider_id', 'user_id', 'SocialLogin.providerId'],
  ['audit_origins', 'origin', 'user_id', 'AuditOrigin.origin'],
  ['sessions', 'ip_address', 'user_id', 'Session.ipAddress'],
  ['sessions', 'user_agent', 'user_id', 'Session.userAgent'],
] as const;

const stored = async (table: string, column: string, where: string) =>
  (
    await it.sql<{ v: string }>(
      `SELECT to_jsonb(${column}) #>> '{}' AS v FROM ${table} WHERE ${where} ORDER BY 1`,
    )
  )[0]!.v;

test.each(SEALED)('%s.%s of another user does not open', async (table, column, key, name) => {
  const [mine, theirs] = [await makeUser(), await makeUser()];
  const foreign = await stored(table, column, `${key} = '${theirs}'`);
  await it.db.user.delete({ where: { id: theirs } }); // else the unique constraints would refuse the copy
  await refusesIn(mine, table, column, `${key} = '${mine}'`, foreign, new RegExp(name));
});

test('values moved between columns, rows and tables of one user do not open', async () => {
  const id = await makeUser();
  const profile = `user_id = '${id}'`;
  const full = await stored('user_profiles', 'full_name', profile);
  await refusesIn(id, 'user_profiles', 'avatar_url', profile, full, /avatarUrl/);
  await refusesIn(id, 'users', 'password_hash', `id = '${id}'`, full, /passwordHash/);
  const token = await stored('one_time_tokens', 'email', profile);
  await refusesIn(id, 'users', 'email', `id = '${id}'`, token, /User\.email/);
  await it.db.session.create({ data: { userId: id, ipAddress: '10.0.0.2', ...sessionTimes() } });
  const [one, two] = await it.sql<{ id: string; ip_address: string }>(
    `SELECT id, ip_address FROM sessions WHERE ${profile}`,
  );
  await refusesIn(id, 'sessions', 'ip_address', `id = '${one!.id}'`, two!.ip_address, /Session\.ipAddress/);
});

test('a row given to another user, with all its values, does not open', async () => {
  const [mine, theirs] = [await makeUser(), await makeUser()];
  await it.sql(`UPDATE sessions SET user_id = '${theirs}' WHERE user_id = '${mine}'`);
  await expect(read(theirs)).rejects.toThrow(SealedValueError);
});

test('a data key given to another user does not open', async () => {
  const [mine, theirs] = [await makeUser(), await makeUser()];
  await it.sql(
    `UPDATE data_keys SET wrapped_key = (SELECT wrapped_key FROM data_keys WHERE user_id = '${mine}') WHERE user_id = '${theirs}'`,
  );
  await expect(read(theirs)).rejects.toThrow(/DataKey\.wrappedKey/);
});

test('every flipped bit of every byte of a stored value is detected', async () => {
  const id = await makeUser();
  const where = `id = '${id}'`;
  const envelope = await stored('users', 'email', where);
  const header = 'c1.1.'.length;
  const bytes = Buffer.from(envelope.slice(header), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    await it.sql(`UPDATE users SET email = $1 WHERE ${where}`, [`c1.1.${flipped.toString('base64url')}`]);
    await expect(it.db.user.findUnique({ where: { id }, select: { email: true } })).rejects.toThrow(
      SealedValueError,
    );
  }
  // and every bit of the text as it is stored, where the CHECK lets the result stand at all
  let stood = 0;
  for (let bit = 0; bit < envelope.length * 8; bit += 1) {
    const text = Buffer.from(envelope, 'latin1');
    text[bit >> 3]! ^= 1 << (bit & 7);
    const kept = await it
      .sql(`UPDATE users SET email = $1 WHERE ${where} RETURNING 1`, [text.toString('latin1')])
      .catch(() => []);
    if (kept.length === 0) continue;
    stood += 1;
    await expect(it.db.user.findUnique({ where: { id }, select: { email: true } })).rejects.toThrow(
      SealedValueError,
    );
  }
  expect(stood).toBeGreaterThan(100);
  await it.sql(`UPDATE users SET email = $1 WHERE ${where}`, [envelope]);
  await read(id);
});

test('one value that does not open fails the page it stands on, and reading around it works', async () => {
  const id = await makeUser();
  await it.sql(`UPDATE users SET email = password_hash WHERE id = '${id}'`);
  await expect(it.db.user.findMany({ where: { id } })).rejects.toMatchObject({
    model: 'User',
    field: 'email',
  });
  expect(await it.db.user.findMany({ where: { id }, select: { passwordHash: true } })).toEqual([
    { passwordHash: 'hash' },
  ]);
});
