import { after, MINUTE } from '../../../src/clock.js';
import { ageSignIn, eventsAbout } from '../../admin/staff.js';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { codeOf } from '../signed-in.js';
import {
  addPasskey, beginRegistration, finishRegistration, newOwner, ORIGIN, refresh, removePasskey,
} from './passkey-setup.js'; // prettier-ignore
import { createAuthenticator } from './software-authenticator.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server?.stop());

const authenticator = createAuthenticator(ORIGIN);
const PASSKEYS = '{ viewer { passkeys { id name createdAt lastUsedAt } } }';

async function passkeysOf(token: string) {
  const { data } = await server.graphql(PASSKEYS, {}, token);
  return (data?.viewer as { passkeys: { id: string; name: string; lastUsedAt: string | null }[] }).passkeys;
}

test('the options ask for a discoverable passkey, the person verified, and no attestation', async () => {
  const owner = await newOwner(server);
  const { begun } = await beginRegistration(server, owner.token);
  expect(begun.options).toMatchObject({
    rp: { id: 'localhost', name: 'Custodia' },
    user: { name: owner.email, id: Buffer.from(owner.id.replaceAll('-', ''), 'hex').toString('base64url') },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    timeout: 5 * MINUTE,
    excludeCredentials: [],
  });
  expect(Buffer.from(begun.options.challenge, 'base64url')).toHaveLength(32);
});

test('a passkey is added, listed, found as a node by its owner only, announced by mail and recorded', async () => {
  const owner = await newOwner(server);
  const credential = await addPasskey(server, owner, authenticator, '  Ada’s phone ');
  const [passkey] = await passkeysOf(owner.token);
  expect(passkey).toMatchObject({ name: 'Ada’s phone', lastUsedAt: null });

  const node = 'query ($id: ID!) { node(id: $id) { id ... on Passkey { name } } }';
  expect((await server.graphql(node, { id: passkey?.id }, owner.token)).data?.node).toMatchObject({
    name: 'Ada’s phone',
  });
  const stranger = await newOwner(server);
  expect((await server.graphql(node, { id: passkey?.id }, stranger.token)).data).toEqual({ node: null });

  const { begun } = await beginRegistration(server, owner.token);
  expect(begun.options.excludeCredentials).toEqual([
    { id: credential.id, transports: ['hybrid', 'internal'], type: 'public-key' },
  ]);
  const events = await eventsAbout(server, owner.id);
  expect(events).toContainEqual({
    action: 'passkey.added',
    actorId: owner.id,
    data: { passkeyId: passkey?.id },
  });
  await eventually(async () =>
    expect(await server.app.db.outgoingMail.count({ where: { template: 'passkey-added' } })).toBe(0),
  );
});

test('a name has 1 to 100 characters; adding and removing need a sign-in younger than ten minutes', async () => {
  const owner = await newOwner(server);
  for (const name of ['', '   ', 'x'.repeat(101), 'two\nlines']) {
    expect(codeOf(await beginRegistration(server, owner.token, name))).toBe('BAD_USER_INPUT');
  }
  await addPasskey(server, owner, authenticator);
  const [passkey] = await passkeysOf(owner.token);
  await ageSignIn(server, owner.id, 11 * MINUTE);
  const { token: stale } = await refresh(server, owner.refreshToken);
  expect(codeOf(await beginRegistration(server, stale))).toBe('STEP_UP_REQUIRED');
  expect(codeOf(await removePasskey(server, stale, passkey?.id ?? ''))).toBe('STEP_UP_REQUIRED');
  expect(await passkeysOf(owner.token)).toHaveLength(1);
  for (const query of [
    'mutation { beginPasskeyRegistration(name: "x") { ceremony } }',
    'mutation { finishPasskeyRegistration(ceremony: "x", response: {}) { user { id } } }',
    'mutation { removePasskey(id: "x") { user { id } } }',
  ]) {
    expect(codeOf(await server.graphql(query))).toBe('UNAUTHENTICATED');
  }
});

test('one of several is removed; a stranger’s is not found', async () => {
  const [owner, stranger] = [await newOwner(server), await newOwner(server)];
  await addPasskey(server, owner, authenticator, 'first');
  await addPasskey(server, owner, authenticator, 'second');
  const [first, second] = await passkeysOf(owner.token);
  expect(codeOf(await removePasskey(server, stranger.token, first?.id ?? ''))).toBe('NOT_FOUND');
  expect(codeOf(await removePasskey(server, owner.token, 'no id'))).toBe('NOT_FOUND');
  const { data } = await removePasskey(server, owner.token, first?.id ?? '');
  expect(data?.removePasskey).toEqual({ user: { passkeys: [{ id: second?.id }] } });
  const events = await eventsAbout(server, owner.id);
  const removed = { action: 'passkey.removed', data: { passkeyIds: [first?.id], reason: 'removed' } };
  expect(events).toContainEqual({ ...removed, actorId: owner.id });
});

test('an account has at most 20', async () => {
  const owner = await newOwner(server);
  await addPasskey(server, owner, authenticator);
  const known = { userId: owner.id, publicKey: 'AAAA', isSynced: false };
  for (let index = 0; index < 18; index += 1) {
    await server.app.db.passkey.create({
      data: { ...known, name: `No ${index}`, credentialId: `${owner.id}-${index}` },
      select: { id: true },
    });
  }
  const [one, other] = [
    await beginRegistration(server, owner.token),
    await beginRegistration(server, owner.token),
  ];
  const finish = ({ begun }: typeof one) =>
    finishRegistration(server, owner.token, begun.ceremony, authenticator.create(begun.options).answer);
  expect(codeOf(await finish(one))).toBeUndefined();
  expect(codeOf(await finish(other))).toBe('CONFLICT');
  expect(codeOf(await beginRegistration(server, owner.token))).toBe('CONFLICT');
});

test('ceremonies that nobody answers are cleared away', async () => {
  const owner = await newOwner(server);
  await beginRegistration(server, owner.token);
  const mine = { userId: owner.id };
  await server.app.db.passkeyCeremony.updateMany({
    where: mine,
    data: { expiresAt: after(new Date(), -MINUTE) },
  });
  await beginRegistration(server, owner.token);
  expect(await server.app.db.passkeyCeremony.count({ where: mine })).toBe(1);
});
