import pg from 'pg';
import { after, DAY } from '../../src/clock.js';
import type { Transaction } from '../../src/database/client.js';
import { createOpaqueToken, hashOpaqueToken } from '../../src/security/tokens/opaque-token.js';
import type { OidcSettings } from '../../src/config/social-settings.js';
import { eventually } from '../setup/eventually.js';
import { createBrowser } from '../social/browser.js';
import { CLIENT, startOpenIdPeer, type OpenIdPeer } from '../social/peer-openid.js';
import { PUBLIC_URL, RETURN_URL } from '../social/social-setup.js';
import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

// An address that an account moves away from is reserved from the moment that this commits. Whoever takes the address at
// the same time waits in its unique index until then, and must not get it.

let acme: OpenIdPeer;
let setup: AccountSetup;
let owner: pg.Client;

beforeAll(async () => {
  acme = await startOpenIdPeer(`${PUBLIC_URL}/auth/acme/callback`);
  const settings: OidcSettings = {
    kind: 'oidc', name: 'acme', issuer: acme.issuer, trustsEmail: 'always', ...CLIENT,
  }; // prettier-ignore
  setup = await createAccountSetup({ social: { providers: [settings], returnUrls: [RETURN_URL] } });
  owner = new pg.Client({ connectionString: setup.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await setup?.close();
  await acme?.stop();
});

/** Resolves as soon as somebody waits for a lock of this kind. */
async function untilSomebodyWaitsFor(kind: 'relation' | 'transactionid'): Promise<void> {
  const waiting = `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE NOT granted AND locktype = $1 AND datname = current_database()`;
  await eventually(async () => expect((await owner.query(waiting, [kind])).rowCount).toBe(1));
}

const register = (email: string) => setup.identity.register({ email, password: PASSWORD, origin: ORIGIN });

/** Another account moves here; its link was mailed while the address was free. */
async function prepareMove(email: string) {
  const name = `moves-to-${email.split('@')[0]}`;
  const user = await setup.newUser(name);
  const { session } = await setup.logIn(user.email);
  const holder = { userId: user.userId, sessionId: session.id, origin: ORIGIN };
  await setup.identity.requestEmailChange(holder, { newEmail: email, password: PASSWORD });
  const token = await setup.tokenFor(email, 'confirm-email-change');
  return () => setup.identity.confirmEmailChange({ token, origin: ORIGIN });
}

/** Somebody comes from a provider that vouches for the address. */
async function arrive(email: string): Promise<void> {
  acme.signIn(`acme|${email}`, { email, email_verified: true });
  const trip = { provider: 'acme', browserSecret: createOpaqueToken('browser') };
  const { social } = setup.identity;
  const there = await social.depart({ ...trip, returnTo: null, codeChallenge: null, origin: ORIGIN });
  const { searchParams: answer } = await createBrowser({ [acme.issuer]: acme.issuer }).visit(there);
  const code = new URL(await social.arrive({ ...trip, answer, origin: ORIGIN })).searchParams.get('error');
  if (code !== null) throw Object.assign(new Error('The application is told of an error.'), { code });
}

/** What a confirmed change of address leaves: the account elsewhere, and a link that undoes it. */
async function moveAway(tx: Transaction, userId: string, email: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { email: `new-${email}` }, select: { id: true } });
  const tokenHash = hashOpaqueToken(createOpaqueToken('oneTime'));
  const expiresAt = after(setup.clock.now(), DAY);
  const data = { userId, purpose: 'UNDO_EMAIL_CHANGE', tokenHash, email, expiresAt } as const;
  await tx.oneTimeToken.create({ data, select: { id: true } });
}

/** Starts a transaction that has taken the address; what it answers lets it move away and commit. */
async function holdAddress(email: string): Promise<() => Promise<void>> {
  let release = () => {};
  let taken = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const isTaken = new Promise<void>((resolve) => (taken = resolve));
  const committed = setup.db.$transaction(async (tx) => {
    const { id } = await tx.user.create({ data: { email, isVerified: true }, select: { id: true } });
    taken();
    await released;
    await moveAway(tx, id, email);
  });
  await Promise.race([isTaken, committed]);
  return async () => {
    release();
    await committed;
  };
}

test('who registers the old address while its change is confirmed does not get it, and the undo works', async () => {
  const { userId, email } = await setup.newUser('leaves');
  await setup.db.user.update({ where: { id: userId }, data: { isVerified: true }, select: { id: true } });
  const { session } = await setup.logIn(email);
  const holder = { userId, sessionId: session.id, origin: ORIGIN };
  await setup.identity.requestEmailChange(holder, { newEmail: 'left@example.com', password: PASSWORD });
  const token = await setup.tokenFor('left@example.com', 'confirm-email-change');

  // The change is confirmed up to its mail, which is held back.
  await owner.query('BEGIN; LOCK TABLE outgoing_mails IN SHARE ROW EXCLUSIVE MODE');
  const confirmed = setup.identity.confirmEmailChange({ token, origin: ORIGIN });
  await untilSomebodyWaitsFor('relation');
  const outcome = register(email).catch((error: unknown) => error);
  await untilSomebodyWaitsFor('transactionid');
  await owner.query('COMMIT');
  await confirmed;

  expect(await outcome).toMatchObject({ code: 'EMAIL_TAKEN' });
  const undo = await setup.tokenFor(email, 'email-change-notice');
  await setup.identity.undoEmailChange({ token: undo, origin: ORIGIN });
  expect(await setup.identity.findUser(userId)).toMatchObject({ email });
});

test.each([
  ['registering', 'EMAIL_TAKEN', async (email: string) => () => register(email)],
  [
    'an invitation',
    'EMAIL_TAKEN',
    async (email: string) => () => setup.db.$transaction((tx) => setup.identity.invite(tx, { email })),
  ],
  ['a change of address', 'CONFLICT', prepareMove],
  ['coming from a provider', 'EMAIL_TAKEN', async (email: string) => () => arrive(email)],
] as const)(
  '%s waits for who holds the address, and does not get it once it is reserved',
  async (...args) => {
    const [way, code, prepare] = args;
    const email = `${way.replaceAll(' ', '-')}@example.com`;
    const take = await prepare(email);
    const moveOn = await holdAddress(email);
    const outcome = take().catch((error: unknown) => error);
    await untilSomebodyWaitsFor('transactionid');
    await moveOn();
    expect(await outcome).toMatchObject({ code });
    expect(await setup.db.user.count({ where: { email } })).toBe(0);
  },
);
