import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addPasskey, newOwner, ORIGIN, signInWith } from '../../auth/passkeys/passkey-setup.js';
import { createAuthenticator } from '../../auth/passkeys/software-authenticator.js';
import { codeOf } from '../../auth/signed-in.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';

// Somebody registers a victim's address, adds a passkey, and waits until the victim takes the account over by a mailed
// link ("trojan identifier": Sudhodanan and Paverd, 2022). What was added before the address was proven is void then.

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server?.stop());

const authenticator = createAuthenticator(ORIGIN);

/** Other mails may be arriving meanwhile. */
async function forgetResets(): Promise<void> {
  const folder = join(server.dataDir, 'mail');
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name.endsWith('-reset-password.eml')) await rm(join(folder, name));
}

async function resetPassword(email: string): Promise<void> {
  await forgetResets(); // the next link is this one’s
  await server.rest('POST', '/api/v1/auth/reset-password', { email });
  const token = await server.mailedToken('reset-password');
  const body = { token, new_password: 'another long pass phrase' };
  expect((await server.rest('POST', '/api/v1/auth/reset-password/confirm', body)).status).toBe(200);
}

test('the first reset of an account that nobody had verified removes its passkeys', async () => {
  const attacker = await newOwner(server);
  const credential = await addPasskey(server, attacker, authenticator);
  await resetPassword(attacker.email);
  expect(codeOf(await signInWith(server, authenticator, credential))).toBe('PASSKEY_INVALID');
  expect(await server.app.db.passkey.count({ where: { userId: attacker.id } })).toBe(0);
});

test('whoever has proven the address keeps them', async () => {
  const owner = await newOwner(server);
  const credential = await addPasskey(server, owner, authenticator);
  await server.app.db.user.update({
    where: { id: owner.id },
    data: { isVerified: true },
    select: { id: true },
  });
  await resetPassword(owner.email);
  expect((await signInWith(server, authenticator, credential)).signedIn?.user.id).toBe(owner.id);
});
