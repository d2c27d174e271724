import pg from 'pg';
import { eventsAbout } from '../../admin/staff.js';
import {
  addPasskey, beginLogin, beginRegistration, finishLogin, finishRegistration, newOwner, ORIGIN, removePasskey, signInWith,
  type Owner,
} from '../../auth/passkeys/passkey-setup.js'; // prettier-ignore
import {
  createAuthenticator,
  type Credential,
  type Deviation,
} from '../../auth/passkeys/software-authenticator.js';
import { codeOf } from '../../auth/signed-in.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';

// An answer to a question of ours, from a page of ours, for our domain, by a person who was verified, with the key of
// an account: nothing else adds a passkey or signs in.

let server: FullServer;
let owner: Owner;
let credential: Credential;
const authenticator = createAuthenticator(ORIGIN);

beforeAll(async () => {
  server = await startFullServer();
  owner = await newOwner(server);
  credential = await addPasskey(server, owner, authenticator);
});
afterAll(() => server?.stop());

const OTHER_CHALLENGE = Buffer.alloc(32, 7).toString('base64url');
const WRONG: [string, Deviation][] = [
  ['to another challenge', { challenge: OTHER_CHALLENGE }],
  ['from a page of another origin', { origin: 'http://localhost.example.com' }],
  ['from the same host on another port', { origin: 'http://localhost:4001' }],
  ['for another domain', { rpId: 'example.com' }],
  ['for the other kind of ceremony', { type: 'payment.get' }],
  ['from a frame in a page of another site', { crossOrigin: true }],
  ['with nobody present', { userPresent: false }],
  ['with the person not verified', { userVerified: false }],
];

const passkeysOf = (userId: string) => server.app.db.passkey.count({ where: { userId } });

describe('a sign-in with an answer', () => {
  test.each(WRONG)('%s is refused and recorded', async (_what, deviation) => {
    const before = (await eventsAbout(server, owner.id)).length;
    const { data, errors } = await signInWith(server, authenticator, credential, deviation);
    expect({ data, code: errors?.[0]?.extensions.code }).toEqual({
      data: { finishPasskeyLogin: null },
      code: 'PASSKEY_INVALID',
    });
    const [event, ...further] = (await eventsAbout(server, owner.id)).slice(before);
    expect(event).toEqual({ action: 'passkey.refused', actorId: null, data: { reason: 'answer' } });
    expect(further).toEqual([]);
  });

  test('that another key signed is refused', async () => {
    const other = await addPasskey(server, await newOwner(server), authenticator);
    expect(codeOf(await signInWith(server, authenticator, credential, { signedBy: other }))).toBe(
      'PASSKEY_INVALID',
    );
  });

  test('that names another account than the passkey’s is refused; one that names none is not', async () => {
    const { id } = await newOwner(server);
    const userHandle = Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
    expect(codeOf(await signInWith(server, authenticator, credential, { userHandle }))).toBe(
      'PASSKEY_INVALID',
    );
    expect(
      (await signInWith(server, authenticator, credential, { userHandle: null })).signedIn?.user.id,
    ).toBe(owner.id);
  });

  test('of a credential that nobody registered is refused', async () => {
    const { options } = (await beginRegistration(server, owner.token)).begun;
    const { credential: unregistered } = authenticator.create(options);
    expect(codeOf(await signInWith(server, authenticator, unregistered))).toBe('PASSKEY_INVALID');
  });

  test('of an authenticator that has suddenly become a copying one is refused', async () => {
    const synced = createAuthenticator(ORIGIN, { synced: true });
    expect(codeOf(await signInWith(server, synced, credential))).toBe('PASSKEY_INVALID');
  });

  test('whose counter stands still or falls back is refused: somebody has a copy', async () => {
    const { signedIn } = await signInWith(server, authenticator, credential, { signCount: 1000 });
    expect(signedIn).not.toBeNull();
    for (const signCount of [1000, 999, 0]) {
      expect(codeOf(await signInWith(server, authenticator, credential, { signCount }))).toBe(
        'PASSKEY_INVALID',
      );
      const last = (await eventsAbout(server, owner.id)).at(-1);
      expect(last).toEqual({ action: 'passkey.refused', actorId: null, data: { reason: 'counter' } });
    }
    expect(
      (await signInWith(server, authenticator, credential, { signCount: 4_294_967_295 })).signedIn,
    ).not.toBeNull();
    await server.app.db.passkey.updateMany({ where: { userId: owner.id }, data: { signCount: 0 } });
    credential.signCount = 1;
  });

  test('a counter counts once, however many answers come at the same moment', async () => {
    const ceremonies = await Promise.all([1, 2, 3, 4].map(() => beginLogin(server)));
    const answers = ceremonies.map(({ options }) =>
      authenticator.get(options, credential, { signCount: 50 }),
    );
    const outcomes = await Promise.all(
      ceremonies.map(({ ceremony }, index) => finishLogin(server, ceremony, answers[index]!)),
    );
    expect(outcomes.filter(({ signedIn }) => signedIn !== null)).toHaveLength(1);
  });

  test('that came before is refused, also when both come at once', async () => {
    const { ceremony, options } = await beginLogin(server);
    const answer = authenticator.get(options, credential);
    const outcomes = await Promise.all([1, 2, 3].map(() => finishLogin(server, ceremony, answer)));
    expect(outcomes.filter(({ signedIn }) => signedIn !== null)).toHaveLength(1);
    expect(codeOf(await finishLogin(server, ceremony, answer))).toBe('TOKEN_INVALID');
    const next = await beginLogin(server);
    expect(codeOf(await finishLogin(server, next.ceremony, answer))).toBe('PASSKEY_INVALID');
  });

  test('a wrong answer uses the ceremony up', async () => {
    const { ceremony, options } = await beginLogin(server);
    expect(
      codeOf(
        await finishLogin(server, ceremony, authenticator.get(options, credential, { userVerified: false })),
      ),
    ).toBe('PASSKEY_INVALID');
    expect(codeOf(await finishLogin(server, ceremony, authenticator.get(options, credential)))).toBe(
      'TOKEN_INVALID',
    );
  });

  test('after five minutes is refused', async () => {
    const { ceremony, options } = await beginLogin(server);
    await server.app.db.passkeyCeremony.updateMany({
      where: { purpose: 'SIGN_IN' },
      data: { expiresAt: new Date() },
    });
    expect(codeOf(await finishLogin(server, ceremony, authenticator.get(options, credential)))).toBe(
      'TOKEN_INVALID',
    );
  });

  test('of a passkey that was removed meanwhile is refused', async () => {
    const removed = await addPasskey(server, owner, authenticator, 'old phone');
    const { ceremony, options } = await beginLogin(server);
    const { id } = await server.app.db.passkey.findUniqueOrThrow({ where: { credentialId: removed.id } });
    expect(codeOf(await removePasskey(server, owner.token, id))).toBeUndefined();
    expect(codeOf(await finishLogin(server, ceremony, authenticator.get(options, removed)))).toBe(
      'PASSKEY_INVALID',
    );
  });

  test('that is no answer at all is refused without a trace of it', async () => {
    const shapes: object[] = [
      {},
      { id: credential.id },
      { id: 7, response: [] },
      { id: credential.id, response: { clientDataJSON: 'canary' } },
    ];
    for (const shape of shapes) {
      const { ceremony } = await beginLogin(server);
      const { errors } = await finishLogin(server, ceremony, shape);
      expect(errors?.[0]?.extensions.code).toBe('PASSKEY_INVALID');
      expect(JSON.stringify(errors)).not.toContain('canary');
    }
    for (const made of ['', 'cst_pc_made_up', 'x'.repeat(5000)]) {
      expect(codeOf(await finishLogin(server, made, {}))).toBe('TOKEN_INVALID');
    }
  });
});

