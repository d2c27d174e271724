import { randomUUID } from 'node:crypto';
import { checkConstraintSql } from '../../src/privacy/check-constraints.js';
import { REGISTER } from '../../src/privacy/register.js';
import { freshEmail, openSealedDatabase, type SealedDatabase, sessionTimes } from './sealed-database.js';

let it: SealedDatabase;
beforeAll(async () => {
  it = await openSealedDatabase();
  const { id: userId } = await it.db.user.create({
    select: { id: true },
    data: {
      email: freshEmail(),
      profile: { create: { fullName: 'Ada' } },
      outgoingMails: { create: { template: 't', message: {} } },
      oneTimeTokens: {
        create: { purpose: 'VERIFY_EMAIL', tokenHash: 'h', email: 'e', expiresAt: new Date() },
      },
      socialLogins: { create: { provider: 'p', providerId: 'x' } },
      sessions: { create: { ipAddress: '1', ...sessionTimes() } },
      auditOrigins: { create: { eventId: randomUUID(), at: new Date(), origin: {} } },
    },
  });
  const now = new Date();
  await it.db.dataExport.create({ data: { userId, requestedBy: userId } });
  await it.db.dataSubjectRequest.create({
    data: { userId, type: 'ACCESS', channel: 'letter', receivedAt: now, dueAt: now },
  });
  await it.db.erasureRequest.create({
    data: { userId, status: 'SCHEDULED', requestedAt: now, requestedBy: userId, scheduledFor: now },
  });
  await it.db.totpAuthenticator.create({ data: { userId } });
  await it.db.recoveryCode.create({ data: { userId, codeHash: 'h', createdAt: now } });
  const credential = { credentialId: 'c', publicKey: 'k', isSynced: false };
  await it.db.passkey.create({ data: { userId, name: 'n', ...credential } });
  const question = { purpose: 'REGISTER', isBound: true, ceremonyHash: 'h', challengeHash: 'h' } as const;
  await it.db.passkeyCeremony.create({ data: { userId, name: 'n', ...question, expiresAt: now } });
  await it.db.legalHold.create({ data: { userId, placedAt: now, placedBy: userId } });
});
afterAll(() => it.close());

const COLUMNS = [
  ...checkConstraintSql(REGISTER).matchAll(
    /TABLE "(\w+)" ADD CONSTRAINT "(\w+)" CHECK \(\(?(?:jsonb_typeof\()?"(\w+)"/g,
  ),
].map(([, table, constraint, column]) => [table!, column!, constraint!] as const);

test('every constraint of the register was found', () => {
  expect(COLUMNS).toHaveLength(checkConstraintSql(REGISTER).trim().split('\n').length);
});

const PLAIN = [
  'ada@example.com',
  '',
  'c1.1.short',
  'c1.',
  '$argon2id$v=19$m=65536$abc',
  `x${'c1.1.'.padEnd(60, 'A')}`,
  `${'c1.1.'.padEnd(60, 'A')}\n`,
  'k1.',
  'null',
  '{}',
];

test.each(COLUMNS)('%s.%s refuses plaintext from raw SQL', async (table, column, constraint) => {
  const isJson = ['preferences', 'message', 'origin'].includes(column);
  for (const text of PLAIN) {
    const update = it.sql(`UPDATE ${table} SET ${column} = $1`, [isJson ? JSON.stringify(text) : text]);
    await expect(update).rejects.toMatchObject({ code: '23514', constraint });
  }
  if (!isJson) return;
  for (const json of [
    '{"a": 1}',
    '[]',
    '7',
    'null',
    '["c1.1.AAAA"]',
    ...(column === 'preferences' ? [] : ['{}']),
  ]) {
    await expect(it.sql(`UPDATE ${table} SET ${column} = $1`, [json])).rejects.toMatchObject({
      code: '23514',
      constraint,
    });
  }
});

test('only the columns that may be empty accept null: an address only once its account is erased', async () => {
  await it.sql('UPDATE user_profiles SET full_name = NULL');
  await expect(it.sql('UPDATE users SET email = NULL')).rejects.toMatchObject({ code: '23514' });
  await expect(it.sql('UPDATE users SET email_index = NULL')).rejects.toMatchObject({ code: '23514' });
});
