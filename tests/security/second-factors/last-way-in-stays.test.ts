import { addPasskey, newOwner, ORIGIN, removePasskey } from '../../auth/passkeys/passkey-setup.js';
import { createAuthenticator } from '../../auth/passkeys/software-authenticator.js';
import { codeOf } from '../../auth/signed-in.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';

// Whatever is taken away from an account, something stays that its owner can sign in with.

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer({ GITHUB_CLIENT_ID: 'test', GITHUB_CLIENT_SECRET: 'test' });
});
afterAll(() => server?.stop());

const authenticator = createAuthenticator(ORIGIN);

async function accountWithoutPassword(passkeys: number) {
  const owner = await newOwner(server);
  for (let index = 0; index < passkeys; index += 1) await addPasskey(server, owner, authenticator);
  await server.app.db.user.update({
    where: { id: owner.id },
    data: { passwordHash: null },
    select: { id: true },
  });
  const rows = await server.app.db.passkey.findMany({ where: { userId: owner.id }, select: { id: true } });
  return { ...owner, passkeyIds: rows.map(({ id }) => id) };
}

const passkeysOf = (userId: string) => server.app.db.passkey.count({ where: { userId } });

test('the only passkey of an account without a password stays', async () => {
  const { id, token, passkeyIds } = await accountWithoutPassword(1);
  const answer = await removePasskey(server, token, passkeyIds[0]!);
  expect({ data: answer.data, code: codeOf(answer) }).toEqual({
    data: { removePasskey: null },
    code: 'LAST_WAY_IN',
  });
  expect(await passkeysOf(id)).toBe(1);
  expect(await server.app.db.auditEvent.count({ where: { subjectId: id, action: 'passkey.removed' } })).toBe(
    0,
  );
});

test('of two passkeys that are removed at the same moment one stays', async () => {
  const { id, token, passkeyIds } = await accountWithoutPassword(2);
  const answers = await Promise.all(passkeyIds.map((passkeyId) => removePasskey(server, token, passkeyId)));
  expect(answers.map(codeOf).sort()).toEqual(['LAST_WAY_IN', undefined]);
  expect(await passkeysOf(id)).toBe(1);
});

test('a password or an external account is a way in beside it', async () => {
  const withPassword = await newOwner(server);
  await addPasskey(server, withPassword, authenticator);
  const [passkey] = await server.app.db.passkey.findMany({
    where: { userId: withPassword.id },
    select: { id: true },
  });
  expect(codeOf(await removePasskey(server, withPassword.token, passkey?.id ?? ''))).toBeUndefined();

  const withLogin = await accountWithoutPassword(1);
  const login = { userId: withLogin.id, provider: 'github', providerId: withLogin.id };
  await server.app.db.socialLogin.create({ data: login, select: { id: true } });
  expect(codeOf(await removePasskey(server, withLogin.token, withLogin.passkeyIds[0]!))).toBeUndefined();
});