describe('a passkey is not added by an answer', () => {
  test.each(WRONG)('%s', async (_what, deviation) => {
    const person = await newOwner(server);
    const { begun } = await beginRegistration(server, person.token);
    const { answer } = authenticator.create(begun.options, deviation);
    expect(codeOf(await finishRegistration(server, person.token, begun.ceremony, answer))).toBe(
      'PASSKEY_INVALID',
    );
    expect(await passkeysOf(person.id)).toBe(0);
  });

  test('that came before, to a question asked of somebody else, or for a sign-in', async () => {
    const [person, stranger] = [await newOwner(server), await newOwner(server)];
    const { begun } = await beginRegistration(server, person.token);
    const { answer } = authenticator.create(begun.options);
    expect(codeOf(await finishRegistration(server, stranger.token, begun.ceremony, answer))).toBe(
      'TOKEN_INVALID',
    );
    expect(codeOf(await finishRegistration(server, person.token, begun.ceremony, answer))).toBeUndefined();
    expect(codeOf(await finishRegistration(server, person.token, begun.ceremony, answer))).toBe(
      'TOKEN_INVALID',
    );
    const login = await beginLogin(server);
    expect(codeOf(await finishRegistration(server, person.token, login.ceremony, answer))).toBe(
      'TOKEN_INVALID',
    );
    const again = await beginRegistration(server, person.token);
    expect(codeOf(await finishLogin(server, again.begun.ceremony, answer))).toBe('TOKEN_INVALID');
    expect([await passkeysOf(person.id), await passkeysOf(stranger.id)]).toEqual([1, 0]);
  });

  test('for a credential that somebody has registered already', async () => {
    const person = await newOwner(server);
    const { begun } = await beginRegistration(server, person.token);
    const { answer } = authenticator.create(begun.options, {}, credential);
    expect(codeOf(await finishRegistration(server, person.token, begun.ceremony, answer))).toBe('CONFLICT');
    expect(await passkeysOf(person.id)).toBe(0);
  });

  test('with certificates, whose revocation lists would have to be fetched', async () => {
    const person = await newOwner(server);
    for (const fmt of ['packed', 'android-key', 'apple', 'tpm']) {
      const { begun } = await beginRegistration(server, person.token);
      const attestation = { fmt, attStmt: new Map<string, unknown>([['x5c', [Buffer.from('certificate')]]]) };
      const { answer } = authenticator.create(begun.options, { attestation });
      expect(codeOf(await finishRegistration(server, person.token, begun.ceremony, answer))).toBe(
        'PASSKEY_INVALID',
      );
    }
    expect(await passkeysOf(person.id)).toBe(0);
  });
});

test('whoever writes to the database cannot put their own key in a victim’s passkey', async () => {
  const [victim, attacker] = [await newOwner(server), await newOwner(server)];
  const aimed = await addPasskey(server, victim, authenticator);
  const own = await addPasskey(server, attacker, authenticator);
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  await client.query(
    'UPDATE passkeys SET public_key = (SELECT public_key FROM passkeys WHERE user_id = $2) WHERE user_id = $1',
    [victim.id, attacker.id],
  );
  const forged = await signInWith(server, authenticator, aimed, { signedBy: own });
  expect(forged.signedIn).toBeNull();
  await client.query('DELETE FROM passkeys WHERE user_id = $1', [victim.id]);
  await client.query('UPDATE passkeys SET user_id = $1 WHERE user_id = $2', [victim.id, attacker.id]);
  await client.end();
  const moved = await signInWith(server, authenticator, own, { userHandle: null });
  expect(moved.signedIn ?? null).toBeNull();
});
